"""A machine that runs: the process of QEMU, and the line to it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from runner.builders.qemu import qmp
from runner.builders.qemu.programs import Programs, Running
from runner.sdk import Failed, Session
from runner.sdk.threads import uninterrupted

T = TypeVar("T")
_PID = "qemu.pid"
SERIAL = "serial.log"
"""What the machine's serial port writes, in the directory of the build."""
_TAKEN = ("Address already in use", "Could not set up host forwarding rule", "Failed to find an available port")
"""What QEMU says when somebody else has got a port before it."""


class PortTaken(Failed):
    """Somebody else has got a port before QEMU."""


@dataclass(frozen=True, slots=True)
class Vm:
    """A machine that runs."""

    process: Running
    line: qmp.Qmp
    work: Path

    async def while_running(self, work: Awaitable[T]) -> T:
        """Return what some work gives; it is given up when the machine ends or is halted. Raises ``Failed``."""
        task, ended = asyncio.ensure_future(work), asyncio.ensure_future(self.process.wait())
        try:
            await asyncio.wait((task, ended, self.line.trouble), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            if self.line.trouble.done():
                raise Failed(self.line.trouble.result())
            raise Failed(self.obituary())
        finally:
            for each in (task, ended):
                each.cancel()
            await asyncio.gather(task, ended, return_exceptions=True)

    async def end(self, within: float) -> str | None:
        """Return why the machine has come to an end, or is halted; nothing when it still runs after so many seconds."""
        try:
            async with asyncio.timeout(within):
                await self.over()
        except TimeoutError:
            return None
        except Failed as failed:
            return str(failed)
        return self.obituary()

    async def over(self) -> int:
        """Wait until the machine is off; return QEMU's exit status. Raises ``Failed`` when it is halted before."""
        ended = asyncio.ensure_future(self.process.wait())
        try:
            await asyncio.wait((ended, self.line.trouble), return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                return ended.result()
            raise Failed(self.line.trouble.result())
        finally:
            ended.cancel()

    def obituary(self) -> str:
        """Return how QEMU has ended, in words."""
        said = _last(self.process.said)
        return f"QEMU has ended: {said}" if said else "the machine has switched itself off"


@asynccontextmanager
async def running(
    session: Session, programs: Programs, path: str, words: Sequence[str], descriptors: Sequence[int] = ()
) -> AsyncIterator[Vm]:
    """Yield a machine that has been started with these arguments; it is switched off in the end. Raises ``Failed``."""
    ours, theirs = socket.socketpair()
    async with AsyncExitStack() as stack:
        with theirs:
            number = theirs.fileno()
            own = (
                "-chardev", f"socket,id=ingot,fd={number}", "-mon", "chardev=ingot,mode=control",
                "-pidfile", str(session.work / _PID),
            )
            process = await programs.start((path, *words, *own), (number, *descriptors))
            stack.push_async_callback(lambda: uninterrupted(process.close()))
        line = await stack.enter_async_context(qmp.connected(ours))
        vm = Vm(process, line, session.work)
        await _greeted(vm)
        yield vm


async def _greeted(vm: Vm) -> None:
    """Wait until QEMU has read its arguments and made the machine. Raises ``Failed`` when it does not."""
    try:
        await vm.while_running(vm.line.ask("qmp_capabilities"))
    except Failed as failed:
        await vm.process.close()
        said = _last(vm.process.said)
        if any(each in said for each in _TAKEN):
            raise PortTaken(f"QEMU cannot start: {said}") from failed
        hint = "see the options of the source, and 'qemuargs'"
        raise Failed(f"QEMU cannot start: {said or 'it says nothing'}", hint) from failed


def _last(said: str) -> str:
    """Return the last thing that QEMU has said, without its name."""
    lines = [line for line in said.splitlines() if line.strip() and "warning:" not in line]
    name, colon, rest = lines[-1].partition(": ") if lines else ("", "", "")
    return rest if colon and name.startswith("qemu") else "".join(lines[-1:])


def ended(work: Path) -> None:
    """Kill the QEMU whose directory this is, if it still runs: for a build that has been killed itself."""
    pid_file = work / _PID
    try:
        number = int(pid_file.read_text(encoding="ascii"))
        process = os.pidfd_open(number)
    except (OSError, ValueError):
        return
    try:
        # Another process may have got the number since: ours names its file.
        words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        if os.fsencode(pid_file) in words:
            signal.pidfd_send_signal(process, signal.SIGKILL)
    except OSError:
        return
    finally:
        os.close(process)
