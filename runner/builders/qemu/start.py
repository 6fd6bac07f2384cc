"""Start a machine: what it needs is made ready, and QEMU is started with free ports."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from runner.builders.qemu import arguments, disks, firmware
from runner.builders.qemu.accelerator import chosen
from runner.builders.qemu.arguments import Argument, Parts, escaped
from runner.builders.qemu.disks import Base, Images
from runner.builders.qemu.emulator import Emulator
from runner.builders.qemu.machine import SERIAL, PortTaken, Vm, running
from runner.builders.qemu.options import Options
from runner.builders.qemu.ports import reserved
from runner.builders.qemu.programs import Programs
from runner.builders.qemu.tpm import tpm
from runner.builders.qemu.warm import Warm
from runner.builders.shared import disc
from runner.sdk import Failed, Session

_TRIES = 10
"""How often QEMU is started when somebody else gets a port before it."""


@dataclass(frozen=True, slots=True)
class Started:
    """A machine that runs, and where it is to be seen."""

    vm: Vm
    port: int | None
    """The port of this computer that leads to it, if one does."""
    screen: int | None
    """The port of VNC, if there is one."""
    password: str | None
    """What VNC asks for, if it asks."""


async def disks_of(
    session: Session, options: Options, images: Images, name: str, base: Base | None
) -> tuple[Path, ...]:
    """Make the machine's disks, the first on top of ``base`` if there is one. Raises ``Failed``."""
    if base is None:
        size = disks.bytes_of("disk_size", options.disk_size)
        first = await images.create(session.work / name, size)
    else:
        first = await images.on_top(session.work / name, base, disks.size_on(base, options))
    sizes = [disks.bytes_of("disk_additional_size", each) for each in options.disk_additional_size or ()]
    return (first, *[
        await images.create(session.work / f"{name}-{number}", size) for number, size in enumerate(sizes, 1)
    ])


async def completed(
    session: Session, programs: Programs, emulator: Emulator, options: Options, parts: Parts
) -> Parts:
    """Return all that the machine is started with but its ports; ``parts`` has its disks. Raises ``Failed``."""
    wanted, why = await chosen(programs, emulator, options.accelerator, options.cpu_model)
    cpu = "max" if (options.cpu_model, wanted) == ("host", "tcg") else options.cpu_model
    if why:
        session.say(f"The accelerator is {wanted.upper()}: {why}")
    parts = replace(
        parts, accelerator=wanted, cpu=cpu, display=_window(options, emulator),
        floppy=await disc.floppy(session, options), cd=await disc.cd(session, options),
    )
    if firmware.wanted(options):
        found = await firmware.firmware(session, options, emulator.architecture, session.start_from)
        parts = replace(parts, code=found.code, variables=found.variables)
    if options.vtpm:
        line = await session.hold(tpm(programs, session.work / "tpm", old=options.use_tpm1))
        parts = replace(parts, tpm=line.fileno())
    return parts


def _window(options: Options, emulator: Emulator) -> str | None:
    """Return which window shows the screen; nothing leaves that to QEMU."""
    if options.display is not None or options.use_default_display:
        return options.display
    desktop = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return "gtk" if desktop and not options.headless and "gtk" in emulator.displays else "none"


@asynccontextmanager
async def started(
    session: Session, programs: Programs, emulator: Emulator, options: Options, parts: Parts,
    fields: Mapping[str, object], *, kept: Warm | None,
) -> AsyncIterator[Started]:
    """Yield a machine that runs, from where it was ``kept`` if it was; it is switched off in the end.

    Raises ``Failed``.
    """
    taken: set[int] = set()
    for remaining in reversed(range(_TRIES)):
        async with AsyncExitStack() as stack:
            port, screen = _ports(stack, options, taken)
            told = {**fields, "SSHHostPort": port}
            words = _words(session, options, replace(parts, port=port, screen=screen), told)
            words += kept.words if kept is not None else ()
            descriptors = () if parts.tpm is None else (parts.tpm,)
            try:
                vm = await stack.enter_async_context(running(session, programs, emulator.path, words, descriptors))
            except PortTaken:
                if not remaining:
                    raise
                taken |= {each for each in (port, screen) if each is not None}
                continue
            except Failed as failed:
                if kept is None or not kept.restored:
                    raise
                session.say(f"The machine that was kept cannot be used: {failed}")
                await kept.boot()
                continue
            yield Started(vm, port, screen, await _protected(session, options, vm))
            return


def _ports(stack: AsyncExitStack, options: Options, taken: set[int]) -> tuple[int | None, int | None]:
    """Reserve the ports that lead to the machine and to its screen. Raises ``Failed``."""
    port = screen = None
    if not (options.skip_nat_mapping or options.net_bridge or options.communicator == "none"):
        first, last = options.ssh_host_port_min or options.host_port_min, options.ssh_host_port_max
        what = "host_port_min, host_port_max"
        port = stack.enter_context(reserved(what, first, last or options.host_port_max, but=taken))
    if not options.disable_vnc:
        first, last = options.vnc_port_min, options.vnc_port_max
        address = reserved("vnc_port_min, vnc_port_max", first, last, options.vnc_bind_address, taken)
        screen = stack.enter_context(address)
    return port, screen


def _words(session: Session, options: Options, parts: Parts, fields: Mapping[str, object]) -> list[str]:
    """Return QEMU's arguments; what `qemuargs` take away is told. Raises ``Failed``."""
    found, lost = arguments.merged(options, arguments.usual(options, parts), fields)
    if lost:
        session.say(f"qemuargs take the place of {' '.join(arguments.words_of(lost))}")
    names = {name for name, _ in found}
    more: list[Argument] = []
    if not names & {"-serial", "-nographic"}:
        more.append(("-serial", f"file:{session.work / SERIAL}"))
    if options.qmp_enable:
        path = session.root / (options.qmp_socket_path or session.work / f"{parts.name}.monitor")
        session.say(f"QEMU can be controlled at {path}")
        more.append(("-qmp", f"unix:{escaped(path)},server=on,wait=off"))
    return arguments.words_of([*found, *more])


async def _protected(session: Session, options: Options, vm: Vm) -> str | None:
    """Give the screen its password; return it. Raises ``Failed``."""
    if not options.vnc_use_password or options.disable_vnc:
        return None
    password = options.vnc_password or secrets.token_hex(4)
    await vm.line.ask("change-vnc-password", password=password)
    if options.vnc_password is None:
        session.say(f"The password of the screen is {password}")
    return password


def screen_of(options: Options, begun: Started) -> str | None:
    """Return the address of the screen, if there is one."""
    if begun.screen is None:
        return None
    host = options.vnc_bind_address
    return f"vnc://{f'[{host}]' if ':' in host else host}:{begun.screen}"


def check_options(options: Options) -> None:
    """Raise ``Failed`` when options contradict each other, before anything is made."""
    arguments.processors(options)
    disks.bytes_of("disk_size", options.disk_size)
    for each in options.disk_additional_size or ():
        disks.bytes_of("disk_additional_size", each)
    if options.vnc_password is not None and len(options.vnc_password) > 8:  # noqa: PLR2004 - as VNC has it
        raise Failed("vnc_password: VNC knows passwords of 8 characters at most")
