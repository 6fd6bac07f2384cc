"""Talk to a container that has no shell: programs and files by the engine itself."""

from __future__ import annotations

import contextlib
import io
import posixpath
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from runner.communicators import archive
from runner.communicators.docker.engine import Engine
from runner.communicators.docker.http import Refused
from runner.communicators.docker.transport import Execs
from runner.communicators.transport import CHUNK
from runner.sdk import Answer, Become, Command, Download, Failed, Heard, Put, Sent, Upload
from runner.sdk.listening import Collector

if TYPE_CHECKING:
    from docker.api.client import APIClient

_LINKS = 40
"""How many links are followed, one after the other, as Linux does."""


async def carried_out(execs: Execs, argv: Sequence[str], data: bytes, heard: Heard | None) -> Answer:
    """Run a program to its end, with ``data`` as its standard input. Raises ``Failed``."""
    streams = {"stdout": Collector("stdout", heard), "stderr": Collector("stderr", heard)}
    start = _now()
    channel = await execs.open(argv, lambda stream, piece: streams[stream].take(piece))
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it need not read all
            for at in range(0, len(data), CHUNK):
                await channel.write(data[at : at + CHUNK])
            await channel.close_input()
        status = await channel.wait()
    finally:
        await channel.close()
        for each in streams.values():
            each.close()
    return Answer(status, streams["stdout"].text, streams["stderr"].text, start, _now())


class Bare:
    """The line to a container without a shell. Files belong to root, or to the owner of what they replace."""

    def __init__(self, engine: Engine, container: str, user: str | None = None) -> None:
        self._engine = engine
        self._container = container
        self._user = user

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[Bare]:
        """Yield itself: every command is a program of its own."""
        yield self

    async def run(self, command: Command, heard: Heard | None = None, become: Become | None = None) -> Answer:
        """Run a command to its end; ``heard`` is told every line of output. Raises ``Failed``."""
        data = command.stdin.encode() if isinstance(command.stdin, str) else command.stdin or b""
        execs = Execs(
            self._engine, self._container, become.user if become else self._user,
            environment=command.environment, directory=command.chdir,
        )
        return await carried_out(execs, command.argv, data, heard)

    async def put(self, file: Put, become: Become | None = None) -> None:
        """Write a file in the container. Raises ``Failed``."""
        del become
        former = await self._engine.call(lambda client: self._read(client, file.path))
        info = tarfile.TarInfo(posixpath.basename(file.path))
        info.size, info.mode = len(file.content), 0o644
        if former is not None:
            info.uid, info.gid, info.mode = former[0].uid, former[0].gid, former[0].mode
        if file.mode is not None:
            info.mode = file.mode
        with tempfile.TemporaryFile() as stream:
            with tarfile.open(fileobj=stream, mode="w") as packed:
                packed.addfile(info, io.BytesIO(file.content))
            await self._send(stream, posixpath.dirname(file.path) or "/", f"{file.path} cannot be written")

    async def get(self, path: str, become: Become | None = None) -> bytes | None:
        """Return the content of a file in the container; nothing when there is none. Raises ``Failed``."""
        del become
        found = await self._engine.call(lambda client: self._read(client, path))
        return None if found is None else found[1]

    async def upload(self, files: Upload, become: Become | None = None) -> None:
        """Send files and directories to the container. Raises ``Failed``."""
        del become
        with tempfile.TemporaryFile() as stream:
            await self._engine.thread(lambda: _packed(stream, files))
            await self._send(stream, "/", f"files cannot be sent to {files.directory}")

    async def download(self, files: Download, to: Path, become: Become | None = None) -> None:
        """Copy a file or directory of the container to the path ``to``. Raises ``Failed``."""
        del become
        path = files.path.rstrip("/") or "/"
        stat = await self._engine.call(lambda client: self._stat(client, path))
        if stat is None:
            raise Failed(f"{files.path} is not there")
        if not stat["mode"] & 1 << 31:  # Go's mark of a directory
            content = await self.get(path) or b""
            async with archive.received_file(to) as take:
                take(content)
            return
        async with archive.received_tree(to, inside=files.content_only) as take:
            await self._engine.stream(lambda client: client.get_archive(self._container, f"{path}/.")[0], take)

    async def _send(self, stream: IO[bytes], directory: str, what: str) -> None:
        stream.seek(0)
        try:
            await self._engine.call(lambda client: client.put_archive(self._container, directory, stream))
        except Refused as refused:
            raise Failed(f"{what}: {refused}") from refused

    def _stat(self, client: APIClient, path: str) -> dict[str, Any] | None:
        from docker.errors import NotFound

        try:
            pieces, stat = client.get_archive(self._container, path)
        except NotFound:
            return None
        for _ in pieces:
            break
        return dict(stat)

    def _read(self, client: APIClient, path: str) -> tuple[tarfile.TarInfo, bytes] | None:
        """Return a file with what is known about it; links are followed."""
        from docker.errors import NotFound

        for _ in range(_LINKS):
            try:
                pieces, _ = client.get_archive(self._container, path)
            except NotFound:
                return None
            with tarfile.open(fileobj=_Pieces(pieces), mode="r|") as packed:
                info = packed.next()
                if info is None or info.isdir():
                    raise Failed(f"{path} cannot be read: it is no file")
                if not info.issym():
                    content = packed.extractfile(info)
                    return info, content.read() if content else b""
                path = posixpath.join(posixpath.dirname(path), info.linkname)
        raise Failed(f"{path} cannot be read: too many links")


class _Pieces(io.RawIOBase):
    """Pieces as a file to be read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Return what comes next, up to ``size`` bytes."""
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


def _packed(stream: IO[bytes], files: Upload) -> None:
    with tarfile.open(fileobj=stream, mode="w") as packed:
        for entry in files.entries:
            _pack(packed, entry, posixpath.join(files.directory, entry.path).lstrip("/"))


def _pack(packed: tarfile.TarFile, entry: Sent, name: str) -> None:
    def as_roots(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        if entry.mode is not None:
            info.mode = entry.mode
        return info

    try:
        packed.add(entry.source, name, recursive=False, filter=as_roots)
    except OSError as error:
        raise Failed(f"{entry.source} cannot be read: {error.strerror}") from error


def _now() -> datetime:
    return datetime.now().astimezone().replace(tzinfo=None)
