"""Disks: the files as a file system, on a disk with a partition table and a boot loader if they are wanted.

The file system is filled without being mounted.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from runner.builders.rootfs.bootloaders import LOADERS
from runner.builders.rootfs.bootloaders.loader import MIB, BootLoader, Kernel, Partition, Target, kernel_of
from runner.builders.rootfs.order import program
from runner.communicators.chroot import Namespaces
from runner.sdk import Failed

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SIZE = re.compile(r"([0-9]+)([KMGT]?)(?:i?B)?", re.IGNORECASE)
_SPARE = 64 * MIB
"""What a disk has at least beside its files, in bytes: the journal and tables of the file system."""
_OPTIONS = ("size", "filesystem", "partition_table", "bootloader", "kernel_arguments")
"""What only a disk has."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the disk is to be like."""

    size: str | None = None
    partition_table: str = "gpt"
    bootloader: str = "none"
    kernel_arguments: Sequence[str] = ()
    epoch: int | None = None


def gap(options: Mapping[str, Any], *, wanted: bool) -> str | None:
    """Return which of these options this version cannot work with; without a disk, it is all that are of disks."""
    if not wanted:
        given = next((name for name in _OPTIONS if options.get(name) not in (None, "none")), None)
        return None if given is None else f"{given}: {options[given]} without a disk: format is neither raw nor qcow2"
    if (filesystem := options.get("filesystem", "ext4")) != "ext4":
        return f"filesystem: {filesystem}"
    loader = LOADERS.get(str(options.get("bootloader", "none")))
    if loader is None:
        more = options.get("kernel_arguments")
        return "kernel_arguments without a boot loader that would hand them on" if more else None
    table = options.get("partition_table", "gpt")
    if table == "none":
        return "a boot loader on a disk without a partition table"
    return None if table in loader.tables else f"the boot loader {loader.name} with partition_table: {table}"


class Disk:
    """Writes the disk of a build."""

    def __init__(self, inside: Namespaces, wanted: Wanted, work: Path) -> None:
        self._inside = inside
        self._wanted = wanted
        self._work = work
        self._loader: BootLoader | None = LOADERS.get(wanted.bootloader)
        # The same for equal builds if these are to give equal images.
        self._uuid = str(uuid.uuid5(uuid.NAMESPACE_URL, f"ingot:{work if wanted.epoch is None else wanted.epoch}"))

    async def additions(self, files: Path) -> Path | None:
        """Return a directory with what only a disk has beside the files; nothing when that is nothing.

        Raises ``Failed``.
        """
        more: dict[str, str] = {}
        if not (self._work / "upper" / "etc" / "fstab").exists():  # else a task has written it
            more["etc/fstab"] = f"UUID={self._uuid} / ext4 errors=remount-ro 0 1\n"
        if self._loader is not None:
            more |= self._loader.files(await self._kernel(files))
        where = self._work / "additions"
        for name, text in more.items():
            (where / name).parent.mkdir(parents=True, exist_ok=True)
            (where / name).write_text(text, encoding="utf-8")
        return where if more else None

    async def write(self, files: Path, target: Path, *, user: bool) -> None:
        """Write the disk with the files. Raises ``Failed``."""
        wanted, loader = self._wanted, self._loader
        if loader is not None and loader.root_only and user:
            raise Failed(
                f"the boot loader {loader.name} can be installed by root only",
                "run ingot as root, or choose another 'bootloader'",
            )
        kernel = None if loader is None else await self._kernel(files)
        own, root, size = await self._layout(files, kernel)
        with target.open("wb") as file:
            file.truncate(size)
        await self._filesystem(files, target, root)
        if wanted.partition_table == "none":
            return
        await self._partitioned(target, *(each for each in (own, root) if each is not None))
        if loader is not None and kernel is not None:
            times = self._times("SOURCE_DATE_EPOCH")
            place = Target(target, wanted.partition_table, root, own, files, self._work, times)
            await loader.install(self._inside, kernel, place)

    async def _kernel(self, files: Path) -> Kernel:
        return await kernel_of(self._inside, files, self._uuid, self._wanted.kernel_arguments)

    def _times(self, name: str) -> dict[str, str]:
        return {} if self._wanted.epoch is None else {name: str(self._wanted.epoch)}

    async def _layout(self, files: Path, kernel: Kernel | None) -> tuple[Partition | None, Partition, int]:
        """Return the boot loader's partition, that of the files, and the size of the disk. Raises ``Failed``."""
        table, loader = self._wanted.partition_table, self._loader
        if table == "none":
            size = await self._size(files, 0)
            return None, Partition(0, size, "linux"), size
        asked = None if loader is None or kernel is None else await loader.own(self._inside, files, kernel, table)
        own = None if asked is None else Partition(MIB, *asked)
        start = MIB if own is None else own.start + own.length
        size = await self._size(files, start + MIB)  # the second copy of a GPT is at the disk's end
        more = "" if loader is None else loader.attributes.get(table, "")
        return own, Partition(start, size - start - MIB, "linux", more), size

    async def _size(self, files: Path, around: int) -> int:
        """Return the size of the disk, in whole mebibytes, with so much around its files. Raises ``Failed``."""
        inside, wanted = self._inside, self._wanted.size
        answer = await inside.run(("du", "--summarize", "--block-size=1", "--apparent-size", str(files)))
        blocks = await inside.run(("du", "--summarize", "--block-size=1", str(files)))
        needed = max(int(each.stdout.split()[0]) for each in (answer, blocks))
        if wanted is None:
            size = int(needed * 1.2) + _SPARE + around
        else:
            match = _SIZE.fullmatch(wanted.strip())
            if match is None:
                raise Failed(f"size: {wanted!r} is no size such as 4G")
            size = int(match[1]) * _UNITS[match[2].upper()]
            if size < needed + around:
                message = f"the files need {(needed + around) // MIB + 1} MiB, and the disk has {size // MIB}"
                raise Failed(message, "make 'size' larger")
        return -(-size // MIB) * MIB

    async def _filesystem(self, files: Path, target: Path, root: Partition) -> None:
        plain = self._loader is not None and self._loader.reads_root
        features = ("-O", "^64bit,^metadata_csum") if plain else ()  # boot loaders cannot read them
        await program(
            self._inside, "the file system cannot be made", "mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096",
            "-L", "root", "-U", self._uuid,
            "-E", f"offset={root.start},root_owner=0:0,hash_seed={self._uuid},nodiscard", *features,
            "-d", str(files), str(target), f"{root.length // 1024}k", **self._times("E2FSPROGS_FAKE_TIME"),
        )

    async def _partitioned(self, target: Path, *partitions: Partition) -> None:
        gpt = self._wanted.partition_table == "gpt"
        lines = [f"label: {'gpt' if gpt else 'dos'}", f"label-id: {self._uuid if gpt else '0x696e676f'}"]
        for number, each in enumerate(partitions):
            fields = [f"start={each.start // 512}", f"size={each.length // 512}", f"type={each.type}"]
            if gpt:  # else programs make numbers up
                fields.append(f"uuid={uuid.uuid5(uuid.UUID(self._uuid), str(number))}")
            lines.append(", ".join([*fields, each.more] if each.more else fields))
        table = "\n".join(lines) + "\n"
        script = f"printf %s {quote(table)} | sfdisk --quiet --no-reread --no-tell-kernel {quote(str(target))}"
        await program(self._inside, "the disk cannot be partitioned", "/bin/sh", "-c", script)


async def qcow2(inside: Namespaces, raw: Path, target: Path) -> None:
    """Write a disk as qcow2. Raises ``Failed``."""
    await program(
        inside, "the disk cannot be made a qcow2", "qemu-img", "convert", "-f", "raw", "-O", "qcow2", str(raw),
        str(target),
    )
