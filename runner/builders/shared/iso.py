"""The installation image that a virtual machine boots from."""

from __future__ import annotations

from runner.builders.shared.group import group


@group()
class Iso:
    """Where the installation image comes from."""

    iso_url: str | None = None
    """Installation image: an address of http, https or s3, or a path."""
    iso_urls: list[str] | None = None
    """Several addresses of the same image, tried in order."""
    iso_checksum: str | None = None
    """Checksum of the image, `sha256:HEX`, or `file:` and the address or path of a list of checksums; `none` checks
    nothing."""
    iso_target_path: str | None = None
    """Where the image is kept; when left out, a downloaded one in the cache, a file of this computer where it is."""
    iso_target_extension: str = "iso"
    """File name extension of an image in the cache."""
