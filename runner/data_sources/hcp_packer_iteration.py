"""Find an iteration in the HCP Packer registry, by the older names of things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from runner.sdk import DataSource, options


@options()
class Options:
    """Which iteration."""

    bucket_name: str
    """Bucket of the iteration."""
    channel: str
    """Channel whose iteration is meant."""


class HcpPackerIteration(DataSource[Options]):
    """Find an iteration in the HCP Packer registry; `hcp-packer-version` is its newer form."""

    name = "hcp-packer-iteration"
    attributes: ClassVar[Mapping[str, str]] = {
        "id": "string: the iteration's identifier",
        "bucket_name": "string: the iteration's bucket",
        "channel_id": "string: the identifier of the channel",
        "author_id": "string: the identifier of who made the iteration",
        "fingerprint": "string: the iteration's fingerprint",
        "incremental_version": "number: the iteration's number",
        "complete": "boolean: whether all builds of the iteration are done",
        "created_at": "string: when the iteration was made",
        "updated_at": "string: when the iteration was changed",
    }
