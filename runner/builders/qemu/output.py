"""The directories of a build: the one it works in, and the one that it leaves."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runner.builders.qemu.options import Options
from runner.sdk import Failed, Resource, Session
from runner.sdk.threads import held

WORK, PART = "qemu.machine", "qemu.output"
"""Kinds of resources: the directory of a machine, and that of a result which is not whole yet."""


def name_of(session: Session, options: Options) -> str:
    """Return the name of the machine. Raises ``Failed`` when it is none for a file."""
    name = options.vm_name or f"packer-{_plain(session.source)}"
    if "/" in name:
        raise Failed(f"vm_name: {name!r} has a slash in it", "'output_directory' says where the disk goes")
    return name


def place_of(session: Session, options: Options) -> Path:
    """Return where the result goes. Raises ``Failed`` when that place is taken."""
    place = session.root.absolute() / (options.output_directory or f"output-{_plain(session.source)}")
    mine = session.start_from.files if session.start_from is not None else ()
    if os.path.lexists(place) and not session.force and not any(place in file.parents for file in mine):
        raise Failed(
            f"{session.shown(place)} is there already", "`--force` replaces it; or set another 'output_directory'"
        )
    return place


@asynccontextmanager
async def part(session: Session, place: Path) -> AsyncIterator[Path]:
    """Yield a directory beside the result's place, which takes that place if nothing goes wrong."""
    token = secrets.token_hex(4)
    unfinished, former = (place.with_name(f".{place.name}.{each}{token}") for each in ("", "former-"))
    with session.noted(Resource(PART, str(unfinished))) as gone:
        try:
            unfinished.mkdir(parents=True)
            yield unfinished
            await held(_placed, unfinished, place, former)
        finally:
            await held(_removed, unfinished)
            await held(_removed, former)
            gone()


def _placed(unfinished: Path, place: Path, former: Path) -> None:
    if os.path.lexists(place):
        place.rename(former)
    try:
        unfinished.rename(place)
    except BaseException:
        former.rename(place)
        raise


def _removed(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _plain(name: str) -> str:
    return "".join(each if each.isalnum() or each in "-_." else "-" for each in name)
