"""Make a file."""

from __future__ import annotations

from runner.builders.shared.group import LocalFile
from runner.sdk import AtMostOne, Builder, options


@options(AtMostOne("content", "source"))
class Options:
    """What to write, and where."""

    target: str
    """Path of the file to make."""
    content: str | None = None
    """Text to write; without it and without `source` the file is empty."""
    source: LocalFile | None = None
    """File to copy."""


class File(Builder[Options]):
    """Make a file, from a text or as a copy: handy for trying out post-processors."""

    name = "file"
    machine = "none"
