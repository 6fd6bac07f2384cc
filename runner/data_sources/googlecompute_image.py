"""Find a Google Compute Engine image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from runner.builders.shared.google import GoogleEndpoints
from runner.sdk import DataSource, options


@options()
class Options(GoogleEndpoints):
    """Which image."""

    project_id: str | None = None
    """Project to look in."""
    filters: str | None = None
    """Expression that the image matches, as the API defines it, such as `family=debian-12`."""
    most_recent: bool = False
    """Take the newest when several match; otherwise several are an error."""


class GoogleComputeImage(DataSource[Options]):
    """Find a Google Compute Engine image by its properties."""

    name = "googlecompute-image"
    attributes: ClassVar[Mapping[str, str]] = {
        "id": "string: the image's identifier",
        "name": "string: the image's name",
        "creation_date": "string: when the image was made",
        "labels": "map of strings: the image's labels",
    }
