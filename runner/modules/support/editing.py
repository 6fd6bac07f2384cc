"""Change a text file on the machine: its content is brought here, and written back if it is another one then."""

from __future__ import annotations

from collections.abc import Generator
from posixpath import dirname
from typing import Any

from runner.modules.shared import Edited
from runner.modules.support.attributes import Found, look, settle
from runner.modules.support.trees import make_directories
from runner.modules.support.writing import extras_of, write
from runner.sdk import Failed, Get, Verb

_ATTRIBUTES = "ownership, perms or SE linux context changed"


def opened(
    path: str, options: Edited, *, follow: bool = True
) -> Generator[Verb, Any, tuple[Found, bytes | None]]:
    """Look at a file, behind links; return what was found and its content, nothing when there is no file.

    What is written to a link that is not followed takes its place. Raises ``Failed`` for a directory.
    """
    found = yield from look(path, options, follow=follow, extras=("content", *extras_of(options)))
    if found.file.kind == "directory":
        raise Failed(f"Path {path} is a directory !")
    if not found.file.exists:
        return found, None
    content = found.content
    if content is None and found.file.size:  # there is no base64, or it is a device
        content = yield Get(found.path)
    return found, content or b""


def missing(path: str) -> Failed:
    """Return the failure of a file that is not there and is not to be made."""
    return Failed(f"Path {path} does not exist !", "write create: true to make it, if the module takes that")


def saved(
    found: Found, former: bytes | None, content: bytes, options: Edited, message: str
) -> Generator[Verb, Any, tuple[bool, str, str]]:
    """Write a file if its content has changed, and put its attributes right.

    Returns whether anything was changed, ``message`` with a word on attributes, and the name of a backup if there is
    one. ``former`` is nothing for a file that is made. Raises ``Failed``.
    """
    backup = ""
    if former is None and not found.parent.exists:
        yield from make_directories(dirname(found.path), "", "")
    if former is None or content != former:
        before = found.file if found.file.exists else found.fresh()
        file, values = yield from write(found, content, options)
        backup = values.get("backup_file", "")
        changed = True
        settled = (file.mode, file.uid, file.gid) != (before.mode, before.uid, before.gid)
    else:
        settled, _ = yield from settle(found.path, found.file, options, found)
        changed = settled
    if settled:
        message = f"{message} and {_ATTRIBUTES}" if message else _ATTRIBUTES
    return changed, message, backup
