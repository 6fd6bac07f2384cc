"""Find an artifact in the HCP Packer registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from runner.sdk import DataSource, ExactlyOne, options


@options(ExactlyOne("channel_name", "version_fingerprint"))
class Options:
    """Which artifact."""

    bucket_name: str
    """Bucket of the artifact."""
    platform: str
    """Platform of the artifact, such as `aws`."""
    region: str
    """Region of the artifact."""
    channel_name: str | None = None
    """Channel whose version is meant."""
    version_fingerprint: str | None = None
    """Fingerprint of the version that is meant."""
    component_type: str | None = None
    """Builder that made the artifact, such as `amazon-ebs.web`."""


class HcpPackerArtifact(DataSource[Options]):
    """Find an artifact in the HCP Packer registry."""

    name = "hcp-packer-artifact"
    attributes: ClassVar[Mapping[str, str]] = {
        "platform": "string: the artifact's platform",
        "component_type": "string: the builder that made the artifact",
        "created_at": "string: when the artifact was made",
        "build_id": "string: the identifier of the build",
        "version_id": "string: the identifier of the version",
        "channel_id": "string: the identifier of the channel",
        "packer_run_uuid": "string: the identifier of the run",
        "external_identifier": "string: the artifact's identifier on its platform",
        "region": "string: the artifact's region",
        "labels": "map of strings: the artifact's labels",
    }
