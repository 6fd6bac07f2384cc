"""Find a version in the HCP Packer registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from runner.sdk import DataSource, options


@options()
class Options:
    """Which version."""

    bucket_name: str
    """Bucket of the version."""
    channel_name: str
    """Channel whose version is meant."""


class HcpPackerVersion(DataSource[Options]):
    """Find a version in the HCP Packer registry."""

    name = "hcp-packer-version"
    attributes: ClassVar[Mapping[str, str]] = {
        "id": "string: the version's identifier",
        "name": "string: the version's name",
        "bucket_name": "string: the version's bucket",
        "channel_id": "string: the identifier of the channel",
        "author_id": "string: the identifier of who made the version",
        "fingerprint": "string: the version's fingerprint",
        "status": "string: how far the version is",
        "created_at": "string: when the version was made",
        "updated_at": "string: when the version was changed",
    }
