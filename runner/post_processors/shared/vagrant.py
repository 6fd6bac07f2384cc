"""How a Vagrant box is published."""

from __future__ import annotations

from runner.builders.shared.group import group
from runner.sdk import AtMostOne


@group(AtMostOne("box_download_url", "no_direct_upload"))
class BoxVersion:
    """A version of a Vagrant box."""

    box_tag: str
    """Name of the box, such as `example/debian`."""
    version: str
    """Version to publish, such as `1.2.0`."""
    version_description: str | None = None
    """Description of the version."""
    no_release: bool = False
    """Leave the version unreleased."""
    architecture: str | None = None
    """Processor architecture of the box; this computer's when left out."""
    default_architecture: str | None = None
    """Processor architecture that those get who ask for none."""
    box_checksum: str | None = None
    """Checksum of the box, such as `sha256:HEX`."""
    box_download_url: str | None = None
    """Address that already serves the box, in place of uploading it."""
    no_direct_upload: bool = False
    """Upload through the service, not straight to its storage."""
    insecure_skip_tls_verify: bool = False
    """Accept any certificate of the service."""
