"""Ask for files by names that users wrote: however long or odd a name is, it is at worst that of no file."""

import os.path
from pathlib import Path


def is_file(path: str | Path) -> bool:
    """Return whether a file is there."""
    return os.path.isfile(path)  # noqa: PTH113 - Path.is_file raises OSError for a name that is too long


def is_directory(path: str | Path) -> bool:
    """Return whether a directory is there."""
    return os.path.isdir(path)  # noqa: PTH112 - as above


def exists(path: str | Path) -> bool:
    """Return whether anything is there."""
    return os.path.exists(path)  # noqa: PTH110 - as above
