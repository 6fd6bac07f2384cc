"""Make disks of virtual machines with QEMU."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from runner.builders.qemu import output, power, reach
from runner.builders.qemu.arguments import Parts
from runner.builders.qemu.capture import captured
from runner.builders.qemu.disks import Images, disk_of
from runner.builders.qemu.emulator import Emulator, check, found
from runner.builders.qemu.evidence import secured
from runner.builders.qemu.gaps import gap
from runner.builders.qemu.machine import Vm, ended
from runner.builders.qemu.options import Options
from runner.builders.qemu.programs import programs
from runner.builders.qemu.start import Started, check_options, disks_of, parts_of, screen_of, started
from runner.frozen import frozen
from runner.sdk import Artifact, Builder, Communicator, Failed, Machine, Resource, Session
from runner.sdk.threads import held


@frozen
class VirtualMachine(Machine):
    """A machine that QEMU runs, and what is needed to make an image of it."""

    vm: Vm | None = None
    parts: Parts | None = None
    images: Images | None = None
    place: Path = Path()


class Qemu(Builder[Options]):
    """Make disks of virtual machines with QEMU."""

    name = "qemu"

    @classmethod
    def has_machine(cls, options: Mapping[str, Any]) -> bool:
        """Return whether tasks can work on the machine."""
        return bool(options.get("communicator", "ssh") != "none")

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return gap(options)

    async def launch(self, session: Session) -> VirtualMachine:
        """Start the machine, and wait until it answers."""
        options = self.options
        check_options(options)
        name, place = output.name_of(session, options), output.place_of(session, options)
        host = await session.hold(programs(str(session.root)))
        emulator = await found(host, options.qemu_binary)
        check(options, emulator)
        images = Images(host, options.qemu_img_args)
        await session.hold(output.work(session))
        boots = not any(words and words[0] == "-kernel" for words in options.qemuargs or ())
        base = await images.base(self._source(session), boots=boots)
        own = await disks_of(session, options, images, name, base)
        parts = await parts_of(session, host, emulator, options, name, own)
        fields = {"Name": name, "OutputDir": place}
        begun = await session.hold(started(session, host, emulator, options, parts, fields))
        await session.hold(_watched(session, begun.vm))
        self._tell(session, emulator, parts, begun)
        line, about = await self._reached(session, begun)
        about = {"ID": name, "ConnType": options.communicator, **about}
        return VirtualMachine(name, line, about, begun.vm, parts, images, place)

    async def capture(self, session: Session, machine: Machine) -> Artifact:
        """Shut the machine down, and write its disks."""
        assert isinstance(machine, VirtualMachine)
        assert machine.vm is not None
        assert machine.parts is not None
        assert machine.images is not None
        options, parts = self.options, machine.parts
        await power.off(session, options, machine.vm, machine.communicator)
        files = await captured(
            session, options, machine.images, machine.name, machine.place, parts.disks, parts.variables,
            installed=parts.installer is not None,
        )
        shown = session.shown(machine.place)
        labels = {"diskName": files[0].name, "diskType": ",".join(options.formats or (options.format,))}
        return Artifact(self.name, "VM", files, labels, f"VM files in directory: {shown}")

    @classmethod
    async def collect(cls, resource: Resource) -> None:
        """End a machine that a run left, and remove its directory. Raises ``Failed``."""
        path = Path(resource.id)
        if resource.kind == output.WORK:
            ended(path)
        await held(shutil.rmtree, path, ignore_errors=True)

    def _source(self, session: Session) -> Path:
        """Return the disk to start from. Raises ``Failed``."""
        if session.start_from is not None:
            return disk_of(session.start_from)
        assert self.options.iso_url is not None
        return session.root / self.options.iso_url

    def _tell(self, session: Session, emulator: Emulator, parts: Parts, begun: Started) -> None:
        screen = screen_of(self.options, begun)
        where = f"; its screen is at {screen}" if screen else ""
        how = "" if parts.accelerator == "none" else f" and {parts.accelerator.upper()}"
        session.say(f"The machine runs with QEMU {emulator.shown}{how}{where}")

    async def _reached(self, session: Session, begun: Started) -> tuple[Communicator | None, Mapping[str, Any]]:
        """Return the line to the machine as soon as it answers. Raises ``Failed``, with what was seen last."""
        if self.options.communicator == "none":
            return None, {}
        try:
            return await reach.line(self.options, session, begun.vm, begun.port, None)
        except Failed as failed:
            raise Failed(f"{failed}; {await secured(session, begun.vm)}", failed.hint) from failed


@asynccontextmanager
async def _watched(session: Session, vm: Vm) -> AsyncIterator[None]:
    """Tell what was seen last of a machine that has ended, or been halted, in the middle of a build."""
    try:
        yield
    except Exception:
        if vm.process.over or vm.line.trouble.done():
            why = vm.line.trouble.result() if vm.line.trouble.done() else vm.obituary()
            session.say(f"{why}; {await secured(session, vm)}")
        raise
