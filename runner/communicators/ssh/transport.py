"""Reach a machine with SSH."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from shlex import join
from typing import TYPE_CHECKING, Any, Literal

from runner.communicators import posix
from runner.communicators.marked import KILL, MARK
from runner.communicators.shell import NoShell
from runner.communicators.ssh.connection import Connections
from runner.communicators.ssh.settings import Settings
from runner.communicators.ssh.sftp import Sftp
from runner.communicators.transport import Channel, Feed
from runner.communicators.words import as_user, program_of
from runner.sdk import Answer, Become, Command, Communicator, Failed, Heard
from runner.sdk.listening import Collector
from runner.sdk.threads import uninterrupted

if TYPE_CHECKING:
    from asyncssh import SSHClientConnection

    from runner.communicators.ssh.client import Program

_END = 5.0
"""How long it may take, in seconds, to end what is left of a connection, or of a program."""


Ended = Callable[[], Coroutine[Any, Any, Failed]]
"""Waits until the machine is no more; returns why nobody can reach it."""


@asynccontextmanager
async def connected(
    settings: Settings, ended: Ended | None = None, begun: socket.socket | None = None
) -> AsyncIterator[Communicator]:
    """Yield the communicator of a machine as soon as that answers. Raises ``Failed``.

    What was ``begun``, a connection that is used for nothing yet, saves the machine another one.
    A connection that is lost is made again for the next command; nobody waits for one to a machine that has ``ended``.
    """
    line = Line(settings, ended, begun)
    try:
        async with posix.connected(Programs(line)) as shell:
            plain = Sftp(shell, line) if settings.sftp else shell
            found = _Terminal(plain, Programs(line, tty=True)) if settings.pty else plain
            yield found if settings.silence is None else _Bounded(found, settings.silence)
    except NoShell as error:
        raise Failed("there is no /bin/sh on the machine") from error
    finally:
        await line.close()


class Line:
    """The connection to a machine, made when it is first needed, and again when it is lost."""

    def __init__(self, settings: Settings, ended: Ended | None = None, begun: socket.socket | None = None) -> None:
        self._connections = Connections(settings, begun)
        self._connection: SSHClientConnection | None = None
        self._lock = asyncio.Lock()
        self._end = None if ended is None else asyncio.create_task(ended())
        if self._end is not None:
            self._end.add_done_callback(self._cut)

    async def up(self) -> SSHClientConnection:
        """Return the connection. Raises ``Failed``."""
        async with self._lock:
            if self._connection is None or self._connection.is_closed():
                self._connection = await self._made()
            return self._connection

    async def _made(self) -> SSHClientConnection:
        if self._end is None:
            return await self._connections.connect()
        connecting = asyncio.create_task(self._connections.connect())
        try:
            await asyncio.wait((connecting, self._end), return_when=asyncio.FIRST_COMPLETED)
            if connecting.done():
                return connecting.result()
            raise self._end.result()
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)

    def _cut(self, _end: asyncio.Task[Failed]) -> None:
        """End the connection to a machine that is no more, which may not have had the time to say so."""
        if self._connection is not None:
            self._connection.abort()

    async def close(self) -> None:
        """End the connection, politely if the machine still answers."""
        if self._end is not None:
            self._end.cancel()
            await asyncio.gather(self._end, return_exceptions=True)
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            try:
                await asyncio.wait_for(connection.wait_closed(), _END)
            except TimeoutError:
                connection.abort()
        await self._connections.close()


class Programs:
    """Starts programs on the machine, each in a channel of the connection, with a terminal if one is wanted."""

    def __init__(self, line: Line, *, tty: bool = False) -> None:
        self._line = line
        self._tty = tty

    async def open(self, argv: Sequence[str], feed: Feed) -> Channel:
        """Start a program. Raises ``Failed``."""
        import asyncssh

        from runner.communicators.ssh.client import Program, reason_of

        # A shell that stays ends its commands by itself: they are spared the mark.
        mark = secrets.token_hex(8) if len(argv) > 1 else None
        words = ("env", f"{MARK}={mark}", *argv) if mark else argv
        connection, program = await self._line.up(), Program(feed)
        terminal = {"request_pty": "force", "term_type": "dumb"} if self._tty else {"request_pty": False}
        try:
            await connection.create_session(lambda: program, join(words), encoding=None, **terminal)
        except (OSError, asyncssh.Error) as error:
            program.let_go()
            few = "the server may allow too few sessions at once: see MaxSessions in its sshd_config"
            hint = few if isinstance(error, asyncssh.ChannelOpenError) else None
            raise Failed(f"the machine starts no program: {reason_of(error)}", hint) from error
        except BaseException:
            program.let_go()
            raise
        return _Marked(program, mark, self)

    async def kill(self, mark: str) -> None:
        """Kill a program, and everything that it has started."""
        channel = await self.open(("/bin/sh", "-c", KILL, "sh", mark), lambda _stream, _data: None)
        await channel.wait()

    async def close(self) -> None:
        """Let go of the machine."""
        await self._line.close()


class _Marked:
    """A program that can be found on the machine, and so be killed."""

    def __init__(self, program: Program, mark: str | None, programs: Programs) -> None:
        self.write, self.close_input, self.wait = program.write, program.close_input, program.wait
        self._program = program
        self._mark = mark
        self._programs = programs

    async def close(self) -> None:
        """Let go of it. A program that is still there is killed, with everything that it has started."""
        running = not self._program.over
        self._program.let_go()
        if running and self._mark is not None:
            with contextlib.suppress(Failed, TimeoutError):
                await uninterrupted(asyncio.wait_for(self._programs.kill(self._mark), _END))


class _Terminal:
    """A line whose commands have a terminal each: what they write to standard error is in their output, too."""

    def __init__(self, line: Sftp | posix.Posix, programs: Programs) -> None:
        self.put, self.get, self.upload, self.download = line.put, line.get, line.upload, line.download
        self.beside = line.beside
        self._line = line
        self._programs = programs
        self._uid: int | None = None

    async def run(self, command: Command, heard: Heard | None = None, become: Become | None = None) -> Answer:
        """Run a command to its end; one that is given something to read has no terminal, which would echo it."""
        if command.stdin is not None or (become is not None and become.password is not None):
            return await self._line.run(command, heard, become)
        if become is not None and self._uid is None:
            self._uid = int((await self._line.run(Command(("id", "-u")))).stdout)
        out, start = Collector("stdout", heard), _now()
        program = await self._programs.open(
            ("/bin/sh", "-c", as_user(program_of(command), become, self._uid)), lambda _stream, data: out.take(data)
        )
        try:
            status = await program.wait()
        finally:
            await program.close()
            out.close()
        return Answer(status, out.text.replace("\r\n", "\n"), "", start, _now())


class _Bounded:
    """A line whose commands are given up when they write nothing for too long."""

    def __init__(self, line: Sftp | posix.Posix | _Terminal, silence: float) -> None:
        self.put, self.get, self.upload, self.download = line.put, line.get, line.upload, line.download
        self.beside = line.beside
        self._line = line
        self._silence = silence

    async def run(self, command: Command, heard: Heard | None = None, become: Become | None = None) -> Answer:
        """Run a command to its end. Raises ``Failed`` when it is silent for too long."""
        now = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(self._silence) as limit:

                def noted(stream: Literal["stdout", "stderr"], text: str) -> None:
                    if not limit.expired():
                        limit.reschedule(now() + self._silence)
                    if heard is not None:
                        heard(stream, text)

                return await self._line.run(command, noted, become)
        except TimeoutError:
            raise Failed(
                f"the command has written nothing for {self._silence:g} seconds", "see ssh_read_write_timeout"
            ) from None


def _now() -> datetime:
    return datetime.now().astimezone().replace(tzinfo=None)
