"""The web server from which a machine fetches its installer's answers."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import io
import re
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email.utils import formatdate
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from runner.builders.shared.http import HttpServer
from runner.sdk import Failed, Session

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_PATIENCE = 60.0
"""How long a machine may take for a request, in seconds."""
_FAMILIES = {"tcp": socket.AF_UNSPEC, "tcp4": socket.AF_INET, "tcp6": socket.AF_INET6}
_SIOCGIFADDR = 0x8915


class Web(NamedTuple):
    """Where a machine finds the server."""

    host: str
    port: int

    @property
    def fields(self) -> Mapping[str, Any]:
        """The fields of Go's templates that tell it."""
        return {"HTTPIP": self.host, "HTTPPort": self.port}


def http_gap(options: Mapping[str, Any]) -> str | None:
    """Return which option of the web server this version cannot work with."""
    kind = options.get("http_network_protocol")
    return f"http_network_protocol: {kind}, by which no machine fetches" if kind in ("unix", "unixpacket") else None


@asynccontextmanager
async def serving(session: Session, options: HttpServer, host: str) -> AsyncIterator[Web | None]:
    """Serve what the options name; yield where, or nothing when they name nothing. Raises ``Failed``.

    ``host`` is the address by which the machine reaches this computer.
    """
    if options.http_directory is None and options.http_content is None:
        yield None
        return
    directory = None if options.http_directory is None else session.root / options.http_directory
    if directory is not None and not directory.is_dir():
        raise Failed(f"http_directory: there is no directory {options.http_directory}")
    if options.http_interface is not None:
        host = address_of(options.http_interface)
    texts = {f"/{path.lstrip('/')}": text.encode() for path, text in (options.http_content or {}).items()}
    site = _Site(session, directory, texts)
    server, port = await _listening(options, site)
    try:
        session.say(f"Serving {options.http_directory or 'http_content'} at http://{_bracketed(host)}:{port}/")
        yield Web(host, port)
    finally:
        server.close()
        await site.close()
        await server.wait_closed()


async def _listening(options: HttpServer, site: _Site) -> tuple[asyncio.Server, int]:
    """Listen on the first port that is free. Raises ``Failed``."""
    least, most = options.http_port_min, options.http_port_max
    for port in range(least, most + 1):
        try:
            return await asyncio.start_server(
                site.connected, options.http_bind_address, port, family=_FAMILIES[options.http_network_protocol],
            ), port
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise Failed(f"http_bind_address: {options.http_bind_address} cannot be used: {error}") from error
    raise Failed(
        f"no port from {least} to {most} is free for the web server", "change http_port_min and http_port_max",
    )


def address_of(interface: str) -> str:
    """Return the IPv4 address of a network interface. Raises ``Failed``."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            found = fcntl.ioctl(asked, _SIOCGIFADDR, struct.pack("256s", interface.encode()[:15]))
        except OSError as error:
            raise Failed(f"http_interface: there is no address at {interface}") from error
    return socket.inet_ntoa(found[20:24])


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _Site:
    """What is served, and to whom just now."""

    def __init__(self, session: Session, directory: Path | None, texts: Mapping[str, bytes]) -> None:
        self._session = session
        self._directory = None if directory is None else directory.resolve()
        self._texts = texts
        self._running: set[asyncio.Task[None]] = set()
        self._last = ""

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of a connection."""
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            # Whatever a machine sends or leaves out, it is not this computer's trouble.
            with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError,
                                     asyncio.CancelledError):
                while await self._answered(reader, writer):
                    pass
        finally:
            self._running.discard(task)
            writer.close()

    async def close(self) -> None:
        """End what is being answered."""
        for each in self._running:
            each.cancel()
        await asyncio.gather(*self._running)

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer a request; return whether another may follow."""
        async with asyncio.timeout(_PATIENCE):
            head = await reader.readuntil(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        method, target, version, *_ = (*line.split(), "", "", "")
        keep = version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
        if method not in ("GET", "HEAD"):
            await self._send(writer, method, target, _Part(HTTPStatus.NOT_IMPLEMENTED))
            return False
        found = self._found(unquote(urlsplit(target).path))
        if found is None:
            await self._send(writer, method, target, _Part(HTTPStatus.NOT_FOUND))
            return keep
        with found as content:
            await self._send(writer, method, target, _part(content, headers.get("range", "")))
        return keep

    def _found(self, path: str) -> IO[bytes] | None:
        """Return what is served under a path; nothing when nothing is, or when it leads out of the directory."""
        if path in self._texts:
            return io.BytesIO(self._texts[path])
        if self._directory is None or "\0" in path:
            return None
        with contextlib.suppress(OSError):
            file = (self._directory / path.lstrip("/")).resolve()
            file = file / "index.html" if file.is_dir() else file
            if file.resolve().is_relative_to(self._directory) and file.is_file():
                return file.open("rb")
        return None

    async def _send(self, writer: asyncio.StreamWriter, method: str, target: str, part: _Part) -> None:
        """Send an answer, and tell of it."""
        body = b"" if part.content is not None else f"{part.status.phrase}\n".encode()
        length = part.length if part.content is not None else len(body)
        head = [
            f"HTTP/1.1 {part.status.value} {part.status.phrase}", f"Date: {formatdate(usegmt=True)}", "Server: ingot",
            f"Content-Length: {length}", "Accept-Ranges: bytes", *part.headers,
        ]
        writer.write("\r\n".join((*head, "", "")).encode("latin-1"))
        told = f"The machine asked for {target}: {part.status.value} {part.status.phrase}, {length} bytes"
        if told != self._last:  # a machine may ask for the same thing every second
            self._session.say(told)
            self._last = told
        if method == "HEAD":
            pass
        elif part.content is None:
            writer.write(body)
        else:
            await _poured(writer, part)
        await writer.drain()


class _Part(NamedTuple):
    """What is answered: a part of a file, or nothing but a status."""

    status: HTTPStatus
    content: IO[bytes] | None = None
    start: int = 0
    length: int = 0
    headers: tuple[str, ...] = ()


def _part(content: IO[bytes], wanted: str) -> _Part:
    """Return the part of a content that a request wants: all of it, unless it asks for one range."""
    size = content.seek(0, 2)
    found = _RANGE.fullmatch(wanted)
    if found is None or not any(found.groups()):
        return _Part(HTTPStatus.OK, content, 0, size)
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1) if first and last else size
    if start >= stop:
        return _Part(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=(f"Content-Range: bytes */{size}",))
    told = f"Content-Range: bytes {start}-{stop - 1}/{size}"
    return _Part(HTTPStatus.PARTIAL_CONTENT, content, start, stop - start, (told,))


async def _poured(writer: asyncio.StreamWriter, part: _Part) -> None:
    assert part.content is not None
    part.content.seek(part.start)
    left = part.length
    while left and (piece := await asyncio.to_thread(partial(part.content.read, min(left, 1 << 18)))):
        left -= len(piece)
        writer.write(piece)
        await writer.drain()
