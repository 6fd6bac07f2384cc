"""Ask for files by names that users wrote: however long or odd a name is, it is at worst that of no file.

And know where what stays from run to run is kept.
"""

import os.path
from collections.abc import Mapping
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


def state_directory(environ: Mapping[str, str]) -> Path:
    """Return where state is kept: ``INGOT_STATE_DIR``, or where XDG wants a program's state to be."""
    if own := environ.get("INGOT_STATE_DIR"):
        return Path(own)
    home = environ.get("XDG_STATE_HOME") or Path(environ.get("HOME") or Path.home()) / ".local" / "state"
    return Path(home) / "ingot"
