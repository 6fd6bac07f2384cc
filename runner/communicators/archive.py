"""Files and directories as one stream: tar on both sides, whole or not at all on this one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import tarfile
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from runner.communicators.transport import Feed
from runner.sdk import Failed, Sent
from runner.sdk.threads import held
from runner.sdk.unpacking import Misplaced, unpack

__all__ = ["Feed", "Take", "read", "received_file", "received_tree", "send"]

Take = Callable[[bytes], None]
_PIECE = 1 << 20
"""How much of a file is read at once, in bytes."""
_BLOCK = 512
"""The size of a block of a tar archive, in bytes (POSIX pax)."""


async def send(entries: Sequence[Sent], write: Callable[[bytes], Awaitable[None]]) -> None:
    """Write an archive of the entries. Raises ``Failed`` when a file cannot be read.

    While a piece is on its way the next is read.
    """
    pieces = _pieces(entries)
    coming = asyncio.create_task(asyncio.to_thread(next, pieces, b""))
    try:
        while piece := await coming:
            coming = asyncio.create_task(asyncio.to_thread(next, pieces, b""))
            await write(piece)
    finally:
        await asyncio.gather(coming, return_exceptions=True)


def _pieces(entries: Sequence[Sent]) -> Iterator[bytes]:
    """Yield the bytes of an archive. Owners are not told: what is sent belongs to who unpacks it."""
    gathered: list[bytes] = []
    size = 0
    for entry in entries:
        for piece in _entry(entry):
            gathered.append(piece)
            size += len(piece)
            if size >= _PIECE:
                yield b"".join(gathered)
                gathered, size = [], 0
    yield b"".join((*gathered, b"\0" * 2 * _BLOCK))


def _entry(entry: Sent) -> Iterator[bytes]:
    info = tarfile.TarInfo(entry.path)
    try:
        status = os.lstat(entry.source)
        if os.path.islink(entry.source):  # noqa: PTH114 - the path is a text
            info.type, info.linkname = tarfile.SYMTYPE, os.readlink(entry.source)  # noqa: PTH115 - as above
            yield info.tobuf(tarfile.PAX_FORMAT)
            return
        info.mtime = int(status.st_mtime)
        info.mode = status.st_mode & 0o7777 if entry.mode is None else entry.mode
        if os.path.isdir(entry.source):  # noqa: PTH112 - as above
            info.type = tarfile.DIRTYPE
            yield info.tobuf(tarfile.PAX_FORMAT)
            return
        with open(entry.source, "rb") as stream:  # noqa: PTH123 - as above
            info.size = os.fstat(stream.fileno()).st_size
            yield info.tobuf(tarfile.PAX_FORMAT)
            left = info.size
            while left:
                piece = stream.read(min(_PIECE, left))
                if not piece:
                    raise Failed(f"{entry.source} was cut short while it was sent")
                left -= len(piece)
                yield piece
            yield b"\0" * (-info.size % _BLOCK)
    except OSError as error:
        raise Failed(f"{entry.source} cannot be read: {error.strerror}") from error


@asynccontextmanager
async def received_file(to: Path) -> AsyncIterator[Take]:
    """Yield what takes in the content of the file ``to``, which is there only if all went well."""
    to.parent.mkdir(parents=True, exist_ok=True)
    part = _beside(to)
    try:
        with part.open("wb") as stream:
            yield _writer(stream)
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)


@asynccontextmanager
async def received_tree(to: Path, *, inside: bool) -> AsyncIterator[Take]:
    """Yield what takes in an archive, which becomes the directory ``to``; ``inside``, if it is there already."""
    to.parent.mkdir(parents=True, exist_ok=True)
    part = _beside(to)
    try:
        with tempfile.TemporaryFile(dir=to.parent) as stream:
            yield _writer(stream)
            stream.seek(0)
            await held(_unpacked, stream, part)
        await held(_placed, part, to, inside)
    finally:
        await held(shutil.rmtree, part, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")


def _unpacked(stream: IO[bytes], to: Path) -> None:
    """Unpack what a machine sent: files, directories and links that stay inside; never devices, never owners."""
    to.mkdir()
    try:
        with contextlib.closing(tarfile.open(fileobj=stream, mode="r:")) as archive:
            unpack(archive, to)
    except Misplaced as error:
        raise Failed(f"the machine sent a file that does not belong there: {error}") from error
    except tarfile.ReadError as error:
        message = f"what the machine sent is no archive: {error}"
        raise Failed(message, "what its shell prints at every login, as by ~/.bashrc, would come in between") from error


def _placed(part: Path, to: Path, inside: bool) -> None:  # noqa: FBT001 - handed through held()
    if inside or to.is_dir():
        for each in part.rglob("*"):  # a link that is there would be in the way of a new one
            there = to / each.relative_to(part)
            if each.is_symlink() and (there.is_symlink() or there.is_file()):
                there.unlink()
        shutil.copytree(part, to, symlinks=True, dirs_exist_ok=True)
    else:
        part.replace(to)


def read(entry: Sent) -> tuple[bytes | None, int]:
    """Return the content of a file to be sent, nothing for a directory, and its permissions. Raises ``OSError``."""
    source = Path(entry.source)
    mode = entry.mode if entry.mode is not None else source.stat().st_mode & 0o7777
    return (None if source.is_dir() else source.read_bytes()), mode


def _writer(stream: IO[bytes]) -> Take:
    def take(data: bytes) -> None:
        stream.write(data)

    return take
