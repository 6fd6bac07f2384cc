"""Find a DigitalOcean image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from runner.builders.shared.digitalocean import DigitalOceanApi
from runner.sdk import AtMostOne, DataSource, options


@options(AtMostOne("name", "name_regex"))
class Options(DigitalOceanApi):
    """Which image."""

    name: str | None = None
    """Name of the image."""
    name_regex: str | None = None
    """Regular expression that the image's name matches."""
    type: Literal["application", "distribution", "user"] | None = None
    """Kind of the image."""
    region: str | None = None
    """Region that has the image."""
    latest: bool = False
    """Take the newest when several match; otherwise several are an error."""


class DigitalOceanImage(DataSource[Options]):
    """Find a DigitalOcean image by its name."""

    name = "digitalocean-image"
    attributes: ClassVar[Mapping[str, str]] = {
        "image_id": "number: the image's number",
        "image_regions": "list of strings: the regions that have the image",
    }
