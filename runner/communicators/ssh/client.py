"""What asyncssh asks and tells: who logs in, whether the server is the right one, what a program writes.

The one module that cannot be without asyncssh, which takes a while to load: others import it where they use it.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from typing import Any

import asyncssh

from runner.communicators.ssh.hosts import HostKeys
from runner.communicators.ssh.settings import Login
from runner.communicators.transport import Feed
from runner.sdk import Lost

_DRAIN = 1.0
"""How long to wait, in seconds, for output after a program's end: what it left in the background may hold the pipe."""


class Client(asyncssh.SSHClient):
    """Answers a server's questions with what there is to log in with."""

    def __init__(self, login: Login, pairs: Sequence[Any], keys: HostKeys) -> None:
        self._login = login
        self._pairs = list(pairs)
        self._keys = keys
        self._password = login.password
        self._answering = login.password is not None or login.ask is not None
        self._connection: asyncssh.SSHClientConnection | None = None

    @property
    def greeted(self) -> bool:
        """Whether the server has said that it is one."""
        return self._connection is not None and bool(self._connection.get_extra_info("server_version"))

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """Note the connection."""
        self._connection = conn

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Return whether the server may have this key."""
        del host, addr, port
        return self._keys.accepts(key)

    def public_key_auth_requested(self) -> Any:
        """Return the keys to try, once."""
        pairs, self._pairs = self._pairs, []
        return pairs or None

    def password_auth_requested(self) -> str | None:
        """Return the password, once."""
        password, self._password = self._password, None
        return password

    def kbdint_auth_requested(self) -> str | None:
        """Return which kinds of questions may be asked: any, in one round of log-in."""
        answering, self._answering = self._answering, False
        return "" if answering else None

    async def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> list[str]:
        """Answer the server's questions: with the password, or as somebody at the terminal does."""
        del name, lang
        if self._login.ask is None:
            return [self._login.password or ""] * len(prompts)
        before = f"{instructions}\n" if instructions else ""
        return [await self._login.ask(f"{before}{prompt}", echo) for prompt, echo in prompts]


class Program(asyncssh.SSHClientSession[bytes]):
    """A program that runs on the machine."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._status: int | None = None
        self._reason = "the machine tells no exit status"
        self._over = asyncio.Event()
        """Set when the program has ended, however."""
        self.gone = asyncio.Event()
        """Set when nothing comes any more."""
        self._writable = asyncio.Event()
        """Cleared while the program does not read what is written to it."""
        self._writable.set()

    @property
    def over(self) -> bool:
        """Whether the program has ended, or the connection."""
        return self._over.is_set()

    async def write(self, data: bytes) -> None:
        """Write to its standard input. Raises ``BrokenPipeError`` when it has ended."""
        assert self._channel is not None
        if self.over:
            raise BrokenPipeError("the program has ended")
        self._channel.write(data)
        await self._writable.wait()

    async def close_input(self) -> None:
        """Let it read the end of its standard input."""
        assert self._channel is not None
        with contextlib.suppress(BrokenPipeError):
            self._channel.write_eof()

    async def wait(self) -> int:
        """Wait for its end; return the exit status. Raises ``Lost`` when the connection ends before."""
        await self._over.wait()
        if self._status is None:
            hint = "the machine may have been stopped or restarted meanwhile"
            raise Lost(f"the SSH connection has ended: {self._reason}", hint)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.gone.wait(), _DRAIN)
        return self._status

    def let_go(self) -> None:
        """Close what leads to the program."""
        if self._channel is not None:
            self._channel.abort()

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """Note the channel."""
        self._channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Take in what the program wrote."""
        self._feed("stdout" if datatype is None else "stderr", data)

    def eof_received(self) -> bool:
        """Go on writing when the program writes no more."""
        return True

    def exit_status_received(self, status: int) -> None:
        """Note the end of the program."""
        self._ended(status)

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:  # noqa: FBT001 - theirs
        """Note that a signal has ended the program."""
        del core_dumped, msg, lang
        self._ended(128 + _number(signal))

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end of the channel."""
        if exc is not None:
            self._reason = reason_of(exc)
        self._over.set()
        self.gone.set()
        self._writable.set()

    def pause_writing(self) -> None:
        """Note that the program does not read."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Note that it reads again."""
        self._writable.set()

    def _ended(self, status: int) -> None:
        self._status = status
        self._over.set()
        self._writable.set()


def reason_of(error: Exception) -> str:
    """Return why a connection failed, in words."""
    return str(getattr(error, "reason", None) or getattr(error, "strerror", None) or error)


def _number(name: str) -> int:
    """Return the number of a signal, which ssh tells by its name without ``SIG``."""
    found = getattr(signal, f"SIG{name}", None)
    return int(found) if isinstance(found, signal.Signals) else 0
