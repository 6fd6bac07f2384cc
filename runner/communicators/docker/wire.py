"""A connection to the Docker engine: bytes both ways over a socket that asyncio watches, sealed by TLS or not."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from runner.sdk import Failed

if TYPE_CHECKING:
    import ssl

_READ = 1 << 18
"""How much is read at once, in bytes."""
_USUAL = "unix:///var/run/docker.sock"
_PORTS = {False: 2375, True: 2376}
"""The engine's ports, without TLS and with it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an engine is."""

    address: str
    """``unix:///PATH`` or ``tcp://HOST:PORT``."""
    certificates: Path | None = None
    """Directory with ``ca.pem``, ``cert.pem`` and ``key.pem``, when TLS is wanted."""
    verify: bool = True
    """Whether the engine has to prove who it is."""


def place(address: str, environ: Mapping[str, str]) -> Place:
    """Return where the engine at an address is, by the variables that Docker's own programs know. Raises ``Failed``."""
    scheme = address.partition("://")[0]
    if scheme == "ssh":
        raise Failed(
            f"the Docker engine at {address} cannot be reached by ssh",
            "let ssh carry its socket: ssh -NL /tmp/docker.sock:/var/run/docker.sock HOST, and set "
            "DOCKER_HOST=unix:///tmp/docker.sock",
        )
    if scheme not in ("unix", "tcp", "http", "https"):
        raise Failed(f"{address!r} is no address of a Docker engine", "it looks like unix:///PATH or tcp://HOST:PORT")
    verify, directory = bool(environ.get("DOCKER_TLS_VERIFY")), environ.get("DOCKER_CERT_PATH")
    if scheme == "unix" or not (verify or directory or scheme == "https"):
        return Place(address)
    return Place(address, Path(directory) if directory else Path.home() / ".docker", verify)


def usual(environ: Mapping[str, str]) -> str | None:
    """Return the address of the engine that is meant; nothing when only Docker's contexts tell."""
    if given := environ.get("DOCKER_HOST"):
        return given
    if environ.get("DOCKER_CONTEXT", "default") != "default":
        return None
    try:
        text = (Path(environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json").read_text("utf-8")
    except OSError:
        text = ""
    return None if '"currentContext"' in text else _USUAL


class Wire(Protocol):
    """A connection."""

    async def read(self) -> bytes:
        """Return what comes next; nothing at the end. Raises ``OSError``."""
        ...

    def write_now(self, data: bytes) -> bytes:
        """Write what can be written without waiting; return the rest. Raises ``OSError``."""
        ...

    async def write(self, data: bytes) -> None:
        """Write all of it. Raises ``OSError``."""
        ...

    async def end(self) -> None:
        """Let the other side read the end of what is written; it can still be read from. Raises ``OSError``."""
        ...

    def close(self) -> None:
        """End the connection."""
        ...


async def wire(where: Place) -> Wire:
    """Return a new connection. Raises ``OSError``."""
    url = urlsplit(where.address)
    if url.scheme == "unix":
        return _Plain(await _connected(socket.AF_UNIX, where.address.removeprefix("unix://")))
    sealed = where.certificates is not None
    host, port = url.hostname or "localhost", url.port or _PORTS[sealed]
    plain = _Plain(await _reached(host, port))
    if not sealed:
        return plain
    tls = _Sealed(plain, _context(where), host)
    try:
        await tls.shake_hands()
    except BaseException:
        plain.close()
        raise
    return tls


async def _reached(host: str, port: int) -> socket.socket:
    """Return a socket that is connected to one of the addresses of a host."""
    *others, last = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for family, _, _, _, address in others:
        with contextlib.suppress(OSError):
            return await _connected(family, address)
    return await _connected(last[0], last[4])


async def _connected(family: int, address: object) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.settimeout(0)
        if family != socket.AF_UNIX:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(made, address)  # type: ignore[arg-type]  # each family has its own
    except BaseException:
        made.close()
        raise
    return made


def _context(where: Place) -> ssl.SSLContext:
    import ssl

    assert where.certificates is not None
    authority, certificate = where.certificates / "ca.pem", where.certificates / "cert.pem"
    context = ssl.create_default_context(cafile=str(authority) if authority.exists() else None)
    if certificate.exists():
        context.load_cert_chain(certificate, where.certificates / "key.pem")
    if not where.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class _Plain:
    """A connection as it is."""

    def __init__(self, made: socket.socket) -> None:
        self._socket = made
        self._loop = asyncio.get_running_loop()

    async def read(self) -> bytes:
        """Return what comes next."""
        return await self._loop.sock_recv(self._socket, _READ)

    def write_now(self, data: bytes) -> bytes:
        """Write what can be written without waiting."""
        try:
            return data[self._socket.send(data) :]
        except BlockingIOError:
            return data

    async def write(self, data: bytes) -> None:
        """Write all of it."""
        await self._loop.sock_sendall(self._socket, data)

    async def end(self) -> None:
        """Let the other side read the end."""
        self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End the connection."""
        self._socket.close()


class _Sealed:
    """A connection in TLS. Python's own sockets of that kind cannot say that they have nothing more to write."""

    def __init__(self, plain: _Plain, context: ssl.SSLContext, host: str) -> None:
        import ssl

        self._plain = plain
        self._from, self._to = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._from, self._to, server_hostname=host)
        self._wants = ssl.SSLWantReadError
        self._ended = ssl.SSLZeroReturnError

    async def shake_hands(self) -> None:
        """Agree with the other side."""
        while True:
            try:
                self._object.do_handshake()
            except self._wants:
                await self._flush()
                await self._receive()
            else:
                return await self._flush()

    async def read(self) -> bytes:
        """Return what comes next."""
        while True:
            try:
                return self._object.read(_READ)
            except self._wants:
                if not await self._receive():
                    return b""
            except self._ended:
                return b""

    def write_now(self, data: bytes) -> bytes:
        """Leave all of it to be written."""
        return data

    async def write(self, data: bytes) -> None:
        """Write all of it."""
        self._object.write(data)
        await self._flush()

    async def end(self) -> None:
        """Let the other side read the end: a notice of TLS, to which no answer is awaited."""
        with contextlib.suppress(self._wants):
            self._object.unwrap()
        await self._flush()

    def close(self) -> None:
        """End the connection."""
        self._plain.close()

    async def _receive(self) -> bool:
        data = await self._plain.read()
        if not data:
            self._from.write_eof()
            return False
        self._from.write(data)
        return True

    async def _flush(self) -> None:
        if data := self._to.read():
            await self._plain.write(data)
