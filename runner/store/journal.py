"""What runs have made and not yet removed, written down before it is made: so that ``ingot gc`` finds it after a kill.

Each run has a file of its own, with a line of JSON for each resource and one more when it is gone. The run holds a lock
on it: whoever gets the lock knows that the run is over. A run that leaves nothing leaves no file.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO

from runner.sdk.build import Resource
from runner.text.paths import state_directory

DIRECTORY = "run.directory"
"""The kind of a resource that is a directory on this computer, of no plugin's: its id is its path."""
_SUFFIX = ".jsonl"


def directory(environ: Mapping[str, str]) -> Path:
    """Return where journals lie."""
    return state_directory(environ) / "journal"


class Journal:
    """The journal of one run."""

    def __init__(self, where: Path, run: str) -> None:
        self._path = where / f"{run}{_SUFFIX}"
        self._file: IO[str] | None = None
        self._numbers = count(1)
        self._open: set[int] = set()

    @contextmanager
    def noted(self, resource: Resource) -> Iterator[Callable[[], None]]:
        """Note a resource, before it is made; yield what takes the note back once it is gone for certain.

        Without that the note stays, however the block is left: then ``ingot gc`` finds what could not be removed.
        Raises ``OSError`` when the note cannot be written: then nothing may be made.
        """
        number = next(self._numbers)
        note = {"note": number, "kind": resource.kind, "id": resource.id, "about": dict(resource.about)}
        self._open.add(number)
        self._write(note)

        def gone() -> None:
            if number in self._open:
                self._open.discard(number)
                self._write({"gone": number})

        yield gone

    def close(self) -> None:
        """End the journal; without anything left it goes."""
        if self._file is not None:
            if not self._open:
                self._path.unlink(missing_ok=True)
            self._file.close()

    def _write(self, line: Mapping[str, object]) -> None:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = self._path.open("a", encoding="utf-8")
            fcntl.flock(self._file, fcntl.LOCK_EX)
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fdatasync(self._file.fileno())


class Leftover:
    """The journal of a run that is over and has left something. It is locked for as long as it is looked at."""

    def __init__(self, path: Path, file: IO[str]) -> None:
        self.run = path.name.removesuffix(_SUFFIX)
        self._path = path
        self._file = file
        self._notes = _notes(file)

    @property
    def resources(self) -> tuple[Resource, ...]:
        """What was left, the last first: what was made later may stand on what was made before."""
        return tuple(reversed(self._notes.values()))

    def forget(self, resource: Resource) -> None:
        """Note that a resource is gone; the journal goes with the last."""
        number = next(number for number, each in self._notes.items() if each == resource)
        del self._notes[number]
        self._file.write(json.dumps({"gone": number}) + "\n")
        self._file.flush()
        if not self._notes:
            self._path.unlink(missing_ok=True)


def leftovers(where: Path) -> Iterator[Leftover]:
    """Yield the journal of each run that is over, the oldest first; those that still run are left alone."""
    for path in sorted(where.glob(f"*{_SUFFIX}"), key=lambda each: each.stat().st_mtime):
        with contextlib.ExitStack() as stack:
            try:
                file = stack.enter_context(path.open("r+", encoding="utf-8"))
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (FileNotFoundError, BlockingIOError):  # its run has just ended, or still runs
                continue
            leftover = Leftover(path, file)
            if leftover.resources:
                yield leftover
            else:
                path.unlink(missing_ok=True)


def running(where: Path) -> frozenset[str]:
    """Return the runs that go on on this computer, as far as they have noted anything."""
    found = set()
    for path in where.glob(f"*{_SUFFIX}"):
        with contextlib.suppress(FileNotFoundError), path.open("r+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                found.add(path.name.removesuffix(_SUFFIX))
    return frozenset(found)


def _notes(file: IO[str]) -> dict[int, Resource]:
    """Return the resources that are noted and not gone. A line that a kill cut short noted nothing that was made."""
    found: dict[int, Resource] = {}
    for line in file:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            entry = json.loads(line)
            if "gone" in entry:
                found.pop(entry["gone"], None)
            else:
                found[entry["note"]] = Resource(entry["kind"], entry["id"], entry["about"])
    return found
