"""Programs as processes of this computer, behind what an argv says: the local machine, and namespaces on it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE
from collections.abc import Mapping, Sequence
from typing import cast

from runner.communicators.transport import Channel, Feed
from runner.sdk.reaper import Reaper
from runner.sdk.threads import uninterrupted

_DRAIN = 1.0
"""How long to wait, in seconds, for output after a program's end: what it left in the background may hold the pipe."""


class Processes:
    """Starts programs by putting ``prefix`` before their arguments, such as ``nsenter`` and its options.

    They inherit the ``descriptors`` of this process beside their standard streams.
    """

    def __init__(
        self, prefix: Sequence[str] = (), environment: Mapping[str, str] | None = None, directory: str | None = None,
        reaper: Reaper | None = None, descriptors: Sequence[int] = (),
    ) -> None:
        self._prefix = tuple(prefix)
        self._descriptors = tuple(descriptors)
        self._environment = environment
        self._directory = directory
        self._reaper = reaper

    async def open(self, argv: Sequence[str], feed: Feed) -> Channel:
        """Start a program. Raises ``OSError`` when the prefix's own program is not there."""
        if self._reaper is None:
            return await self._started(argv, feed, self._environment)
        with self._reaper.starting() as mark:
            environment = os.environ if self._environment is None else self._environment
            process = await self._started(argv, feed, {**environment, **mark})
            self._reaper.watch(process.pid)
        return process

    async def _started(self, argv: Sequence[str], feed: Feed, environment: Mapping[str, str] | None) -> _Process:
        # Cut short, asyncio would leave a process that nobody knows of.
        transport, follower = await uninterrupted(asyncio.get_running_loop().subprocess_exec(
            lambda: _Follower(feed), *self._prefix, *argv, stdin=PIPE, env=environment, cwd=self._directory,
            start_new_session=True, pass_fds=self._descriptors,
        ))
        return _Process(transport, follower, self._reaper)

    async def close(self) -> None:
        """Let go of the machine: there is nothing to let go of."""


class _Process:
    """A program that runs as a process."""

    def __init__(
        self, transport: asyncio.SubprocessTransport, follower: _Follower, reaper: Reaper | None
    ) -> None:
        self._transport = transport
        self._follower = follower
        self._reaper = reaper

    @property
    def pid(self) -> int:
        """The number of the process, and of the group that it leads."""
        return self._transport.get_pid()

    @property
    def _input(self) -> asyncio.WriteTransport:
        return cast(asyncio.WriteTransport, self._transport.get_pipe_transport(0))

    async def write(self, data: bytes) -> None:
        """Write to its standard input."""
        if self._input.is_closing():
            raise BrokenPipeError("the program has ended")
        self._input.write(data)
        await self._follower.writable.wait()

    async def close_input(self) -> None:
        """Let it read the end of its standard input."""
        self._input.close()

    async def wait(self) -> int:
        """Wait for its end; return the exit status."""
        await self._follower.exited.wait()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._follower.drained.wait(), _DRAIN)
        status = self._transport.get_returncode() or 0
        return status if status >= 0 else 128 - status

    async def close(self) -> None:
        """Kill it, and everything that it has started and that has not left its group."""
        if not self._follower.exited.is_set():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            await self._follower.exited.wait()
        if self._reaper is not None:
            self._reaper.release(self.pid)
        self._transport.close()


class _Follower(asyncio.SubprocessProtocol):
    """Listens to a process."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._open = {1, 2}
        self.exited = asyncio.Event()
        self.drained = asyncio.Event()
        """Set when both pipes are at their end."""
        self.writable = asyncio.Event()
        """Cleared while the process does not read what is written to it."""
        self.writable.set()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Take in what the process wrote."""
        self._feed("stdout" if fd == 1 else "stderr", data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """Note the end of a pipe."""
        del exc
        self._open.discard(fd)
        if fd == 0:
            self.writable.set()
        if not self._open:
            self.drained.set()

    def pause_writing(self) -> None:
        """Note that the process does not read."""
        self.writable.clear()

    def resume_writing(self) -> None:
        """Note that it reads again."""
        self.writable.set()

    def process_exited(self) -> None:
        """Note the end of the process."""
        self.exited.set()
        self.writable.set()
