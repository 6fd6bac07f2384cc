"""A timer on the instance that shuts it down unless the build goes on to put it off: who dies cannot do that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from runner.sdk import Become, Command, Communicator, Failed
from runner.sdk.build import Parallel

_RENEWALS = 4
"""How often the timer is put off in the time after which it would go off."""
# The name comes in two pieces, so that it is in the command line of the timer, and of no program that looks for it.
_END = """
for each in $(grep -l "$1$2" /proc/[0-9]*/cmdline 2>/dev/null); do
  each=${each#/proc/}; kill -- "-${each%/cmdline}" 2>/dev/null
done
"""
_START = """
trap '' HUP  # it is to outlive the terminal that the line may have
PATH=$PATH:/usr/sbin:/sbin setsid sh -c 'sleep "$1"; shutdown -h now || poweroff' "$1$2" "$3" \
  </dev/null >/dev/null 2>&1 &
"""


class DeadMan:
    """The timer: one process, and nothing on the disk."""

    def __init__(self, line: Communicator, name: str, seconds: int) -> None:
        self._line = line
        self._parallel = line if isinstance(line, Parallel) else None
        self._name = name
        self._seconds = seconds
        self._become: Become | None = None
        self._renewing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the timer, and put it off from now on. Raises ``Failed`` when that cannot be."""
        if self._parallel is None:  # a task may keep the line itself for hours, and nobody could put the timer off
            raise Failed("it has one line, which tasks need")
        told = await self._line.run(Command(("id", "-u")))
        self._become = None if told.stdout.strip() == "0" else Become()
        await self._run(self._line, _END + _START)
        self._renewing = asyncio.create_task(self._renewed())

    async def rest(self) -> None:
        """Put it off no more."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)

    async def cancel(self) -> None:
        """End the timer on the instance."""
        await self.rest()
        with suppress(Failed):  # it ends with the instance, which is about to be stopped
            await self._run(self._line, _END)

    async def _renewed(self) -> None:
        assert self._parallel is not None
        while True:
            await asyncio.sleep(self._seconds / _RENEWALS)
            with suppress(Failed):  # a machine that is away for a moment is there the next time
                async with self._parallel.beside() as other:
                    await self._run(other, _END + _START)

    async def _run(self, line: Communicator, script: str) -> None:
        command = Command(("sh", "-c", f"{script}:", "sh", self._name, "-timer", str(self._seconds)))
        answer = await line.run(command, None, self._become)
        if answer.status:
            raise Failed(answer.stderr.strip() or f"status {answer.status}")


@asynccontextmanager
async def dead_man(line: Communicator, name: str, seconds: float, say: Callable[[str], None]) -> AsyncIterator[DeadMan]:
    """Have a timer on an instance, put off for as long as this lasts."""
    timer = DeadMan(line, name, max(1, round(seconds)))
    try:
        await timer.start()
    except Failed as failed:
        say(f"The instance has no dead-man timer: {failed}")
    try:
        yield timer
    finally:
        await timer.rest()
