"""Write checksums of the files that were built."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from runner.sdk import PostProcessor, options


@options()
class Options:
    """Which checksums, and where to write them."""

    checksum_types: list[Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]] = field(
        default_factory=lambda: ["md5"]
    )
    """Algorithms, one after the other."""
    output: str | None = None
    """File to append to; `packer_BUILD_BUILDER_ALGORITHM.checksum` when left out."""


class Checksum(PostProcessor[Options]):
    """Write checksums of the files that were built, one line a file."""

    name = "checksum"
    keeps_input = True
