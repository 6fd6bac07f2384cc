"""The installation image that a virtual machine boots from."""

from __future__ import annotations

from runner.builders.shared.group import group


@group()
class Iso:
    """Where the installation image comes from."""

    iso_url: str | None = None
    """Address or path of the installation image."""
    iso_urls: list[str] | None = None
    """Several addresses of the same image, tried in order."""
    iso_checksum: str | None = None
    """Checksum of the image, `sha256:HEX` or `file:URL` of a list; `none` checks nothing."""
    iso_target_path: str | None = None
    """Where the downloaded image is kept; in the cache when left out."""
    iso_target_extension: str = "iso"
    """File name extension of the downloaded image."""
