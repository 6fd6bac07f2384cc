"""Machines kept as they are in the middle of a build, memory and all, so that a later one can go on from there.

A checkpoint is a file like that of a warm start: the disk that holds what has changed since the base, with a snapshot
in it. What the machine had in memory of its disk is in the snapshot, so nothing has to be written down in it before.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from runner.builders.qemu.machine import Vm
from runner.builders.qemu.programs import Programs
from runner.builders.qemu.warm import Warm, copied, prepared, saved
from runner.builders.shared import cache
from runner.builders.shared.checksums import digest_of
from runner.sdk import Checkpoint, Failed, Resource, Session
from runner.sdk.threads import held, uninterrupted

KIND = "qemu.checkpoint"
_BLOCK = 512


class Resumed(Warm):
    """A machine that goes on from a checkpoint, or not at all."""

    def __init__(self, programs: Programs, checkpoint: Checkpoint, disk: Path) -> None:
        super().__init__(programs, Path(checkpoint.id), disk)
        self._digest = checkpoint.about["digest"]

    async def restore(self, session: Session) -> None:
        """Put the checkpoint into the place of the disk. Raises ``Failed`` when it is not what was written."""
        del session
        await held(self._disk.unlink)
        await copied(self._programs, self._path, self._disk)
        if await held(digest_of, self._disk, "sha256") != self._digest:
            await self.forget()
            raise Failed(f"{self._path.name} is damaged")
        self.restored = True

    async def boot(self) -> None:
        """Forget the checkpoint: without its memory the machine is another one. Raises ``Failed``."""
        await self.forget()
        raise Failed("QEMU cannot go on from it")


async def kept(session: Session, programs: Programs, vm: Vm, disk: Path, name: str) -> Checkpoint | None:
    """Keep a machine, which stands still meanwhile; return nothing when it cannot be kept. Raises ``Failed``."""
    if await _has_others(vm):
        return None
    path = cache.place(os.environ) / "qemu" / "checkpoints" / f"{name}.qcow2"
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with session.noted(Resource(KIND, str(part))) as gone:
        try:
            await held(prepared, part)
            complaint = await saved(programs, vm, disk, part)
            if complaint:
                session.say(f"The machine cannot be kept as it is: {complaint}")
                return None
            digest = await held(digest_of, part, "sha256")
            size = (await held(part.stat)).st_blocks * _BLOCK
            await held(part.replace, path)
        except OSError as error:
            session.say(f"The machine cannot be kept as it is: {error}")
            return None
        finally:
            await uninterrupted(held(part.unlink, missing_ok=True))
            gone()
    return Checkpoint(KIND, str(path), {"digest": digest}, size)


async def _has_others(vm: Vm) -> bool:
    """Return whether the machine writes to files that are not the build's own, such as those that `qemuargs` name."""
    used = [each["inserted"] for each in await vm.line.ask("query-block") if "inserted" in each]
    return any(not each["ro"] and not Path(each["file"]).is_relative_to(vm.work) for each in used)
