"""The records of runs: ``.ingot/runs/ID/`` beside the playbook, with plan, events and manifest.

An ID begins with the time, so that names sort by it, and ends with the beginning of the run's UUID, so that two runs
that begin together have two. Files that are written at once are there whole or not at all.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TextIO

PLAN, EVENTS, MANIFEST = "plan.json", "events.jsonl", "manifest.json"
_SHORT = 8
_UNENCODABLE = "backslashreplace"
"""What becomes of bytes of file names that are no text: escapes, as JSON has them."""


def directory_of(root: Path, run: str, moment: datetime) -> Path:
    """Return the directory for the record of a run that began at ``moment`` (UTC) beside a playbook in ``root``."""
    return root / ".ingot" / "runs" / f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03}Z-{run[:_SHORT]}"


def begin(where: Path, plan: str) -> TextIO:
    """Begin the record of a run in a directory of its own; return the file for its events.

    Raises ``OSError`` when there can be none; nothing is left then.
    """
    where.mkdir(parents=True)
    try:
        ignored = where.parents[1] / ".gitignore"
        if not ignored.exists():
            write_whole(ignored, "*\n")
        write_whole(where / PLAN, plan)
        return (where / EVENTS).open("a", encoding="utf-8", errors=_UNENCODABLE)
    except BaseException:
        shutil.rmtree(where, ignore_errors=True)
        raise


def write_whole(path: Path, content: str | bytes, mode: int | None = None) -> None:
    """Write a file so that it is there whole or not at all, with these permissions. Raises ``OSError``."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("wb") as stream:
            if mode is not None:
                os.fchmod(stream.fileno(), mode)
            stream.write(content.encode(errors=_UNENCODABLE) if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)  # a disk that is full does not tell, and nobody knows the partial one
        raise


class Recorded(NamedTuple):
    """What is recorded of a run."""

    plan: Any
    manifest: Any
    """Nothing when the run was killed."""


def recorded(root: Path, run: str) -> Recorded | None:
    """Return what is recorded of a run by its UUID, if there is anything that can be read."""
    for path in (root / ".ingot" / "runs").glob(f"*-{run[:_SHORT]}"):
        plan = _json(path / PLAN)
        return None if plan is None else Recorded(plan, _json(path / MANIFEST))
    return None


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


class Found(NamedTuple):
    """The record of a run that is over, read again."""

    id: str
    path: Path
    manifest: Any
    """What JSON is in it: nobody has looked yet whether it is a manifest."""


class Damaged(NamedTuple):
    """A record that cannot be read, and why."""

    path: Path
    reason: str


def records(root: Path) -> Iterator[Found | Damaged]:
    """Yield the records of the runs beside a playbook in ``root``, the newest first; runs without a manifest have none.

    A run that is killed, or made nothing, leaves no manifest.
    """
    for path in sorted((root / ".ingot" / "runs").glob(f"*/{MANIFEST}"), reverse=True):
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            yield Damaged(path, error.strerror or str(error))
        except (ValueError, RecursionError):
            yield Damaged(path, "it is no JSON")
        else:
            yield Found(path.parent.name, path, manifest)
