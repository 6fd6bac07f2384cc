"""The ``stat`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, Module, options


@options()
class Options:
    """What ``stat`` accepts."""

    path: Annotated[str, Alias("dest", "name")]
    """Which file or directory."""
    follow: bool = False
    """Look at what a symbolic link points to."""
    get_checksum: bool = True
    """Compute the file's checksum."""
    checksum_algorithm: Annotated[
        Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512"], Alias("checksum", "checksum_algo")
    ] = "sha1"
    """How the checksum is computed."""
    get_mime: Annotated[bool, Alias("mime", "mime_type", "mime-type")] = True
    """Find out what kind of data the file holds."""
    get_attributes: Annotated[bool, Alias("attr", "attributes")] = True
    """Read the file's flags with lsattr."""


class Stat(Module[Options]):
    """Look at a file on the machine: whether it is there, its kind, size, owner, permissions and checksum."""

    name = "stat"
