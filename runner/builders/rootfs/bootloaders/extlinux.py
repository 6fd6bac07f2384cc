"""The boot loader extlinux, for BIOS: it is installed on a mounted file system, which root can do."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import ClassVar

from runner.builders.rootfs.bootloaders.loader import BootLoader, Kernel, Target, located
from runner.builders.rootfs.order import program
from runner.communicators.chroot import Namespaces
from runner.sdk import Failed

_PACKAGES = "the packages extlinux and syslinux-common"
_CODE = {"gpt": "gptmbr.bin", "mbr": "mbr.bin"}
_PLACES = ("/usr/lib/syslinux/mbr", "/usr/lib/EXTLINUX", "/usr/share/syslinux")
"""Where distributions put the code that starts it."""
_INSTALL = """
set -e
at=$(mktemp -d)
mount -o loop,offset="$offset",sizelimit="$length" "$disk" "$at"
extlinux --install "$at/boot/extlinux" || { status=$?; umount "$at"; exit $status; }
umount "$at"; rmdir "$at"
dd if="$code" of="$disk" bs=440 count=1 conv=notrunc status=none
"""


class Extlinux(BootLoader):
    """Starts disks with BIOS, from the file system of the files."""

    name = "extlinux"
    root_only = True
    attributes: ClassVar[Mapping[str, str]] = {"gpt": 'attrs="LegacyBIOSBootable"', "mbr": "bootable"}

    def files(self, kernel: Kernel) -> dict[str, str]:
        """Return its configuration."""
        initrd = "" if kernel.initrd is None else f"  INITRD {kernel.initrd}\n"
        return {"boot/extlinux/extlinux.conf": (
            f"DEFAULT linux\nPROMPT 0\nLABEL linux\n  LINUX {kernel.image}\n{initrd}  APPEND {kernel.command_line}\n"
        )}

    async def install(self, inside: Namespaces, kernel: Kernel, target: Target) -> None:
        """Put it on the disk. Raises ``Failed``."""
        del kernel
        if shutil.which("extlinux") is None:
            raise Failed("there is no extlinux on this computer", f"install {_PACKAGES}")
        code = located([f"{each}/{_CODE[target.table]}" for each in _PLACES], "code that starts extlinux", _PACKAGES)
        values = {
            "disk": str(target.disk), "offset": str(target.root.start), "length": str(target.root.length),
            "code": str(code),
        }
        await program(inside, "the boot loader cannot be installed", "/bin/sh", "-c", _INSTALL, **values)
