"""Make a Google Compute Engine image of a disk file."""

from __future__ import annotations

from runner.builders.shared.google import GoogleEndpoints, GoogleLogin, ImageAbout
from runner.sdk import PostProcessor, options


@options()
class Options(ImageAbout, GoogleLogin, GoogleEndpoints):
    """How the disk travels and what the image is called."""

    project_id: str
    """Project that receives the image."""
    bucket: str
    """Bucket through which the disk travels."""
    image_name: str
    """Name of the image."""
    gcs_object_name: str | None = None
    """Name of the disk in the bucket; made up when left out."""
    skip_clean: bool = False
    """Leave the disk in the bucket."""
    scopes: list[str] | None = None
    """What the account may be used for."""


class GoogleComputeImport(PostProcessor[Options]):
    """Make a Google Compute Engine image of a disk file."""

    name = "googlecompute-import"
    keeps_input = False
