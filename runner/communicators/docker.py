"""Start programs in a container, by the engine's ``exec``."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import ssl
import struct
from asyncio import FIRST_COMPLETED
from collections.abc import Mapping, Sequence
from itertools import chain, repeat
from typing import TYPE_CHECKING

from runner.communicators.docker_engine import Engine, cut, reader_of, socket_of
from runner.communicators.transport import Channel, Feed, Stream
from runner.sdk import Failed

if TYPE_CHECKING:
    from docker.api.client import APIClient
    from requests import Response

_READ = 1 << 18
"""How much is read at once, in bytes."""
_HEADER = struct.Struct(">BxxxL")
"""What precedes each piece of output: the stream's number and the length of the piece."""
_STREAMS: dict[int, Stream] = {1: "stdout", 2: "stderr"}
_LATE = (0.002, 0.01, 0.05, 0.2)
"""How long to wait, each time, for the end of a program whose output has ended, in seconds."""
_END_OF_INPUT = b"\x04"
"""What a terminal takes for the end of what is typed."""
_STUCK = 0.25
"""How long a program may not read, in seconds, before the engine is asked whether it is still there."""
_DRAIN = 1.0
"""How long to wait for the end of the output of a program that is not there any more, in seconds."""
_MARK = "INGOT_EXEC"
_KILL = f"""
for each in /proc/[0-9]*; do
  case "$(tr '\\000' '\\n' <"$each/environ")" in *"{_MARK}=$1"*) kill -9 "${{each#/proc/}}";; esac
done 2>/dev/null
"""
"""Kills everything whose environment has a mark: a program and what it has started."""


class Execs:
    """Starts programs in a running container, as a user of it; its own when none is named."""

    def __init__(
        self, engine: Engine, container: str, user: str | None = None, *, tty: bool = False,
        environment: Mapping[str, str] | None = None, directory: str | None = None,
    ) -> None:
        self._engine = engine
        self._container = container
        self._user = user or ""
        self._tty = tty
        self._environment = dict(environment or {})
        self._directory = directory

    async def open(self, argv: Sequence[str], feed: Feed) -> Channel:
        """Start a program. That there is none is told by the channel, which then ends with the status 126 or 127."""
        # A shell that stays ends its commands by itself: they are spared the mark.
        mark = secrets.token_hex(8) if len(argv) > 1 else None
        exec_id, response = await self._engine.call(lambda client: self._started(client, argv, mark))
        wire = _Wire(self._engine, response, tty=self._tty)
        return _Program(self._engine, self._container, exec_id, mark, wire, _Output(feed, plain=self._tty))

    async def close(self) -> None:
        """Let go of the container: there is nothing to let go of."""

    def _started(self, client: APIClient, argv: Sequence[str], mark: str | None) -> tuple[str, Response]:
        exec_id: str = client.exec_create(
            self._container, list(argv), stdin=True, tty=self._tty, user=self._user, workdir=self._directory,
            environment={**self._environment, **({_MARK: mark} if mark else {})},
        )["Id"]
        answers: list[Response] = []

        def note(response: Response, **_: object) -> None:
            if exec_id in response.url:  # and not what another thread asks for meanwhile
                answers.append(response)

        # The library hands out the bare socket: what it has read together with the headers would be lost.
        hooks = client.hooks["response"]
        hooks.append(note)
        try:
            client.exec_start(exec_id, tty=self._tty, socket=True)
        finally:
            hooks.remove(note)
        return exec_id, answers[0]


class _Wire:
    """The connection to a program: a socket that asyncio can watch, or one that needs a thread for each read."""

    def __init__(self, engine: Engine, response: Response, *, tty: bool) -> None:
        self._engine = engine
        self._response = response
        self._tty = tty
        self._reader = reader_of(response)
        self._socket = socket_of(self._reader)
        self._watched = not isinstance(self._socket, ssl.SSLSocket)
        self._socket.settimeout(0 if self._watched else None)
        self._first = self._reader.peek() if self._watched else b""

    async def read(self) -> bytes:
        """Return what comes next; nothing at the end."""
        if not self._watched:
            return await self._engine.thread(lambda: self._reader.read1(_READ))
        first, self._first = self._first, b""
        return first or await asyncio.get_running_loop().sock_recv(self._socket, _READ)

    def write_now(self, data: bytes) -> bytes:
        """Write what can be written without waiting; return the rest. Raises ``OSError``."""
        try:
            return data[self._socket.send(data) :] if self._watched else data
        except BlockingIOError:
            return data

    async def write(self, data: bytes) -> None:
        """Write all of it. Raises ``OSError``."""
        if self._watched:
            await asyncio.get_running_loop().sock_sendall(self._socket, data)
        else:
            await self._engine.thread(lambda: self._socket.sendall(data))

    async def close_input(self) -> None:
        """Let the other side read the end."""
        if self._tty:
            await self.write(_END_OF_INPUT)
        elif self._watched:
            self._socket.shutdown(socket.SHUT_WR)
        else:
            raise Failed("over TLS")

    def close(self) -> None:
        """End the connection."""
        cut(self._reader)
        self._response.close()


class _Output:
    """Takes the streams of a program apart."""

    def __init__(self, feed: Feed, *, plain: bool) -> None:
        self._feed = feed
        self._plain = plain
        self._head = b""
        self._stream: Stream = "stdout"
        self._left = 0

    def take(self, data: bytes) -> None:
        """Take in what came next."""
        if self._plain:
            self._feed("stdout", data)
            return
        view = memoryview(data)
        while view:
            if not self._left:
                need = _HEADER.size - len(self._head)
                self._head += bytes(view[:need])
                view = view[need:]
                if len(self._head) < _HEADER.size:
                    return
                number, self._left = _HEADER.unpack(self._head)
                self._stream, self._head = _STREAMS.get(number, "stderr"), b""
            piece = view[: self._left]
            if piece:
                self._feed(self._stream, bytes(piece))
            self._left -= len(piece)
            view = view[len(piece) :]


class _Program:
    """A program that runs in a container."""

    def __init__(
        self, engine: Engine, container: str, exec_id: str, mark: str | None, wire: _Wire, output: _Output
    ) -> None:
        self._engine = engine
        self._container = container
        self._exec_id = exec_id
        self._mark = mark
        self._wire = wire
        self._listening = asyncio.create_task(self._listen(output))
        self._broken = False
        """Whether it has ended before it read all: then the engine may not tell the end of its output."""

    async def _listen(self, output: _Output) -> None:
        with contextlib.suppress(ConnectionError):  # why it has ended is asked of the engine
            while data := await self._wire.read():
                output.take(data)

    async def write(self, data: bytes) -> None:
        """Write to its standard input. Raises ``BrokenPipeError`` when it has ended."""
        rest = self._wire.write_now(data)
        if not rest:
            return
        writing = asyncio.ensure_future(self._wire.write(rest))
        try:
            # The engine goes on taking in what nobody reads any more, and at last waits with us: it has to be asked.
            while not writing.done():
                done, _ = await asyncio.wait((writing, self._listening), timeout=_STUCK, return_when=FIRST_COMPLETED)
                if not writing.done() and (done or await self._status() is not None):
                    self._broken = True
                    raise BrokenPipeError("the program has ended")
            writing.result()
        finally:
            writing.cancel()

    async def close_input(self) -> None:
        """Let it read the end of its standard input."""
        await self._wire.close_input()

    async def wait(self) -> int:
        """Wait for its end; return the exit status."""
        await asyncio.wait([self._listening], timeout=_DRAIN if self._broken else None)
        status = None
        for pause in chain(_LATE, repeat(_LATE[-1])):
            status = await self._status()
            if status is not None:
                break
            await asyncio.sleep(pause)
        if self._listening.done():
            await self._listening
        assert status is not None
        return status

    async def _status(self) -> int | None:
        """Return the exit status; nothing while the program runs."""
        state = await self._engine.call(lambda client: client.exec_inspect(self._exec_id))
        status: int | None = state["ExitCode"]
        return None if state["Running"] else status

    async def close(self) -> None:
        """Let go of it. A program that is still there is killed, with everything that it has started."""
        if not self._listening.done() and self._mark is not None:
            with contextlib.suppress(Failed):
                await self._engine.call(self._kill)
        self._wire.close()
        self._listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._listening

    def _kill(self, client: APIClient) -> None:
        argv = ["/bin/sh", "-c", _KILL, "sh", str(self._mark)]
        client.exec_start(client.exec_create(self._container, argv, user="0")["Id"])
