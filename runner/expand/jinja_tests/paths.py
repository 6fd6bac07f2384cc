"""Tests for files of the machine that runs Ingot, not of the one that is built."""

from __future__ import annotations

import os.path
from typing import Any

from runner.expand.filters.kinds import text


def file_(path: Any) -> bool:
    """Tell whether there is a file, or a link to one, at a path."""
    return os.path.isfile(text(path))  # noqa: PTH113 - text, not Path


def directory(path: Any) -> bool:
    """Tell whether there is a directory, or a link to one, at a path."""
    return os.path.isdir(text(path))  # noqa: PTH112 - text, not Path


def link(path: Any) -> bool:
    """Tell whether there is a symbolic link at a path."""
    return os.path.islink(text(path))  # noqa: PTH114 - text, not Path


def exists(path: Any) -> bool:
    """Tell whether there is anything at a path; a link to nothing is nothing."""
    return os.path.exists(text(path))  # noqa: PTH110 - text, not Path


def link_exists(path: Any) -> bool:
    """Tell whether there is anything at a path, be it a link to nothing."""
    return os.path.lexists(text(path))


def abs_(path: Any) -> bool:
    """Tell whether a path begins at the root."""
    return os.path.isabs(text(path))  # noqa: PTH117 - text, not Path


def mount(path: Any) -> bool:
    """Tell whether a file system is mounted at a path."""
    return os.path.ismount(text(path))


def same_file(path: Any, other: Any) -> bool:
    """Tell whether two paths lead to the same file. Both have to exist."""
    return os.path.samefile(text(path), text(other))  # noqa: PTH121 - text, not Path


def vaulted_file(path: Any) -> bool:
    """Tell whether the content of a file is encrypted by ansible-vault."""
    from runner.expand.vault import HEADER, is_encrypted

    with open(text(path), "rb") as stream:  # noqa: PTH123 - text, not Path
        return is_encrypted(stream.read(len(HEADER) + 1))


is_file = file_
is_dir = directory
is_link = link
is_abs = abs_
is_mount = mount
is_same_file = same_file
