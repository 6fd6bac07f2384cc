"""Find an image in the HCP Packer registry, by the older names of things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from runner.sdk import DataSource, ExactlyOne, options


@options(ExactlyOne("channel", "iteration_id"))
class Options:
    """Which image."""

    bucket_name: str
    """Bucket of the image."""
    cloud_provider: str
    """Cloud of the image, such as `aws`."""
    region: str
    """Region of the image."""
    channel: str | None = None
    """Channel whose iteration is meant."""
    iteration_id: str | None = None
    """Iteration that is meant."""
    component_type: str | None = None
    """Builder that made the image, such as `amazon-ebs.web`."""


class HcpPackerImage(DataSource[Options]):
    """Find an image in the HCP Packer registry; `hcp-packer-artifact` is its newer form."""

    name = "hcp-packer-image"
    attributes: ClassVar[Mapping[str, str]] = {
        "cloud_provider": "string: the image's cloud",
        "component_type": "string: the builder that made the image",
        "created_at": "string: when the image was made",
        "build_id": "string: the identifier of the build",
        "iteration_id": "string: the identifier of the iteration",
        "channel_id": "string: the identifier of the channel",
        "packer_run_uuid": "string: the identifier of the run",
        "id": "string: the image's identifier in its cloud",
        "region": "string: the image's region",
        "labels": "map of strings: the image's labels",
    }
