"""The boot loader GRUB, for BIOS: written to the disk without mounting anything, so that every user can.

Its first sector, ``boot.img``, names the sector of the rest, ``core.img``, and that one where it goes on; the fields
are as in GRUB's ``grub-core/boot/i386/pc/boot.S`` and ``diskboot.S``.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from runner.builders.rootfs.bootloaders.loader import MIB, BootLoader, Kernel, Target, located
from runner.builders.rootfs.order import program
from runner.communicators.chroot import Namespaces
from runner.sdk.threads import held

_PACKAGES = "the packages grub-common and grub-pc-bin"
_CODE = "/usr/lib/grub/i386-pc/boot.img"
_MODULES = (
    "biosdisk", "part_gpt", "part_msdos", "ext2", "normal", "configfile", "linux", "search", "search_fs_uuid",
    "minicmd",
)
_SECTOR = 512
_REST, _NEXT = 0x5C, 0x1F4
"""Where ``boot.img`` has the sector of ``core.img``, and where that has the sector at which it goes on."""
_CODE_SIZE = 440
"""What of the first sector is code; the rest is the partition table's."""


class Grub(BootLoader):
    """Starts disks with BIOS, from the file system of the files."""

    name = "grub"
    attributes: ClassVar[Mapping[str, str]] = {"mbr": "bootable"}

    async def own(self, inside: Namespaces, files: Path, kernel: Kernel, table: str) -> tuple[int, str] | None:
        """Return the partition for its code; an MBR has room for it between the table and the first partition."""
        del inside, files, kernel
        return (MIB, "21686148-6449-6E6F-744E-656564454649") if table == "gpt" else None

    def files(self, kernel: Kernel) -> dict[str, str]:
        """Return its configuration."""
        initrd = "" if kernel.initrd is None else f"  initrd {kernel.initrd}\n"
        return {"boot/grub/grub.cfg": (
            f"set timeout=0\nsearch --no-floppy --fs-uuid --set=root {kernel.root}\n"
            f"menuentry Linux {{\n  linux {kernel.image} {kernel.command_line}\n{initrd}}}\n"
        )}

    async def install(self, inside: Namespaces, kernel: Kernel, target: Target) -> None:
        """Put it on the disk. Raises ``Failed``."""
        del kernel
        code = located([_CODE], "GRUB for BIOS", _PACKAGES)
        core = target.work / "core.img"
        # The partition with the files is the last.
        place = {"gpt": "(hd0,gpt2)", "mbr": "(hd0,msdos1)"}[target.table]
        await program(
            inside, "the boot loader cannot be made", "grub-mkimage", "--format=i386-pc", f"--output={core}",
            f"--prefix={place}/boot/grub", *_MODULES,
        )
        await held(_written, target, code.read_bytes(), core)


def _written(target: Target, code: bytes, core: Path) -> None:
    sector = 1 if target.own is None else target.own.start // _SECTOR
    first, rest = bytearray(code), bytearray(core.read_bytes())
    struct.pack_into("<Q", first, _REST, sector)
    struct.pack_into("<Q", rest, _NEXT, sector + 1)
    with target.disk.open("r+b") as disk:
        disk.write(first[:_CODE_SIZE])
        disk.seek(sector * _SECTOR)
        disk.write(rest)
