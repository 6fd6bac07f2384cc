"""Who uses which checkpoint: one that is in use is not removed, whichever run wants to."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class Leases:
    """The checkpoints that a run uses, until it lets go of them."""

    def __init__(self, where: Path) -> None:
        self._where = where / "leases"
        self._held: dict[str, IO[str]] = {}

    def take(self, key: str) -> bool:
        """Use a checkpoint until ``close``; return whether that goes: somebody may be about to remove it."""
        if key in self._held:
            return True
        try:
            self._where.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = (self._where / key).open("a")
        except OSError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._held[key] = file
        return True

    @contextmanager
    def alone(self, key: str) -> Iterator[bool]:
        """Yield whether nobody uses a checkpoint; while the context lasts nobody can begin to."""
        with contextlib.ExitStack() as stack:
            try:
                self._where.mkdir(parents=True, exist_ok=True, mode=0o700)
                file = stack.enter_context((self._where / key).open("a"))
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True
            (self._where / key).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of everything."""
        for file in self._held.values():
            file.close()
        self._held.clear()
