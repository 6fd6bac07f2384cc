"""A file that was downloaded, and what is known of it."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
from collections.abc import Coroutine
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from runner.builders.shared import checksums
from runner.builders.shared.checksums import Checksum
from runner.builders.shared.sources import Opened, name_of, opened, shown
from runner.sdk import Failed, Session
from runner.sdk.threads import held, uninterrupted

T = TypeVar("T")
_PIECE = 1 << 20
_TRIES = 4
"""How often a connection may break before a download is given up."""
_TELLING = 0.5
"""How often is told how far a download is, in seconds."""


class _Notes(NamedTuple):
    """What is known of a file that is kept, or of the part of it that has come so far."""

    url: str = ""
    version: str = ""
    stamp: str = ""
    """Size and time of the file when it was whole."""
    checked: str = ""
    """The checksum that it had then."""


class Keeping:
    """A file that is kept; whoever uses this holds its lock."""

    def __init__(self, session: Session, target: Path, notes: Path, checksum: Checksum | None) -> None:
        self._session = session
        self._target = target
        self._part = target.with_name(f".{target.name}.part")
        self._file = notes
        self._checksum = checksum

    async def get(self, url: str, local: Path | None) -> None:
        """Have the file in its place. Raises ``Failed``."""
        if await held(self._is_there, url, local):
            self._session.say(f"{name_of(url)} is there already: {self._session.shown(self._target)}")
            return
        resumed = self._part.exists() and local is None
        try:
            await self._pour(url, local)
        except Failed:
            # What has come so far may have been the beginning of another file.
            if not resumed or self._part.exists():
                raise
            await self._pour(url, local)

    def _is_there(self, url: str, local: Path | None) -> bool:
        """Return whether the file is there as it should be."""
        if not self._target.is_file():
            return False
        notes, stamp = self._notes(), _stamp(self._target)
        if self._checksum is not None:
            if notes.stamp == stamp and notes.checked == str(self._checksum):
                return True
            if checksums.digest_of(self._target, self._checksum.algorithm) != self._checksum.digest:
                return False
            self._note(notes._replace(stamp=stamp, checked=str(self._checksum)))
            return True
        if local is not None or notes.stamp != stamp or notes.url != url or not notes.version:
            return False
        answer = opened(url, version=notes.version, have=True)
        if answer is not None:
            answer.stream.close()
        return answer is None

    async def _pour(self, url: str, local: Path | None) -> None:
        """Download what is missing, check the whole and put it in place. Raises ``Failed``."""
        pouring = _Pouring()
        telling = asyncio.create_task(self._told(url, local, pouring))
        try:
            await _stoppable(asyncio.to_thread(self._poured, url, local, pouring), pouring.stop)
        finally:
            telling.cancel()

    async def _told(self, url: str, local: Path | None, pouring: _Pouring) -> None:
        self._session.say(f"{'Copying' if local else 'Downloading'} {shown(url)}")
        while True:
            await asyncio.sleep(_TELLING)
            self._session.progress(name_of(url), pouring.done, pouring.size)

    def _poured(self, url: str, local: Path | None, pouring: _Pouring) -> None:
        for left in reversed(range(_TRIES)):
            before = self._part.stat().st_size if self._part.exists() else 0
            try:
                self._append(url, local, pouring)
                break
            except (OSError, HTTPException) as error:
                if pouring.stop.is_set() or not left or pouring.done <= before:
                    raise Failed(f"the download of {shown(url)} broke off: {error}") from error
        if self._checksum is not None:
            try:
                self._checksum.check(self._part)
            except Failed as failed:
                self._part.unlink()
                raise Failed(str(failed).replace(self._part.name, name_of(url), 1), failed.hint) from None
        self._part.replace(self._target)
        self._note(self._notes()._replace(stamp=_stamp(self._target), checked=str(self._checksum or "")))

    def _append(self, url: str, local: Path | None, pouring: _Pouring) -> None:
        """Add to the part what is missing. Raises ``OSError`` when the connection breaks."""
        answer = self._opened(url, local)
        with answer.stream as stream, self._part.open("r+b" if answer.start else "wb") as file:
            file.truncate(answer.start)
            file.seek(answer.start)
            self._note(_Notes(url, answer.version))
            pouring.done, pouring.size = answer.start, answer.size
            free = shutil.disk_usage(self._part.parent).free
            if answer.size is not None and answer.size - answer.start > free:
                raise Failed(
                    f"there is no room for {shown(url)}: it has {_megabytes(answer.size)}, and {_megabytes(free)} are "
                    f"free in {self._part.parent}", "make room, or set INGOT_CACHE_DIR",
                )
            while piece := stream.read(_PIECE):
                file.write(piece)
                pouring.done += len(piece)
                if pouring.stop.is_set():
                    raise OSError("it was stopped")
        if answer.size is not None and pouring.done != answer.size:
            raise OSError(f"{pouring.done} of {answer.size} bytes came")

    def _opened(self, url: str, local: Path | None) -> Opened:
        if local is not None:
            return Opened(local.open("rb"), 0, local.stat().st_size, "")
        notes, start = self._notes(), self._part.stat().st_size if self._part.exists() else 0
        if self._checksum is None and (notes.url != url or not notes.version):
            start = 0  # nobody would know whether the two parts belong together
        answer = opened(url, start, notes.version if notes.url == url else "")
        assert answer is not None
        return answer

    def _notes(self) -> _Notes:
        try:
            return _Notes(**json.loads(self._file.read_text("utf-8")))
        except (OSError, ValueError, TypeError):  # there are none, or none that can be read
            return _Notes()

    def _note(self, notes: _Notes) -> None:
        self._file.write_text(json.dumps(notes._asdict()), "utf-8")


class _Pouring:
    """How far a download is."""

    def __init__(self) -> None:
        self.done = 0
        self.size: int | None = None
        self.stop = threading.Event()
        """Set when nobody wants it any more."""


def _stamp(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns}"


async def _stoppable(work: Coroutine[Any, Any, T], stop: threading.Event) -> T:
    """Wait for a thread; when that is cancelled, tell it to stop and wait for its end."""
    running = asyncio.ensure_future(work)

    async def ended() -> None:
        with suppress(Failed):
            await running

    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        await uninterrupted(ended())
        raise


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
