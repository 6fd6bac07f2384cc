"""Make disks of virtual machines with QEMU."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from runner.builders.qemu import boot, checkpoints, output, power, reach, warm
from runner.builders.qemu import origin as origins
from runner.builders.qemu.arguments import Parts
from runner.builders.qemu.capture import captured
from runner.builders.qemu.disks import Base, Images
from runner.builders.qemu.emulator import Emulator, check, found
from runner.builders.qemu.evidence import witnessed
from runner.builders.qemu.gaps import gap
from runner.builders.qemu.guard import Guarded
from runner.builders.qemu.machine import Vm, ended
from runner.builders.qemu.options import Options
from runner.builders.qemu.origin import Ground
from runner.builders.qemu.programs import programs
from runner.builders.qemu.start import Started, check_options, completed, disks_of, screen_of, started
from runner.builders.shared.keyboard import meant
from runner.builders.shared.web import Web, serving
from runner.builders.shared.workplace import workplace
from runner.communicators.ssh.keys import KeyPair, clear_authorized_keys, key_pair
from runner.frozen import frozen
from runner.sdk import Artifact, Builder, Checkpoint, Communicator, Machine, Origin, Resource, Session
from runner.sdk.threads import held


@frozen
class VirtualMachine(Machine):
    """A machine that QEMU runs, and what is needed to make an image of it."""

    line: Communicator | None = None
    """The line as it is, which is lost when the machine shuts down."""
    vm: Vm | None = None
    parts: Parts | None = None
    images: Images | None = None
    place: Path = Path()
    key: KeyPair | None = None
    """The key that was made for the build, if one was."""


class Qemu(Builder[Options]):
    """Make disks of virtual machines with QEMU."""

    name = "qemu"

    @classmethod
    def has_machine(cls, options: Mapping[str, Any]) -> bool:
        """Return whether tasks can work on the machine."""
        return bool(options.get("communicator", "ssh") != "none")

    @classmethod
    def makes_files(cls, options: Mapping[str, Any]) -> bool:
        """Return whether an image is files: disks always are."""
        del options
        return True

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return gap(options)

    async def origin(self, session: Session) -> Origin | None:
        """Return what the machine will be. What it sees of this computer's directories cannot be known."""
        if origins.lends(self.options):
            return None
        return await origins.origin(session, self.options, await self._ground(session))

    async def _ground(self, session: Session) -> Ground:
        """Find out what the machine stands on; what it starts from is fetched if need be. Raises ``Failed``."""
        options = self.options
        check_options(options)
        output.name_of(session, options)
        host = await session.hold(programs(str(session.root)))
        emulator = await found(host, options.qemu_binary)
        check(options, emulator)
        images = Images(host, options.qemu_img_args)
        return Ground(host, emulator, images, await boot.source(session, options, images))

    async def launch(self, session: Session) -> VirtualMachine:
        """Start the machine, and wait until it answers."""
        if session.checkpoint is None:
            return await self._launched(session)
        async with AsyncExitStack() as stack:  # another machine is launched when this one cannot go on
            machine = await self._launched(replace(session, hold=stack.enter_async_context))
            await session.hold(stack.pop_all())
            return machine

    async def _launched(self, session: Session) -> VirtualMachine:
        options = self.options
        name, place = output.name_of(session, options), output.place_of(session, options)
        ground = session.origin.base if session.origin is not None else await self._ground(session)
        assert isinstance(ground, Ground)
        host, emulator, images, origin = ground.host, ground.emulator, ground.images, ground.base
        await session.hold(workplace(session, output.WORK, 0o700))
        own = await disks_of(session, options, images, name, origin if isinstance(origin, Base) else None)
        installer = None if isinstance(origin, Base) else origin
        parts = await completed(session, host, emulator, options, Parts(name, options.accelerator, own, installer))
        web = await session.hold(serving(session, options, boot.host_of(options)))
        key = await key_of(options, name)
        fields = {
            "Name": name, "OutputDir": place, "HTTPDir": options.http_directory or "", **(web.fields if web else {}),
            **({"SSHPublicKey": key.public} if key else {}),
        }
        meant(options, {**fields, "SSHHostPort": 0})  # a mistake in it is told before anything starts
        kept: warm.Warm | None
        if session.checkpoint is not None:
            kept = checkpoints.Resumed(host, session.checkpoint, parts.disks[0])
            await kept.restore(session)
        else:
            kept = await warm.place(session, host, options, emulator, parts, origin)
        begun = await session.hold(started(session, host, emulator, options, parts, fields, kept=kept))
        self._tell(session, emulator, parts, begun)
        async with witnessed(session, begun.vm), warm.doubted(kept):
            if kept is None or not kept.restored:
                await boot.typed(session, options, begun, {**fields, "SSHHostPort": begun.port})
            line, about = await self._line(session, begun, key)
        if kept is not None and line is not None:
            await kept.settle(session, begun.vm, line)
        about = {"ID": name, "ConnType": options.communicator, **about, **_packer(web)}
        guarded = None if line is None else Guarded(session, begun.vm, line)
        return VirtualMachine(name, guarded, about, line, begun.vm, parts, images, place, key)

    async def capture(self, session: Session, machine: Machine) -> Artifact:
        """Shut the machine down, and write its disks."""
        assert isinstance(machine, VirtualMachine)
        assert machine.vm is not None
        assert machine.parts is not None
        assert machine.images is not None
        options, parts = self.options, machine.parts
        if options.ssh_clear_authorized_keys and machine.key is not None and machine.communicator is not None:
            await clear_authorized_keys(machine.communicator, machine.key.public)
        async with witnessed(session, machine.vm):
            await power.off(session, options, machine.vm, machine.line)
        files = await captured(
            session, options, machine.images, machine.name, machine.place, parts.disks, parts.variables,
            installed=parts.installer is not None,
        )
        shown = session.shown(machine.place)
        labels = {"diskName": files[0].name, "diskType": ",".join(options.formats or (options.format,))}
        return Artifact(self.name, "VM", files, labels, f"VM files in directory: {shown}")

    async def checkpoint(self, session: Session, machine: Machine, name: str) -> tuple[Checkpoint, Machine] | None:
        """Keep the machine, memory and all."""
        assert isinstance(machine, VirtualMachine)
        assert machine.vm is not None
        assert machine.parts is not None
        assert session.origin is not None
        if warm.gap(self.options, machine.parts) is not None or self.options.net_bridge is not None:
            return None
        session.say("Keeping the machine as it is")
        host = session.origin.base.host
        found = await checkpoints.kept(session, host, machine.vm, machine.parts.disks[0], name)
        return None if found is None else (found, machine)

    @classmethod
    async def still_there(cls, checkpoint: Checkpoint) -> bool:
        """Return whether the file is there; its content is looked at when a machine begins with it."""
        return await held(Path(checkpoint.id).is_file)

    @classmethod
    async def drop(cls, checkpoint: Checkpoint) -> None:
        """Remove the file."""
        await held(Path(checkpoint.id).unlink, missing_ok=True)

    @classmethod
    async def collect(cls, resource: Resource) -> None:
        """End a machine that a run left, and remove its directory. Raises ``Failed``."""
        path = Path(resource.id)
        if resource.kind == checkpoints.KIND:
            await held(path.unlink, missing_ok=True)
            return
        if resource.kind == output.WORK:
            ended(path)
        await held(shutil.rmtree, path, ignore_errors=True)

    def _tell(self, session: Session, emulator: Emulator, parts: Parts, begun: Started) -> None:
        screen = screen_of(self.options, begun)
        where = f"; its screen is at {screen}" if screen else ""
        how = "" if parts.accelerator == "none" else f" and {parts.accelerator.upper()}"
        session.say(f"The machine runs with QEMU {emulator.shown}{how}{where}")

    async def _line(
        self, session: Session, begun: Started, key: KeyPair | None
    ) -> tuple[Communicator | None, Mapping[str, Any]]:
        """Return the line to the machine as soon as it answers, and what expressions see of it. Raises ``Failed``."""
        if self.options.communicator == "none":
            return None, {}
        line, about = await reach.line(self.options, session, begun.vm, begun.port, key.private if key else None)
        return line, {**about, "SSHPublicKey": key.public} if key else about


async def key_of(options: Options, name: str) -> KeyPair | None:
    """Return a key that is made for the build, when it names nothing to log in with. Raises ``Failed``."""
    given = (options.ssh_password, options.ssh_private_key, options.ssh_private_key_file)
    if any(given) or options.ssh_agent_auth or options.communicator == "none":
        return None
    return await key_pair(
        options.temporary_key_pair_type, options.temporary_key_pair_bits, options.temporary_key_pair_name or name
    )


def _packer(web: Web | None) -> Mapping[str, Any]:
    """Return what expressions see of the web server, by Packer's names."""
    if web is None:
        return {}
    return {
        "PackerHTTPIP": web.host, "PackerHTTPPort": str(web.port), "PackerHTTPAddr": f"{web.host}:{web.port}",
    }
