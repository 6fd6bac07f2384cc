"""The ``file`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Permissions
from runner.sdk import Alias, Module, options


@options()
class Options(Permissions):
    """What ``file`` accepts."""

    path: Annotated[str, Alias("dest", "name")]
    """Which file, directory or link."""
    state: Literal["absent", "directory", "file", "hard", "link", "touch"] | None = None
    """What is to be there: file only sets the permissions of one that is there; left out means file, or
    directory with recurse.
    """
    src: str | None = None
    """What a link points to."""
    recurse: bool = False
    """Set owner and permissions of everything in the directory too."""
    follow: bool = True
    """Apply owner and permissions to what a link points to."""
    force: bool = False
    """Make a link whose target is missing, or in the place of another file."""
    access_time: str | None = None
    """Time of the last access to set: a time, now, or preserve."""
    access_time_format: str = "%Y%m%d%H%M.%S"
    """How access_time is written, in the notation of strftime."""
    modification_time: str | None = None
    """Time of the last change to set: a time, now, or preserve."""
    modification_time_format: str = "%Y%m%d%H%M.%S"
    """How modification_time is written, in the notation of strftime."""


class File(Module[Options]):
    """Make files, directories and links, remove them, or set their permissions."""

    name = "file"
