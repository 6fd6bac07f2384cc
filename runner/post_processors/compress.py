"""Pack what was built into one file."""

from __future__ import annotations

from typing import Annotated

from runner.sdk import Deprecated, Maximum, Minimum, PostProcessor, options


@options()
class Options:
    """The file and how it is packed."""

    output: str | None = None
    """File to write, whose ending tells the format; `packer_BUILD_BUILDER` and the ending when left out."""
    format: str | None = None
    """Format, such as `tar.gz`, `zip`, `xz` or `lz4`, when the ending of `output` does not tell it."""
    compression_level: Annotated[int, Minimum(-1), Maximum(9)] | None = None
    """How much time is spent to make the file smaller, from 1 to 9."""
    archive: Annotated[str | None, Deprecated("write format")] = None
    """Archive format, now part of `format`."""
    algorithm: Annotated[str | None, Deprecated("write format")] = None
    """Compression algorithm, now part of `format`."""


class Compress(PostProcessor[Options]):
    """Pack what was built into one compressed file."""

    name = "compress"
    keeps_input = False
