"""Filters for paths of files, those of Windows included."""

from __future__ import annotations

import ntpath
import os.path
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import kind, listed, text


def basename(path: Any) -> str:
    """Return the last part of a path; nothing when it ends in a slash."""
    return os.path.basename(text(path))  # noqa: PTH119 - pathlib drops a slash at the end


def dirname(path: Any) -> str:
    """Return a path without its last part."""
    return os.path.dirname(text(path))  # noqa: PTH120 - pathlib drops a slash at the end


def expanduser(path: Any) -> str:
    """Return a path with the home directory for ``~`` and ``~name``."""
    return os.path.expanduser(text(path))  # noqa: PTH111 - pathlib fails where there is no such user


def expandvars(path: Any) -> str:
    """Return a path with ``$NAME`` and ``${NAME}`` replaced from the environment."""
    return os.path.expandvars(text(path))


def realpath(path: Any) -> str:
    """Return where a path leads when all symbolic links are followed."""
    return os.path.realpath(text(path))


def relpath(path: Any, start: str = os.curdir) -> str:
    """Return a path relative to ``start``, or to the working directory."""
    return os.path.relpath(text(path), text(start))


def normpath(path: Any) -> str:
    """Return a path without doubled slashes and without ``.`` and ``..``."""
    return os.path.normpath(text(path))


def path_join(paths: Any) -> str:
    """Join the parts of a path; an absolute part starts anew."""
    if isinstance(paths, str):
        return paths
    parts = listed(paths, "a text or a list")
    if not parts:
        raise FilterError("an empty list makes no path")
    return os.path.join(*(text(part, "a text as part of a path") for part in parts))  # noqa: PTH118 - text, not Path


def commonpath(paths: Any) -> str:
    """Return the longest path that all paths begin with."""
    if isinstance(paths, str):
        raise FilterError(f"a list of paths is wanted, not {kind(paths)}")
    parts = [text(path, "a text as path") for path in listed(paths)]
    if not parts:
        raise FilterError("an empty list has no common path")
    return os.path.commonpath(parts)


def splitext(path: Any) -> tuple[str, str]:
    """Split a path into what stands before the extension, and the extension."""
    return os.path.splitext(text(path))  # noqa: PTH122 - text, not Path


def fileglob(pattern: Any) -> list[str]:
    """Return the files, not the directories, that a pattern such as ``/etc/*.conf`` matches; sorted."""
    from glob import glob

    return sorted(path for path in glob(text(pattern)) if os.path.isfile(path))  # noqa: PTH113, PTH207 - text, not Path


def win_basename(path: Any) -> str:
    """Return the last part of a Windows path."""
    return ntpath.basename(text(path))


def win_dirname(path: Any) -> str:
    """Return a Windows path without its last part."""
    return ntpath.dirname(text(path))


def win_splitdrive(path: Any) -> tuple[str, str]:
    """Split a Windows path into drive (or share) and the rest."""
    return ntpath.splitdrive(text(path))
