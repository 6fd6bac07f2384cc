"""What all ways to send a file have in common: its digest, how far it is, and what may be better the next time."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Protocol

from runner.sdk import Failed
from runner.sdk.threads import held

Moved = Callable[[int], None]
"""Is told how many bytes have gone; raises when nobody wants the rest to go."""
PIECE = 1 << 18
"""How much of a file is read and sent at once, in bytes."""
_LARGE = 64 << 20
"""How large a file has to be, in bytes, for its progress to be told."""
_STEPS = 10


class Again(Failed):
    """It has not worked, and may work in a moment."""


class Sender(Protocol):
    """One way to send files."""

    def address(self, place: str) -> str:
        """Return a place as it is shown."""
        ...

    def send(self, file: Path, place: str, digest: bytes, moved: Moved) -> None:
        """Send a file whose SHA-256 is ``digest``. Raises ``Again``, and ``Failed`` if it cannot get better."""
        ...


class Progress:
    """Tells how much of a large file has gone, ten times in all."""

    def __init__(self, say: Callable[[str], None], name: str, size: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._say = say
        self._name = name
        self._size = size
        self._moved = 0
        self._lock = Lock()  # pieces of a file may go side by side

    def with_check(self, check: Callable[[], None]) -> Moved:
        """Return what takes in how much has gone, in whatever thread, and asks each time whether to go on."""

        def moved(count: int) -> None:
            check()
            with self._lock:
                before, self._moved = self._moved, self._moved + count
            if self._size >= _LARGE and (step := self._step(self._moved)) != self._step(before) and step < _STEPS:
                self._loop.call_soon_threadsafe(self._say, f"{self._name}: {step * 100 // _STEPS} % are sent")

        return moved

    def _step(self, moved: int) -> int:
        return moved * _STEPS // self._size


async def digest_of(file: Path) -> bytes:
    """Return the SHA-256 digest of a file."""
    return await held(_digest, file)


def _digest(file: Path) -> bytes:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def in_words(size: int) -> str:
    """Return a size as people say it."""
    amount, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:  # noqa: PLR2004 - a kilo
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.3g} {unit}"
