"""Write the result of a build: the disks of a machine that is off, in their formats."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from runner.builders.qemu import firmware, output
from runner.builders.qemu.disks import Images, check_room, named
from runner.builders.qemu.options import Options
from runner.sdk import Session
from runner.sdk.threads import held


async def captured(  # noqa: PLR0913, PLR0917 - what a result is made of
    session: Session, options: Options, images: Images, name: str, place: Path, disks: Sequence[Path],
    variables: Path | None, *, installed: bool,
) -> tuple[Path, ...]:
    """Write the result, whole or not at all; return its files. ``installed`` disks stand on no other.

    Raises ``Failed``.
    """
    forms = tuple(dict.fromkeys(options.formats or (options.format,)))
    made: list[str] = []
    async with output.part(session, place) as unfinished:
        for number, disk in enumerate(disks):
            names = named(name, forms, several=options.formats is not None, number=number)
            about = await images.about(disk)
            for form, file in names.items():
                session.say(f"Writing {session.shown(place / file)}")
                if form == "qcow2" and len(forms) == 1 and as_it_is(options, installed=installed or number > 0):
                    await held(shutil.move, disk, unfinished / file)
                else:
                    check_room(unfinished, about["actual-size"] if not options.disk_compression else 0, file)
                    await images.convert(disk, unfinished / file, form, compress=options.disk_compression)
            made += names.values()
        if variables is not None and not options.efi_drop_efivars:
            await held(shutil.copyfile, variables, unfinished / firmware.VARIABLES)
            made.append(firmware.VARIABLES)
    return tuple(place / each for each in made)


def as_it_is(options: Options, *, installed: bool) -> bool:
    """Return whether a disk can be taken as it is."""
    return options.use_backing_file or (options.skip_compaction and not options.disk_compression and installed)
