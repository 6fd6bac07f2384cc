"""Write an image to Google Cloud Storage."""

from __future__ import annotations

from runner.builders.shared.google import GoogleEndpoints, GoogleLogin
from runner.sdk import PostProcessor, options


@options()
class Options(GoogleLogin, GoogleEndpoints):
    """Where the image goes and the instance that sends it."""

    paths: list[str]
    """Objects to write, each `gs://BUCKET/NAME.tar.gz`."""
    disk_size: int = 200
    """Size of the instance's disk in gigabytes."""
    disk_type: str | None = None
    """Kind of the instance's disk, such as `pd-ssd`."""
    machine_type: str | None = None
    """Machine type of the instance."""
    source_image_family: str | None = None
    """Family of the image that the instance runs."""
    network: str | None = None
    """Network of the instance."""
    subnetwork: str | None = None
    """Subnetwork of the instance."""
    zone: str | None = None
    """Zone of the instance; that of the build when left out."""
    omit_external_ip: bool = False
    """Give the instance no public address."""
    service_account_email: str | None = None
    """Service account of the instance."""
    scopes: list[str] | None = None
    """What the service account may be used for."""


class GoogleComputeExport(PostProcessor[Options]):
    """Write a Google Compute Engine image to Google Cloud Storage."""

    name = "googlecompute-export"
    keeps_input = False
