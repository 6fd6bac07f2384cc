"""Start programs in a container, by the engine's ``exec``."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import struct
from asyncio import FIRST_COMPLETED
from collections.abc import Mapping, Sequence
from itertools import chain, repeat

from runner.communicators.docker.engine import Engine
from runner.communicators.docker.wire import Wire
from runner.communicators.marked import KILL, MARK
from runner.communicators.transport import Channel, Feed, Stream
from runner.sdk import Failed
from runner.sdk.threads import uninterrupted

_HEADER = struct.Struct(">BxxxL")
"""What precedes each piece of output: the stream's number and the length of the piece."""
_STREAMS: dict[int, Stream] = {1: "stdout", 2: "stderr"}
_LATE = (0.002, 0.01, 0.05, 0.2)
"""How long to wait, each time, for the end of a program whose output has ended, in seconds."""
_END_OF_INPUT = b"\x04"
"""What a terminal takes for the end of what is typed."""
_STUCK = 0.25
"""How long a program may not read, in seconds, before the engine is asked whether it is still there."""
_SLICE = 1 << 13
"""How much output is taken in, in bytes, before others have a turn: it may be thousands of lines."""
_DRAIN = 1.0
"""How long to wait for the end of the output of a program that is not there any more, in seconds."""


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
        environment = {**self._environment, **({MARK: mark} if mark else {})}
        made = await self._engine.ask("POST", f"/containers/{self._container}/exec", {
            "AttachStdin": True, "AttachStdout": True, "AttachStderr": True, "Tty": self._tty, "Cmd": list(argv),
            "User": self._user, "Env": [f"{name}={value}" for name, value in environment.items()],
            **({"WorkingDir": self._directory} if self._directory else {}),
        })
        wire, first = await self._engine.upgrade(f"/exec/{made['Id']}/start", {"Detach": False, "Tty": self._tty})
        output = _Output(feed, plain=self._tty)
        output.take(first)
        return _Program(self._engine, self._container, made["Id"], mark, wire, output)

    async def close(self) -> None:
        """Let go of the container: there is nothing to let go of."""


class _Output:
    """Takes the streams of a program apart."""

    def __init__(self, feed: Feed, *, plain: bool) -> None:
        self._feed = feed
        self.plain = plain
        self._head = b""
        self._stream: Stream = "stdout"
        self._left = 0

    def take(self, data: bytes) -> None:
        """Take in what came next."""
        if self.plain:
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
        self, engine: Engine, container: str, exec_id: str, mark: str | None, wire: Wire, output: _Output
    ) -> None:
        self._engine = engine
        self._container = container
        self._exec_id = exec_id
        self._mark = mark
        self._wire = wire
        self._plain = output.plain
        self._listening = asyncio.create_task(self._listen(output))
        self._broken = False
        """Whether it has ended before it read all: then the engine may not tell the end of its output."""

    async def _listen(self, output: _Output) -> None:
        with contextlib.suppress(OSError):  # why it has ended is asked of the engine
            while data := await self._wire.read():
                for start in range(0, len(data), _SLICE):
                    output.take(data[start : start + _SLICE])
                    await asyncio.sleep(0)  # to read what is there already lets nobody else have a turn

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
        if self._plain:
            await self._wire.write(_END_OF_INPUT)
        else:
            await self._wire.end()

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
        state = await self._engine.ask("GET", f"/exec/{self._exec_id}/json")
        status: int | None = state["ExitCode"]
        return None if state["Running"] else status

    async def close(self) -> None:
        """Let go of it. A program that is still there is killed, with everything that it has started."""
        if not self._listening.done() and self._mark is not None:
            with contextlib.suppress(Failed):
                await uninterrupted(self._killed(self._mark))
        self._listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._listening
        self._wire.close()

    async def _killed(self, mark: str) -> None:
        killer = await Execs(self._engine, self._container, "0").open(("/bin/sh", "-c", KILL, "sh", mark), _unheard)
        try:
            await killer.wait()
        finally:
            await killer.close()


def _unheard(stream: Stream, data: bytes) -> None:
    del stream, data
