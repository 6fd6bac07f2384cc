"""The boot loader systemd-boot, for UEFI: kernel and RAM disk lie beside it, on a FAT file system of its own.

Layout and configuration are those of the Boot Loader Specification (entries of type 1).
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from runner.builders.rootfs.bootloaders.loader import MIB, BootLoader, Kernel, Target, located
from runner.builders.rootfs.order import program
from runner.communicators.chroot import Namespaces
from runner.sdk import Failed

_PACKAGE = "the package systemd-boot-efi"
_PLACE = "/usr/lib/systemd/boot/efi"
_PROGRAMS = {
    b"\x64\x86": ("systemd-bootx64.efi", "BOOTX64.EFI"), b"\x64\xaa": ("systemd-bootaa64.efi", "BOOTAA64.EFI"),
}
"""Machine in the header of the kernel, which is a program of UEFI too -> boot loader, and its name for firmware."""
_SPARE = 32 * MIB
"""What the file system has beside kernel and RAM disk, so that newer ones find room."""
_FILL = """
set -e
mkfs.vfat -F 32 -s 1 -n ESP -i "$id" --invariant --offset "$sector" "$disk" "$blocks" >/dev/null
to="$disk@@$offset"
mmd -i "$to" ::/EFI ::/EFI/BOOT ::/EFI/systemd ::/loader ::/loader/entries
mcopy -i "$to" "$program" "::/EFI/BOOT/$name"
mcopy -i "$to" "$program" "::/EFI/systemd/${program##*/}"
mcopy -i "$to" "$work/loader.conf" ::/loader/loader.conf
mcopy -i "$to" "$work/entry.conf" ::/loader/entries/linux.conf
for each in $images; do mcopy -m -i "$to" "$files$each" ::/; done
"""
"""Small clusters, since FAT32 has to have 65,525 of them."""


class SystemdBoot(BootLoader):
    """Starts disks with UEFI."""

    name = "systemd-boot"
    tables = ("gpt",)
    reads_root = False

    async def own(self, inside: Namespaces, files: Path, kernel: Kernel, table: str) -> tuple[int, str] | None:
        """Return the EFI system partition, with room for the kernel and one that is to replace it."""
        del table
        sizes = await inside.run(("stat", "--format=%s", *(f"{files}{each}" for each in _images(kernel))))
        needed = 2 * sum(map(int, sizes.stdout.split())) + _SPARE
        return -(-needed // MIB) * MIB, "uefi"

    async def install(self, inside: Namespaces, kernel: Kernel, target: Target) -> None:
        """Put it on the disk. Raises ``Failed``."""
        assert target.own is not None
        binary, name = await _programs(inside, target.files, kernel)
        code = located([f"{_PLACE}/{binary}"], binary, _PACKAGE)
        lines = ["title Linux", f"linux /{PurePosixPath(kernel.image).name}"]
        if kernel.initrd is not None:
            lines.append(f"initrd /{PurePosixPath(kernel.initrd).name}")
        lines.append(f"options {kernel.command_line}")
        for file, text in (("loader.conf", "timeout 0\n"), ("entry.conf", "\n".join(lines) + "\n")):
            (target.work / file).write_text(text, encoding="utf-8")
        values = {
            "disk": str(target.disk), "sector": str(target.own.start // 512), "offset": str(target.own.start),
            "blocks": str(target.own.length // 1024), "id": kernel.root[:8], "program": str(code), "name": name,
            "work": str(target.work), "files": str(target.files), "images": " ".join(_images(kernel)),
        }
        await program(
            inside, "the boot loader cannot be installed", "/bin/sh", "-c", _FILL, **values, **target.times,
            MTOOLS_SKIP_CHECK="1",
        )


def _images(kernel: Kernel) -> list[str]:
    return [kernel.image] if kernel.initrd is None else [kernel.image, kernel.initrd]


async def _programs(inside: Namespaces, files: Path, kernel: Kernel) -> tuple[str, str]:
    """Return what starts a kernel of this architecture. Raises ``Failed``."""
    script = 'at=$(od -An -tu4 -j60 -N4 "$0"); od -An -tx1 -j$((at + 4)) -N2 "$0"'
    machine = bytes.fromhex((await inside.run(("/bin/sh", "-c", script, f"{files}{kernel.image}"))).stdout)
    if machine not in _PROGRAMS:
        raise Failed(f"{kernel.image} is no program of UEFI for amd64 or arm64", "choose another 'bootloader'")
    return _PROGRAMS[machine]
