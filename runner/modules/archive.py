"""The ``archive`` module."""

from __future__ import annotations

from typing import Literal

from runner.modules.shared import Permissions, Texts
from runner.sdk import Module, options


@options()
class Options(Permissions):
    """What ``archive`` accepts."""

    path: Texts
    """Files and directories, with wildcards if need be."""
    dest: str | None = None
    """The archive; left out, it gets the name of the only path."""
    format: Literal["bz2", "gz", "tar", "xz", "zip"] = "gz"
    """Kind of archive or compression."""
    exclude_path: Texts | None = None
    """Paths that are left out."""
    exclusion_patterns: Texts | None = None
    """Patterns of names that are left out."""
    force_archive: bool = False
    """Make an archive even of one file, not only a compressed file."""
    remove: bool = False
    """Remove the files once they are in the archive."""


class Archive(Module[Options]):
    """Pack files on the machine into an archive."""

    name = "archive"
