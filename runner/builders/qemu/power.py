"""How a machine is switched off before its disk is read."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from runner.builders.qemu.machine import Vm
from runner.builders.qemu.options import Options
from runner.sdk import Command, Communicator, Failed, Session
from runner.sdk.durations import seconds_of

_AGAIN = 10.0
"""How long after its power button was pressed it is pressed again, in seconds: some systems ask first."""


async def off(session: Session, options: Options, vm: Vm, line: Communicator | None) -> None:
    """Have the machine shut down, and wait until it is off. Raises ``Failed``."""
    limit = seconds_of(options.shutdown_timeout)
    asking, hint = _way(session, options, vm, line)
    asked = asyncio.ensure_future(asking)
    try:
        async with asyncio.timeout(limit):
            status = await vm.over()
    except TimeoutError:
        raise Failed(f"the machine is not off after {limit:g} seconds", hint) from None
    finally:
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
    if status:
        raise Failed(vm.obituary())


def _way(
    session: Session, options: Options, vm: Vm, line: Communicator | None
) -> tuple[Coroutine[Any, Any, None], str]:
    """Return what makes the machine shut down, and a hint for the case that it does not."""
    if options.disable_shutdown or line is None:
        session.say(f"Waiting for the machine to shut itself down, for {options.shutdown_timeout} at most")
        return asyncio.sleep(0), "see 'shutdown_timeout'"
    if options.shutdown_command is not None:
        session.say("Shutting the machine down")
        return _told(session, line, options.shutdown_command), "see 'shutdown_command' and 'shutdown_timeout'"
    session.say("Pressing the machine's power button")
    return _pressed(vm), "a machine that does not heed its power button needs a 'shutdown_command'"


async def _told(session: Session, line: Communicator, command: str) -> None:
    """Run the command. The connection may be lost with it; whether the machine goes off tells if it was right."""
    try:
        answer = await line.run(Command(("/bin/sh", "-c", command)))
    except Failed:
        return
    if answer.status:
        said = (answer.stderr.strip() or answer.stdout.strip()).splitlines()[-1:]
        session.say(f"shutdown_command has ended with status {answer.status}{': ' if said else ''}{''.join(said)}")


async def _pressed(vm: Vm) -> None:
    while True:
        await vm.line.ask("system_powerdown")
        await asyncio.sleep(_AGAIN)
