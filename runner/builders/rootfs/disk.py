"""Disks: the files as a file system, on a disk with a partition table and a boot loader if they are wanted.

The file system is filled without being mounted. Only the boot loader has to be installed on a mounted one, which root
can do in the build's own namespaces.
"""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from runner.builders.rootfs.order import program
from runner.communicators.chroot import Namespaces
from runner.sdk import Failed

_MIB = 1 << 20
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SIZE = re.compile(r"([0-9]+)([KMGT]?)(?:i?B)?", re.IGNORECASE)
_SPARE = 64 * _MIB
"""What a disk has at least beside its files, in bytes: the journal and tables of the file system."""
_OPTIONS = ("size", "filesystem", "partition_table", "bootloader", "kernel_arguments")
"""What only a disk has."""
_MBR = {"gpt": "gptmbr.bin", "mbr": "mbr.bin"}
_CODE = ("/usr/lib/syslinux/mbr", "/usr/lib/EXTLINUX", "/usr/share/syslinux")
"""Where distributions put the code that starts extlinux."""
_INSTALL = """
set -e
at=$(mktemp -d)
mount -o loop,offset="$offset",sizelimit="$length" "$disk" "$at"
mkdir -p "$at/boot/extlinux"
printf %s "$config" >"$at/boot/extlinux/extlinux.conf"
extlinux --install "$at/boot/extlinux" || { status=$?; umount "$at"; exit $status; }
umount "$at"; rmdir "$at"
dd if="$code" of="$disk" bs=440 count=1 conv=notrunc status=none
"""


@dataclass(frozen=True, slots=True)
class Disk:
    """What the disk is to be like."""

    size: str | None = None
    filesystem: str = "ext4"
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
    bootloader = options.get("bootloader", "none")
    if bootloader not in ("none", "extlinux"):
        return f"bootloader: {bootloader}"
    if bootloader == "none" and options.get("kernel_arguments"):
        return "kernel_arguments without a boot loader that would hand them on"
    if bootloader == "extlinux" and options.get("partition_table", "gpt") == "none":
        return "a boot loader on a disk without a partition table"
    return None


def additions(wanted: Disk, files: Path, work: Path) -> Path | None:
    """Return a directory with what only a disk has beside the files; nothing when a task has written it."""
    del files  # mounted where only the namespaces see it
    if (work / "upper" / "etc" / "fstab").exists():
        return None
    etc = work / "additions" / "etc"
    etc.mkdir(parents=True, exist_ok=True)
    (etc / "fstab").write_text(f"UUID={_uuid(wanted, work)} / ext4 errors=remount-ro 0 1\n", encoding="utf-8")
    return etc.parent


async def disk(inside: Namespaces, files: Path, target: Path, wanted: Disk, work: Path, *, user: bool) -> None:
    """Write a disk with the files. Raises ``Failed``."""
    if wanted.bootloader != "none" and user:
        raise Failed("a boot loader can be installed by root only", "run ingot as root, or write bootloader: none")
    size = await _size(inside, files, wanted, work)
    offset = 0 if wanted.partition_table == "none" else _MIB
    length = size - 2 * offset  # the second copy of a GPT is at the disk's end
    with target.open("wb") as file:
        file.truncate(size)
    await _filesystem(inside, files, target, wanted, work, (offset, length))
    if offset:
        active = {"gpt": 'attrs="LegacyBIOSBootable"', "mbr": "bootable"}[wanted.partition_table]
        label = {"gpt": "gpt", "mbr": "dos"}[wanted.partition_table]
        place = f"start={offset // 512}, size={length // 512}, type=linux, {active}"
        table = f"label: {label}\n{_identity(wanted, work)}{place}\n"
        script = f"printf %s {quote(table)} | sfdisk --quiet --no-reread --no-tell-kernel {quote(str(target))}"
        await program(inside, "the disk cannot be partitioned", "/bin/sh", "-c", script)
    if wanted.bootloader == "extlinux":
        await _extlinux(inside, files, target, wanted, work, (offset, length))


async def qcow2(inside: Namespaces, raw: Path, target: Path) -> None:
    """Write a disk as qcow2. Raises ``Failed``."""
    await program(
        inside, "the disk cannot be made a qcow2", "qemu-img", "convert", "-f", "raw", "-O", "qcow2", str(raw),
        str(target),
    )


def _uuid(wanted: Disk, work: Path) -> str:
    """Return the number of the file system: the same for equal builds if these are to give equal images."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"ingot:{work if wanted.epoch is None else wanted.epoch}"))


def _identity(wanted: Disk, work: Path) -> str:
    return f"label-id: {_uuid(wanted, work)}\n" if wanted.partition_table == "gpt" else "label-id: 0x696e676f\n"


async def _size(inside: Namespaces, files: Path, wanted: Disk, work: Path) -> int:
    """Return the size of the disk in bytes, in whole mebibytes. Raises ``Failed``."""
    answer = await inside.run(("du", "--summarize", "--block-size=1", "--apparent-size", str(files)))
    blocks = await inside.run(("du", "--summarize", "--block-size=1", str(files)))
    needed = max(int(each.stdout.split()[0]) for each in (answer, blocks))
    del work
    if wanted.size is None:
        size = int(needed * 1.2) + _SPARE
    else:
        match = _SIZE.fullmatch(wanted.size.strip())
        if match is None:
            raise Failed(f"size: {wanted.size!r} is no size such as 4G")
        size = int(match[1]) * _UNITS[match[2].upper()]
        if size < needed + _MIB:
            message = f"the files need {needed // _MIB + 1} MiB, and the disk has {size // _MIB}"
            raise Failed(message, "make 'size' larger")
    return -(-size // _MIB) * _MIB


async def _filesystem(
    inside: Namespaces, files: Path, target: Path, wanted: Disk, work: Path, span: tuple[int, int]
) -> None:
    offset, length = span
    features = ("-O", "^64bit,^metadata_csum") if wanted.bootloader == "extlinux" else ()  # it cannot read them
    times = {} if wanted.epoch is None else {"E2FSPROGS_FAKE_TIME": str(wanted.epoch)}
    seed = _uuid(wanted, work)
    await program(
        inside, "the file system cannot be made", "mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-L", "root",
        "-U", seed,
        "-E", f"offset={offset},root_owner=0:0,hash_seed={seed},nodiscard", *features, "-d", str(files), str(target),
        f"{length // 1024}k", **times,
    )


async def _extlinux(
    inside: Namespaces, files: Path, target: Path, wanted: Disk, work: Path, span: tuple[int, int]
) -> None:
    offset, length = span
    code = next((path for each in _CODE if (path := Path(each, _MBR[wanted.partition_table])).is_file()), None)
    if shutil.which("extlinux") is None or code is None:
        raise Failed("there is no extlinux on this computer", "install the packages extlinux and syslinux-common")
    found = (await inside.run(("ls", str(files / "boot")))).stdout.split()
    kernels = sorted((each for each in found if each.startswith("vmlinuz-")), key=_version)
    if not kernels:
        raise Failed("the files have no kernel in /boot", "install one, such as linux-image-amd64, with 'packages'")
    ramdisk = f"initrd.img-{kernels[-1].removeprefix('vmlinuz-')}"
    initrd = f"  INITRD /boot/{ramdisk}\n" if ramdisk in found else ""
    words = " ".join((f"root=UUID={_uuid(wanted, work)}", "ro", *wanted.kernel_arguments))
    config = f"DEFAULT linux\nPROMPT 0\nLABEL linux\n  LINUX /boot/{kernels[-1]}\n{initrd}  APPEND {words}\n"
    values = {"disk": str(target), "offset": str(offset), "length": str(length), "config": config, "code": str(code)}
    await program(inside, "the boot loader cannot be installed", "/bin/sh", "-c", _INSTALL, **values)


def _version(name: str) -> list[tuple[int, str]]:
    """Return a name such that newer versions sort after older ones."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"[0-9]+|[^0-9]+", name)]
