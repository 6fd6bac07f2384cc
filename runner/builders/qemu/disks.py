"""Disks: what they start from, and what becomes of them when the machine is off."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.builders.qemu.options import Options, QemuImgArgs
from runner.builders.qemu.programs import Programs, path_of
from runner.sdk import Artifact, Failed
from runner.sdk.threads import held

_SIZE = re.compile(r"([0-9]+)\s*([BKMGTP]?)(?:I?B)?", re.IGNORECASE)
_UNITS = {"": 1 << 20, "B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40, "P": 1 << 50}
_USUAL_SIZE = "40960M"
_SECTOR = 512
_VOLUME = 0x8001
"""Where a CD says that it is one."""
_SUFFIXES = (".qcow2", ".raw", ".img", ".vmdk", ".vhdx", ".vdi")
"""How the name of a disk ends, what is best to start from first."""


@dataclass(frozen=True, slots=True)
class Base:
    """A disk to start from, which stays as it is."""

    path: Path
    format: str
    size: int
    """What the machine sees, in bytes."""
    stored: int
    """What it takes on this computer."""


def bytes_of(option: str, text: str) -> int:
    """Return a size in bytes; a bare number is megabytes. Raises ``Failed``."""
    match = _SIZE.fullmatch(text.strip())
    if match is None or not int(match[1]):
        raise Failed(f"{option}: {text!r} is no size such as 10G or 20480M")
    return int(match[1]) * _UNITS[match[2].upper()]


def disk_of(artifact: Artifact) -> Path:
    """Return the disk that another build has made. Raises ``Failed`` when it has made none."""
    if artifact.builder == "qemu" and artifact.files:
        return artifact.files[0]
    for suffix in _SUFFIXES:
        for file in artifact.files:
            if file.suffix == suffix:
                return file
    raise Failed(
        f"the build that this one starts from made no disk, but {artifact.description or artifact.id}",
        "with the builder rootfs, write format: [qcow2]",
    )


class Images:
    """Makes and reads disks with `qemu-img`."""

    def __init__(self, programs: Programs, more: QemuImgArgs | None) -> None:
        self._programs = programs
        self._more = more or QemuImgArgs()
        self._path = path_of("qemu-img")

    async def about(self, path: Path) -> dict[str, Any]:
        """Return what a disk is. Raises ``Failed``."""
        words = (self._path, "info", "--output=json", str(path))
        found: dict[str, Any] = json.loads(await self._programs.done(f"{path} cannot be read", words))
        return found

    async def base(self, path: Path, *, boots: bool = True) -> Base:
        """Return a disk to start from, which ``boots`` by itself or not. Raises ``Failed`` when it is none."""
        about = await self.about(path)
        if about["format"] == "raw":
            await held(_check_raw, path, boots=boots)
        return Base(await held(path.resolve), about["format"], about["virtual-size"], about["actual-size"])

    async def create(self, path: Path, size: int) -> Path:
        """Make an empty disk."""
        words = (self._path, "create", "-q", "-f", "qcow2", *(self._more.create or ()), str(path), str(size))
        await self._programs.done("the disk cannot be made", words)
        return path

    async def on_top(self, path: Path, base: Base, size: int | None) -> Path:
        """Make a disk that holds only what differs from another one, and that may be larger."""
        below = ("-b", str(base.path), "-F", base.format)
        words = (self._path, "create", "-q", "-f", "qcow2", *(self._more.create or ()), *below, str(path))
        await self._programs.done("the disk cannot be made", words)
        if size is not None and size != base.size:
            words = (self._path, "resize", "-q", "-f", "qcow2", *(self._more.resize or ()), str(path), str(size))
            await self._programs.done("the disk cannot be resized", words)
        return path

    async def convert(self, disk: Path, target: Path, form: str, *, compress: bool) -> None:
        """Write a disk in a format of its own, without holes and without what it stands on."""
        more = [*(("-c",) if compress else ()), *(self._more.convert or ())]
        if compress and form == "vmdk":
            more = ["-o", "subformat=streamOptimized", *(self._more.convert or ())]
        words = (self._path, "convert", "-f", "qcow2", "-O", form, *more, str(disk), str(target))
        await self._programs.done(f"{target.name} cannot be written", words)


def size_on(base: Base, options: Options) -> int | None:
    """Return the size of a disk that stands on another one; nothing when it stays. Raises ``Failed``."""
    if options.skip_resize_disk:
        return None
    size = bytes_of("disk_size", options.disk_size)
    if size < base.size and options.disk_size != _USUAL_SIZE:
        raise Failed(
            f"disk_size: {options.disk_size} is less than what {base.path.name} has: {base.size >> 20}M",
            "a disk cannot shrink; skip_resize_disk: true keeps its size",
        )
    return max(size, base.size)


def check_room(place: Path, needed: int, what: str) -> None:
    """Raise ``Failed`` when there is less room than that where ``place`` is to be."""
    there = next(each for each in (place, *place.parents) if each.exists())
    found = os.statvfs(there)
    free = found.f_bavail * found.f_frsize
    if needed > free:
        raise Failed(f"{what} needs {_megabytes(needed)}, and {there} has {_megabytes(free)} left")


def _megabytes(size: int) -> str:
    return f"{-(-size // (1 << 20)):,} MB"


def _check_raw(path: Path, *, boots: bool) -> None:
    """Raise ``Failed`` when a file, in which QEMU sees no format, is no disk either."""
    with path.open("rb") as file:
        head = file.read(_SECTOR)
        file.seek(_VOLUME)
        volume = file.read(5)
    if volume == b"CD001":
        raise Failed(f"{path.name} is an installation image and no disk", "leave 'disk_image' out")
    if boots and head[_SECTOR - 2:] != b"\x55\xaa":
        raise Failed(f"{path.name} is no disk: QEMU knows no such format, and it has no boot sector")


def named(name: str, forms: Sequence[str], *, several: bool, number: int = 0) -> dict[str, str]:
    """Return what the files of a disk are called: format -> name."""
    ending = f"-{number}" if number else ""
    if not several:
        return dict.fromkeys(forms, f"{name}{ending}")
    stem = name
    for form in forms:
        stem = stem.removesuffix(f".{form}")
    return {form: f"{stem}{ending}.{form}" for form in forms}
