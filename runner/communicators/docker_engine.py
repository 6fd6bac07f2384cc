"""The Docker engine, through Docker's own library for Python.

The library's calls block. They run in threads that belong to one build alone: however many builds there are, none
waits for another's.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any, TypeVar

from runner.sdk import Failed
from runner.sdk.threads import uninterrupted

if TYPE_CHECKING:
    from io import BufferedReader

    from docker.api.client import APIClient
    from requests import Response

T = TypeVar("T")

_THREADS = 8
"""How many calls one build makes at once, at most."""
_PATIENCE = 60
"""How long the engine may take to answer what it can answer at once, in seconds."""
_GONE = 404


class Refused(Failed):
    """The engine answers that it cannot do it. ``status`` is HTTP's."""

    def __init__(self, message: str, status: int, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.status = status

    @property
    def missing(self) -> bool:
        """Whether what was named is not there."""
        return self.status == _GONE


class Engine:
    """An engine that answers."""

    def __init__(
        self, address: str, client: APIClient, again: Callable[..., APIClient], threads: ThreadPoolExecutor
    ) -> None:
        self.address = address
        """Where the engine is; empty for the usual place."""
        self._client = client
        self._again = again
        self._threads = threads

    async def call(self, function: Callable[[APIClient], T]) -> T:
        """Return what a call of the library gives, which the engine answers at once. Raises ``Failed``.

        It is waited for to its end: what it makes is never lost.
        """
        return await self.thread(lambda: function(self._client))

    async def wait(self, function: Callable[[APIClient], T]) -> T:
        """Return what a call gives that may take its time, such as a commit. Raises ``Failed``."""
        return await self.thread(lambda: _closing(self._again(timeout=None), function))

    async def thread(self, function: Callable[[], T]) -> T:
        """Run something that blocks, to its end, in a thread of the build. Raises ``Failed`` for what the engine says.

        A cancellation meanwhile is kept for the caller's next ``await``.
        """
        return await uninterrupted(self._threaded(function))

    async def stream(self, function: Callable[[APIClient], Iterable[T]], take: Callable[[T], None]) -> None:
        """Hand each piece of a long answer to ``take``, in a thread. Raises ``Failed``.

        When the wait for it is cancelled the connection is cut, by which the engine gives up what it does.
        """
        cut = _Cut()

        def run() -> None:
            with closing(self._again(timeout=None)) as client:
                client.hooks["response"].append(cut.note)
                for piece in function(client):
                    take(piece)
                    if cut.wanted:
                        return

        running = asyncio.ensure_future(self._threaded(run))
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            cut.now()
            await uninterrupted(_ended(running))
            raise

    async def _threaded(self, function: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, function)
        except Failed:
            raise
        except Exception as error:
            raise failure(error) from error


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
            cut(reader_of(self._response))


def reader_of(response: Response) -> BufferedReader:
    """Return what an answer is read from: below it is the socket, and in it what has already been read."""
    raw: Any = response.raw
    reader: BufferedReader = raw._fp.fp  # noqa: SLF001 - there is no public way to it
    return reader


def socket_of(reader: BufferedReader) -> socket.socket:
    """Return the socket below an answer."""
    found: socket.socket = reader.raw._sock  # type: ignore[attr-defined]  # noqa: SLF001 - there is no public way to it
    return found


def cut(reader: BufferedReader | None) -> None:
    """End a connection, for whoever is reading from it as well."""
    if reader is not None:
        try:
            # Not the method of a TLS socket, which would make the reader take what is encrypted for the data.
            socket.socket.shutdown(socket_of(reader), socket.SHUT_RDWR)
        except (OSError, AttributeError, ValueError):  # it has ended already
            return


async def _ended(running: asyncio.Future[None]) -> None:
    await asyncio.wait([running])
    running.exception()


def _closing(client: APIClient, function: Callable[[APIClient], T]) -> T:
    with closing(client):
        return function(client)


@asynccontextmanager
async def engine(address: str = "") -> AsyncIterator[Engine]:
    """Yield the engine at an address, or that ``DOCKER_HOST`` or Docker's context names. Raises ``Failed``."""
    threads = ThreadPoolExecutor(_THREADS, "docker")
    try:
        made = await uninterrupted(_made(address or os.environ.get("DOCKER_HOST", ""), threads))
        try:
            yield made
        finally:
            made._client.close()  # noqa: SLF001 - it is ours
    finally:
        threads.shutdown(wait=False)


async def _made(address: str, threads: ThreadPoolExecutor) -> Engine:
    if address.startswith("ssh://"):
        raise Failed(
            f"the Docker engine at {address} cannot be reached by ssh",
            "let ssh carry its socket: ssh -NL /tmp/docker.sock:/var/run/docker.sock HOST, and set "
            "DOCKER_HOST=unix:///tmp/docker.sock",
        )

    def connect() -> Engine:
        from docker.api.client import APIClient

        where = _where(address)

        def again(timeout: int | None) -> APIClient:
            return APIClient(**where, version=client.api_version, timeout=timeout)  # type: ignore[arg-type]

        client = APIClient(**where, timeout=_PATIENCE)
        return Engine(str(where.get("base_url", "")), client, again, threads)

    try:
        return await asyncio.get_running_loop().run_in_executor(threads, connect)
    except Exception as error:
        raise Failed(
            f"the Docker engine cannot be reached at {address or 'the usual address'}: {_deepest(error)}",
            "start it, or name another one in the environment variable DOCKER_HOST",
        ) from error


def _where(address: str) -> dict[str, Any]:
    """Return the address of the engine and how to authenticate to it, as the ``docker`` program finds them."""
    from docker.context import ContextAPI
    from docker.utils import kwargs_from_env

    if address:
        return dict(kwargs_from_env({**os.environ, "DOCKER_HOST": address}))
    context = ContextAPI.get_current_context()
    if context is None or context.Host is None:
        return {}
    return {"base_url": context.Host, **({"tls": context.TLSConfig} if context.TLSConfig else {})}


def failure(error: Exception) -> Failed:
    """Return what an error of the library says, in words. What is no such error is raised."""
    from docker.errors import APIError, DockerException
    from requests.exceptions import RequestException
    from urllib3.exceptions import HTTPError

    if isinstance(error, APIError) and error.response is not None:
        text = error.explanation or str(error)
        return Refused(text.strip(), error.response.status_code)
    if isinstance(error, DockerException):
        return Failed(str(error))
    if isinstance(error, RequestException | HTTPError | ConnectionError):
        return Failed(f"the Docker engine does not answer any more: {_deepest(error)}", "look at the engine's own log")
    raise error


def _deepest(error: BaseException) -> str:
    """Return the reason at the bottom of an error that was wrapped again and again."""
    found = error
    while deeper := found.__cause__ or found.__context__:
        found = deeper
    return getattr(found, "strerror", None) or str(found)
