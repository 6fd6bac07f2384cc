"""Make a DigitalOcean image of a disk file."""

from __future__ import annotations

from runner.builders.shared.digitalocean import DigitalOceanLogin
from runner.sdk import Duration, PostProcessor, SecretStr, options


@options()
class Options(DigitalOceanLogin):
    """How the disk travels and what the image is called."""

    space_name: str
    """Space through which the disk travels."""
    spaces_region: str
    """Region of the space."""
    image_name: str
    """Name of the image."""
    image_regions: list[str]
    """Regions that receive the image."""
    spaces_key: SecretStr | None = None
    """Access key of the space; the environment is asked when left out."""
    spaces_secret: SecretStr | None = None
    """Secret key of the space; the environment is asked when left out."""
    space_object_name: str | None = None
    """Name of the disk in the space; made up when left out."""
    skip_clean: bool = False
    """Leave the disk in the space."""
    image_description: str | None = None
    """Description of the image."""
    image_distribution: str = "Unknown"
    """Distribution noted in the image, such as `Debian`."""
    image_tags: list[str] | None = None
    """Tags of the image."""
    timeout: Duration = "20m"
    """How long to wait until a region has the image."""


class DigitalOceanImport(PostProcessor[Options]):
    """Make a DigitalOcean image of a disk file."""

    name = "digitalocean-import"
    keeps_input = False
