"""Streams that are compressed and counted on their way to a file."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal, NamedTuple, Protocol

from runner.sdk import Failed

Compression = Literal["gzip", "none", "xz", "zstd"]
SUFFIXES: dict[str, str] = {"gzip": ".gz", "none": "", "xz": ".xz", "zstd": ".zst"}
_PROGRAMS = {"xz": ["xz", "-T0", "-c"], "zstd": ["zstd", "-q", "-T0", "-3", "-c"]}
_LEVEL = 4
"""Two and a half times as fast as zlib's own level 6, for a twentieth more in size."""
_BLOCK = 1 << 20
_WINDOW = 1 << 15
"""How far back a deflate stream may refer, in bytes (RFC 1951)."""
_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
"""Neither name nor time: equal content gives equal files (RFC 1952)."""


class Sink(Protocol):
    """What takes in bytes."""

    def write(self, data: bytes, /) -> object:
        """Take in what comes next."""
        ...


class Written(NamedTuple):
    """A file that was written."""

    digest: str
    """Its digest, as container images name it."""
    size: int
    plain: str
    """The digest of what it holds, before it was compressed."""


def written(path: Path, how: Compression, fill: Callable[[Callable[[bytes], object]], None]) -> Written:
    """Write a file: ``fill`` gets what takes in its content, which is compressed on the way. Raises ``Failed``."""
    plain = hashlib.sha256()
    with path.open("wb") as file, _compressed(file, how) as sink:
        def take(data: bytes) -> None:
            plain.update(data)
            sink.write(data)

        fill(take)
    return Written(digest_of(path), path.stat().st_size, f"sha256:{plain.hexdigest()}")


@contextmanager
def _compressed(file: IO[bytes], how: Compression) -> Iterator[Sink]:
    """Yield what takes in data and writes it to ``file`` compressed."""
    if how == "none":
        yield file
    elif how == "gzip":
        with ThreadPoolExecutor(_threads()) as threads:
            packer = _Gzip(file, threads)
            yield packer
            packer.finish()
    else:
        with _program(_PROGRAMS[how], file) as stream:
            yield stream


@contextmanager
def _program(argv: list[str], file: IO[bytes]) -> Iterator[Sink]:
    """Yield the input of a program that writes to ``file``."""
    try:
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=file)  # noqa: S603 - from the table above
    except FileNotFoundError as error:
        raise Failed(f"there is no program {argv[0]}", "install it, or choose another compression") from error
    with process:
        assert process.stdin is not None
        yield process.stdin
    if process.returncode:
        raise Failed(f"{argv[0]} fails with status {process.returncode}")


def _threads() -> int:
    return len(os.sched_getaffinity(0))


class _Gzip:
    """A gzip file in blocks that threads compress: zlib lets other threads work meanwhile.

    Each block begins with what precedes it as its dictionary, and so is as small as if there were no blocks.
    """

    def __init__(self, to: Sink, threads: ThreadPoolExecutor) -> None:
        self._to = to
        self._threads = threads
        self._waiting: deque[Future[bytes]] = deque()
        self._gathered: list[bytes] = []
        self._length = 0
        self._before = b""
        self._check = 0
        self._size = 0
        to.write(_HEADER)

    def write(self, data: bytes) -> None:
        """Take in what comes next."""
        self._gathered.append(data)
        self._length += len(data)
        if self._length >= _BLOCK:
            self._block(last=False)

    def finish(self) -> None:
        """Write the end."""
        self._block(last=True)
        while self._waiting:
            self._to.write(self._waiting.popleft().result())
        self._to.write(struct.pack("<LL", self._check, self._size & 0xFFFFFFFF))

    def _block(self, *, last: bool) -> None:
        data = b"".join(self._gathered)
        self._gathered, self._length = [], 0
        self._check = zlib.crc32(data, self._check)
        self._size += len(data)
        self._waiting.append(self._threads.submit(_deflated, data, self._before, last=last))
        self._before = (self._before + data)[-_WINDOW:] if len(data) < _WINDOW else data[-_WINDOW:]
        while len(self._waiting) > 2 * _threads():
            self._to.write(self._waiting.popleft().result())


def _deflated(data: bytes, before: bytes, *, last: bool) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=before)
    return packer.compress(data) + packer.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)


def digest_of(path: Path) -> str:
    """Return the digest of a file as container images name it."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
