"""Machines as they were after their first log-in, memory and all, kept for builds to come.

Each is a file: the disk that holds what has changed since the base, with a snapshot in it. It serves only machines that
are the same in all that QEMU is told, over a base that is the same, with the same QEMU; its name is made of that.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from runner.builders.qemu import arguments
from runner.builders.qemu.arguments import Parts
from runner.builders.qemu.capture import as_it_is
from runner.builders.qemu.disks import Base
from runner.builders.qemu.emulator import Emulator
from runner.builders.qemu.machine import Vm
from runner.builders.qemu.options import Options
from runner.builders.qemu.programs import Programs
from runner.builders.shared import cache
from runner.builders.shared.checksums import digest_of
from runner.sdk import Command, Communicator, Failed, Session
from runner.sdk.threads import held

_NAME = "warm"
_AGE = 30 * 24 * 3600.0
"""How long a machine is kept that no build has used, in seconds."""
_CLOCK = 'date -u -s "@$1" >/dev/null 2>&1 || sudo -n date -u -s "@$1" >/dev/null 2>&1'


async def place(
    session: Session, programs: Programs, options: Options, emulator: Emulator, parts: Parts, base: Base | Path
) -> Warm | None:
    """Return the place of a machine, and put what was kept there into its disk; nothing if none is to be kept.

    Raises ``Failed``.
    """
    if not options.warm_start:
        return None
    why = "it is installed by the build" if not isinstance(base, Base) else gap(options, parts)
    if why is not None or not isinstance(base, Base):
        session.say(f"The machine is not kept: {why}")
        return None
    key = await held(_key, options, emulator, parts, base)
    found = Warm(programs, cache.place(os.environ) / "qemu" / _NAME / f"{key}.qcow2", parts.disks[0])
    await found.restore(session)
    return found


@asynccontextmanager
async def doubted(kept: Warm | None) -> AsyncIterator[None]:
    """Forget a machine that was kept when what is done with it fails, so that the next build does not fare the same."""
    try:
        yield
    except Failed:
        if kept is not None and kept.restored:
            await kept.forget()
        raise


def gap(options: Options, parts: Parts) -> str | None:
    """Return why a machine cannot be kept; nothing when it can."""
    if as_it_is(options, installed=parts.installer is not None):
        return "its disk becomes the image as it is, and what is kept is in its disk"
    if parts.variables is not None or parts.tpm is not None or len(parts.disks) > 1:
        return "only one with a single disk, and neither UEFI nor TPM, can be"
    if options.communicator == "none":
        return "nobody logs in"
    if not (options.ssh_password or options.ssh_private_key or options.ssh_private_key_file or options.ssh_agent_auth):
        return "it is opened by a key that this build alone has"
    return None


def _key(options: Options, emulator: Emulator, parts: Parts, base: Base) -> str:
    """Return what stands for all in which machines have to be the same."""
    status = base.path.stat()
    usual = arguments.usual(options, replace(parts, port=None, screen=None, disks=(), cd=None, floppy=None))
    media = [digest_of(each, "sha256") for each in (parts.cd, parts.floppy) if each is not None]
    inputs = (
        emulator.stamp, emulator.version, usual, options.qemuargs, media,
        str(base.path), status.st_size, status.st_mtime_ns, status.st_ino,
        options.disk_interface, options.disk_size, options.skip_resize_disk, options.ssh_username, options.ssh_port,
        options.disable_vnc, options.boot_command, options.boot_steps,
    )
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:24]


class Warm:
    """The place of one machine that is kept, or will be."""

    def __init__(self, programs: Programs, path: Path, disk: Path) -> None:
        self._programs = programs
        self._path = path
        self._disk = disk
        self._cold = disk.with_name(f"{disk.name}.cold")
        self.restored = False
        """Whether the machine goes on from where it was kept."""

    @property
    def words(self) -> tuple[str, ...]:
        """The arguments of QEMU for it."""
        return ("-loadvm", _NAME) if self.restored else ()

    async def restore(self, session: Session) -> None:
        """Put what was kept into the place of the disk, if there is anything. Raises ``Failed``."""
        if not await held(self._path.exists):
            return
        session.say("The machine goes on from where an earlier build had logged in")
        await held(os.utime, self._path)
        await held(self._disk.rename, self._cold)
        await copied(self._programs, self._path, self._disk)
        self.restored = True

    async def boot(self) -> None:
        """Forget what was kept, which cannot be used: the machine boots."""
        await self.forget()
        await held(self._cold.replace, self._disk)
        self.restored = False

    async def forget(self) -> None:
        """Forget what was kept."""
        await held(self._path.unlink, missing_ok=True)

    async def settle(self, session: Session, vm: Vm, line: Communicator) -> None:
        """Set the clock of a machine that was kept; keep one that was not. Raises ``Failed``."""
        if not self.restored:
            await self._keep(session, vm)
            return
        answer = await line.run(Command(("/bin/sh", "-c", _CLOCK, "sh", str(int(time.time())))))
        if answer.status:
            session.say("The machine's clock stands where it was kept, for its user may not set it")

    async def _keep(self, session: Session, vm: Vm) -> None:
        """Keep a machine that has just been logged in to; it stands still meanwhile."""
        part = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        try:
            await held(prepared, part)
            if complaint := await saved(self._programs, vm, self._disk, part):
                session.say(f"The machine cannot be kept for later builds: {complaint}")
                return
            await held(part.replace, self._path)
            await held(_without_old, self._path.parent)
            session.say("The machine is kept for later builds from the same disk")
        finally:
            await held(part.unlink, missing_ok=True)


async def saved(programs: Programs, vm: Vm, disk: Path, part: Path) -> str:
    """Write a machine into a file, while it stands still; return why it cannot be, or nothing. Raises ``Failed``."""
    try:
        await vm.line.ask("stop")
        said: str = await vm.line.ask("human-monitor-command", **{"command-line": f"savevm {_NAME}"})
        if not said.strip():
            await vm.line.ask("stop")  # which writes down what QEMU still had in memory of the disk
            try:
                await copied(programs, disk, part)
            except Failed as failed:  # for want of room, perhaps: the machine goes on all the same
                return str(failed)
        return said.strip()
    finally:
        await vm.line.ask("cont")


async def copied(programs: Programs, source: Path, target: Path) -> None:
    """Copy a disk without what is empty in it. Raises ``Failed``."""
    words = ("cp", "--sparse=always", "--reflink=auto", str(source), str(target))
    await programs.done("the machine cannot be copied", words)


def prepared(part: Path) -> None:
    """Make an empty file that nobody else can read."""
    part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part.touch(mode=0o600)


def _without_old(place: Path) -> None:
    for each in _old(place):
        each.unlink(missing_ok=True)


def _old(place: Path) -> Iterator[Path]:
    return (each for each in list(place.iterdir()) if time.time() - each.stat().st_mtime > _AGE)
