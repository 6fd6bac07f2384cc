"""The Docker engine. What every build asks goes over a connection of our own; all else by Docker's library.

The library takes as long to be imported as the engine takes to start a container. It blocks, and so its calls run in
threads, which belong to one build alone: however many builds there are, none waits for another's.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from runner.communicators.docker import wire as docker_wire
from runner.communicators.docker.http import REFUSED, Answer, Refused, beginning, rest
from runner.communicators.docker.wire import Place, Wire
from runner.sdk import Failed
from runner.sdk.threads import uninterrupted

if TYPE_CHECKING:
    from docker.api.client import APIClient
    from requests import Response

T = TypeVar("T")

_THREADS = 8
"""How many calls of the library one build makes at once, at most."""
_PATIENCE = 300.0
"""How long the engine may take to answer, in seconds: it starts and removes many containers one after the other."""


class Engine:
    """An engine. That it is there is seen by the first question."""

    def __init__(self, where: Place, threads: ThreadPoolExecutor) -> None:
        self._where = where
        self._threads = threads

    @property
    def address(self) -> str:
        """Where the engine is, as ``DOCKER_HOST`` says it."""
        return self._where.address

    async def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, patience: float | None = _PATIENCE
    ) -> Any:
        """Ask the engine something; return its answer, which is JSON. Raises ``Failed``.

        The answer is waited for whatever happens: what it makes is never lost.
        """
        return await uninterrupted(self._asked(method, path, body, patience))

    async def heard(self, path: str) -> Any:
        """Return what the engine answers when something has happened. Raises ``Failed``.

        Nothing is made by it, and so the wait may be cut short.
        """
        return await self._asked("POST", path, None, None)

    async def _asked(self, method: str, path: str, body: Mapping[str, Any] | None, patience: float | None) -> Any:
        try:
            async with asyncio.timeout(patience):
                wire, answer = await self._sent(method, path, body, {"Connection": "close"})
                try:
                    return answer.json(await rest(wire, answer.first))
                finally:
                    wire.close()
        except OSError as error:  # a time-out is one, too
            raise _silent(error) from error

    async def upgrade(self, path: str, body: Mapping[str, Any]) -> tuple[Wire, bytes]:
        """Ask for a connection to a program; return it, and what has already been read from it. Raises ``Failed``."""
        return await uninterrupted(self._upgraded(path, body))

    async def _upgraded(self, path: str, body: Mapping[str, Any]) -> tuple[Wire, bytes]:
        try:
            async with asyncio.timeout(_PATIENCE):
                wire, answer = await self._sent("POST", path, body, {"Connection": "Upgrade", "Upgrade": "tcp"})
                if answer.status >= REFUSED:
                    with closing(wire):
                        answer.json(answer.first)
                return wire, answer.first
        except OSError as error:
            raise _silent(error) from error

    async def _sent(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> tuple[Wire, Answer]:
        """Send a question; return the connection and the beginning of the answer."""
        data = b"" if body is None else json.dumps(body).encode()
        lines = {"Host": "docker", "Content-Type": "application/json", "Content-Length": str(len(data)), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        try:
            wire = await docker_wire.wire(self._where)
        except OSError as error:
            raise unreachable(self.address, error) from error
        try:
            await wire.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + data)
            return wire, await beginning(wire)
        except BaseException:
            wire.close()
            raise

    async def call(self, function: Callable[[APIClient], T]) -> T:
        """Return what a call of Docker's library gives, which may take its time. Raises ``Failed``.

        It is waited for to its end, as with ``ask``.
        """
        version = await self._version()
        return await uninterrupted(self._threaded(lambda: self._with_library(version, function)))

    async def thread(self, function: Callable[[], T]) -> T:
        """Run something that blocks, to its end, in a thread of the build."""
        return await uninterrupted(self._threaded(function))

    async def stream(self, function: Callable[[APIClient], Iterable[T]], take: Callable[[T], None]) -> None:
        """Hand each piece of a long answer that the library gives to ``take``, in a thread. Raises ``Failed``.

        When the wait for it is cancelled the connection is cut, by which the engine gives up what it does.
        """
        cut, version = _Cut(), await self._version()

        def take_all(client: APIClient) -> None:
            client.hooks["response"].append(cut.note)
            for piece in function(client):
                take(piece)
                if cut.wanted:
                    return

        running = asyncio.ensure_future(self._threaded(lambda: self._with_library(version, take_all)))
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            cut.now()
            await uninterrupted(_ended(running))
            raise

    async def _version(self) -> str:
        """Return the version of the engine's interface, without which the library would ask for it by itself."""
        version: str = (await self.ask("GET", "/version"))["ApiVersion"]
        return version

    async def _threaded(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function)

    def _with_library(self, version: str, function: Callable[[APIClient], T]) -> T:
        """Call the library in this thread, by a connection that is only for that."""
        try:
            with closing(self._client(version)) as client:
                return function(client)
        except Failed:
            raise
        except Exception as error:
            raise _failure(error) from error

    def _client(self, version: str) -> APIClient:
        from docker.api.client import APIClient

        more: dict[str, Any] = {}
        if self._where.certificates is not None:
            more["tls"] = _tls(self._where.certificates, verify=self._where.verify)
        client = APIClient(base_url=self.address, version=version, timeout=None, **more)  # type: ignore[arg-type]
        client.trust_env = False  # the environment's authorities would take the place of the engine's own
        return client


class _Cut:
    """Cuts the connection of an answer that somebody else is reading."""

    def __init__(self) -> None:
        self.wanted = False
        self._response: Response | None = None

    def note(self, response: Response, **_: object) -> Response:
        """Note the answer that has just begun."""
        self._response = response
        if self.wanted:
            self.now()
        return response

    def now(self) -> None:
        """Cut it, now or when it begins."""
        self.wanted = True
        if self._response is not None:
            raw: Any = self._response.raw
            try:
                # Not the method of a TLS socket, which would make the reader take what is encrypted for the data.
                socket.socket.shutdown(raw._fp.fp.raw._sock, socket.SHUT_RDWR)  # noqa: SLF001 - no public way to it
            except (OSError, AttributeError):  # it has ended already
                return


async def _ended(running: asyncio.Future[None]) -> None:
    await asyncio.wait([running])
    running.exception()


@asynccontextmanager
async def engine(address: str = "") -> AsyncIterator[Engine]:
    """Yield the engine at an address, or that ``DOCKER_HOST`` or Docker's context names. Raises ``Failed``."""
    threads = ThreadPoolExecutor(_THREADS, "docker")
    try:
        found = address or docker_wire.usual(os.environ)
        yield Engine(_of_context() if found is None else docker_wire.place(found, os.environ), threads)
    finally:
        threads.shutdown(wait=False)


def _of_context() -> Place:
    """Return the place that Docker's context of the moment has."""
    from docker.context import ContextAPI

    context: Any = ContextAPI.get_current_context()
    if context is None or not context.Host:
        raise Failed("Docker's context names no engine", "choose another: docker context use NAME")
    certificates = Path(context.tls_path) / "docker" if context.TLSConfig else None
    return Place(context.Host, certificates, verify=certificates is not None and bool(context.TLSConfig.verify))


def _tls(certificates: Path, *, verify: bool) -> Any:
    from docker.tls import TLSConfig

    pair = (str(certificates / "cert.pem"), str(certificates / "key.pem"))
    authority = certificates / "ca.pem"
    return TLSConfig(
        client_cert=pair if Path(pair[0]).exists() else None,
        ca_cert=str(authority) if authority.exists() else None, verify=verify,
    )


def unreachable(address: str, error: BaseException) -> Failed:
    """Return that there is no engine at an address."""
    return Failed(
        f"the Docker engine cannot be reached at {address}: {_deepest(error)}",
        "start it, or name another one in the environment variable DOCKER_HOST",
    )


def _silent(error: BaseException) -> Failed:
    return Failed(f"the Docker engine does not answer any more: {_deepest(error)}", "look at the engine's own log")


def _failure(error: Exception) -> Failed:
    """Return what an error of the library says, in words. What is no such error is raised."""
    from docker.errors import APIError, DockerException
    from requests.exceptions import RequestException
    from urllib3.exceptions import HTTPError

    if isinstance(error, APIError) and error.response is not None:
        return Refused((error.explanation or str(error)).strip(), error.response.status_code)
    if isinstance(error, DockerException):
        return Failed(str(error))
    if isinstance(error, RequestException | HTTPError | ConnectionError):
        return _silent(error)
    raise error


def _deepest(error: BaseException) -> str:
    """Return the reason at the bottom of an error that was wrapped again and again."""
    found = error
    while deeper := found.__cause__ or found.__context__:
        found = deeper
    if isinstance(found, TimeoutError | asyncio.CancelledError):
        return "it takes too long"
    return getattr(found, "strerror", None) or str(found) or type(found).__name__
