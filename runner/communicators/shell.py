"""A shell that stays: one process on the machine that carries one command after the other.

Each command is a line or more of script, followed by two that print a mark to standard output and standard error. What
comes before the marks is the command's own output, to the byte; the first mark brings the exit status. So a
command costs a fork on the machine and a round trip, and not the start of a ``docker exec`` or an ssh channel.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from itertools import count

from runner.communicators.transport import CHUNK, Channel, Stream, Transport
from runner.sdk import Failed, Lost
from runner.sdk.listening import Collector
from runner.sdk.threads import uninterrupted

GRACE = 5.0
"""How long a command that is told to end (SIGTERM) may take before it is killed, in seconds."""
_START = 60.0
"""How long a shell may take to answer at first, in seconds."""
_SIGNAL = """
kids() {
  for each in /proc/[0-9]*/stat; do
    read -r line 2>/dev/null <"$each" || continue
    set -- "$1" "${each#/proc/}" ${line##*) }
    [ "$4" = "$1" ] && { pid=${2%/stat}; echo "$pid"; (kids "$pid"); }
  done
}
found=$(kids "$1"); [ -z "$found" ] || kill -"$2" $found
"""
"""Sends a signal to everything that a process has started, at whatever depth: needs a shell and /proc, no ``ps``."""


class NoShell(Exception):  # noqa: N818 - it reads as what it says
    """There is no shell on the machine."""


class Shell:
    """A shell on the machine. Its commands run one after the other, however many ask."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._lock = asyncio.Lock()
        self._mark = secrets.token_hex(8)
        self._numbers = count(1)
        self._channel: Channel | None = None
        self._watch: asyncio.Task[None] | None = None
        self._running: _Running | None = None
        self._lost: str | None = None
        self.pid = 0
        self.uid: int | None = None
        """The number of the user who is logged in."""

    @classmethod
    async def start(cls, transport: Transport) -> Shell:
        """Start a shell on the machine. Raises ``NoShell`` when there is none, ``Failed`` when it does not answer."""
        shell = cls(transport)
        out, err = Collector("stdout", None), Collector("stderr", None)
        try:
            shell._channel = await transport.open(("/bin/sh",), shell._feed)
            shell._watch = asyncio.create_task(shell._watched(shell._channel))
            async with asyncio.timeout(_START):
                await shell.run('set +m; echo; echo $$ "$(id -u 2>/dev/null)"', out, err)
        except TimeoutError:
            await shell.close()
            raise Failed(f"the machine's shell does not answer within {_START:g} seconds") from None
        except Failed as failed:
            await shell.close()
            if said := (out.text + err.text).strip():
                raise Failed(f"the machine runs no shell, but says: {said}") from failed
            raise
        except BaseException:
            await shell.close()
            raise
        # What comes before the last line is what a login prints, such as a greeting.
        pid, _, uid = out.text.strip().rpartition("\n")[2].partition(" ")
        shell.pid, shell.uid = int(pid), int(uid) if uid.isdecimal() else None
        return shell

    @property
    def lost(self) -> bool:
        """Whether the shell is gone."""
        return self._lost is not None

    async def run(self, script: str, out: Collector, err: Collector) -> int:
        """Run a script, which has to be whole commands; return its exit status.

        Raises ``Failed`` when the shell goes away. When the wait is cancelled, everything that the script has
        started is told to end, and killed if it does not.
        """
        async with self._lock:
            if self._lost is not None or self._channel is None:
                raise self._gone()
            mark = f"ingot-{self._mark}-{next(self._numbers)}"
            running = self._running = _Running(mark, out, err)
            try:
                await self._write(self._channel, f"{script}\n{_tail(mark)}".encode())
                # Not the future itself, which a cancellation would end: that the command is over is waited for below.
                status = await asyncio.shield(running.status)
            except asyncio.CancelledError:
                await uninterrupted(self._ended(running))
                raise
            except OSError as error:
                if self._watch is not None and not self.pid:  # it never answered: how it ended says why
                    await asyncio.wait([self._watch], timeout=GRACE)
                    if running.status.done():
                        await running.status
                self._lost = self._lost or str(error)
                raise self._gone() from error
            finally:
                self._running = None
                out.close()
                err.close()
            return status

    async def close(self) -> None:
        """End the shell."""
        self._lost = self._lost or "it was closed"
        if self._channel is not None:
            await self._channel.close()
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch

    async def _write(self, channel: Channel, data: bytes) -> None:
        for start in range(0, len(data), CHUNK):
            await channel.write(data[start : start + CHUNK])

    async def _ended(self, running: _Running) -> None:
        """End what runs; give the shell up if even that does not end it."""
        running.mute()
        for signal in ("TERM", "KILL") if self.pid else ():  # one that has not answered yet runs nothing
            with contextlib.suppress(Failed, OSError, TimeoutError):
                async with asyncio.timeout(GRACE):
                    await self._signal(signal)
                    await asyncio.wait([running.status])
                    return
        await self.close()

    async def _signal(self, signal: str) -> None:
        argv = ("/bin/sh", "-c", _SIGNAL, "sh", str(self.pid), signal)
        channel = await self._transport.open(argv, lambda _stream, _data: None)
        try:
            await channel.wait()
        finally:
            await channel.close()

    async def _watched(self, channel: Channel) -> None:
        """Note the end of the shell, for whoever waits for a command's."""
        try:
            status = await channel.wait()
        except (OSError, Failed) as error:
            self._end(str(error))
        else:
            if status in (126, 127) and not self.pid:
                self._end("there is none", missing=True)
            else:
                self._end(f"it ended with status {status}")

    def _end(self, reason: str, *, missing: bool = False) -> None:
        self._lost = self._lost or reason
        running = self._running
        if running is not None and not running.status.done():
            running.status.set_exception(NoShell() if missing else self._gone())

    def _gone(self) -> Lost:
        return Lost(
            f"the connection to the machine is lost: {self._lost}",
            "the machine may have been stopped or restarted meanwhile",
        )

    def _feed(self, stream: Stream, data: bytes) -> None:
        if self._running is not None:  # else it is what a command left behind in the background says
            self._running.feed(stream, data)


def _tail(mark: str) -> str:
    r"""Return the lines that tell the end. The mark begins with ``\036``, which ordinary output does not have."""
    return f"printf '\\036{mark} %d\\n' $?; printf '\\036{mark}\\n' >&2\n"


class _Running:
    """A command that runs."""

    def __init__(self, mark: str, out: Collector, err: Collector) -> None:
        whole = b"\x1e" + mark.encode()
        self.status: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._streams = {"stdout": _Until(whole, out), "stderr": _Until(whole, err)}

    def mute(self) -> None:
        """Tell nobody of what else it writes: that may be much, and only its end is waited for."""
        for each in self._streams.values():
            each.mute()

    def feed(self, stream: Stream, data: bytes) -> None:
        self._streams[stream].take(data)
        ends = [each.end for each in self._streams.values()]
        if ends[0] is not None and ends[1] is not None and not self.status.done():
            self.status.set_result(int(ends[0]))


class _Until:
    """A stream up to the mark."""

    def __init__(self, mark: bytes, collector: Collector) -> None:
        self._mark = mark
        self._collector: Collector | None = collector
        self._held = b""
        """What may be the beginning of the mark."""
        self.end: bytes | None = None
        """What stands on the mark's line, once it is there."""

    def mute(self) -> None:
        self._collector = None

    def take(self, data: bytes) -> None:
        if self.end is not None:
            return
        data = self._held + data if self._held else data
        at = self._found(data)
        self._held = data[at:]
        if at and self._collector is not None:
            self._collector.take(data[:at])
        if self._held.startswith(self._mark):
            line, newline, _ = self._held.partition(b"\n")
            if newline:
                self.end = line[len(self._mark) :].strip()

    def _found(self, data: bytes) -> int:
        """Return where the mark, or what may become it, begins; the length of the data when nothing does."""
        at = data.find(self._mark)
        if at >= 0:
            return at
        at = data.rfind(b"\x1e", max(0, len(data) - len(self._mark)))
        return at if at >= 0 and self._mark.startswith(data[at:]) else len(data)
