"""What a boot loader is asked for, and what it works with."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

from runner.communicators.chroot import Namespaces
from runner.sdk import Failed

MIB = 1 << 20


class Kernel(NamedTuple):
    """The newest kernel among the files, and how it is to be started."""

    image: str
    """Path of the kernel, such as ``/boot/vmlinuz-6.1.0``."""
    initrd: str | None
    """Path of its initial RAM disk, if it has one."""
    root: str
    """The UUID of the file system that has the files."""
    arguments: Sequence[str]

    @property
    def command_line(self) -> str:
        """All arguments of the kernel."""
        return " ".join((f"root=UUID={self.root}", "ro", *self.arguments))


class Partition(NamedTuple):
    """A part of the disk."""

    start: int
    """In bytes, like ``length``."""
    length: int
    type: str
    """As ``sfdisk`` names it."""
    more: str = ""
    """Further fields of ``sfdisk``."""


class Target(NamedTuple):
    """The disk that a boot loader is put on."""

    disk: Path
    table: str
    """``gpt`` or ``mbr``."""
    root: Partition
    own: Partition | None
    """The boot loader's own partition, if it wants one."""
    files: Path
    """Where the files are to be seen, in the namespaces."""
    work: Path
    times: Mapping[str, str]
    """Environment by which programs write no later time than is wanted."""


class BootLoader(ABC):
    """Starts the kernel that is among the files."""

    name: ClassVar[str]
    tables: ClassVar[tuple[str, ...]] = ("gpt", "mbr")
    """The partition tables that it works with."""
    root_only: ClassVar[bool] = False
    """Whether only root can install it."""
    reads_root: ClassVar[bool] = True
    """Whether it reads the file system of the files by itself, and wants one that it knows."""
    attributes: ClassVar[Mapping[str, str]] = {}
    """Partition table -> what marks the partition with the files."""

    async def own(self, inside: Namespaces, files: Path, kernel: Kernel, table: str) -> tuple[int, str] | None:
        """Return length, in bytes, and type of a partition that it wants before the one with the files."""
        del inside, files, kernel, table
        return None

    def files(self, kernel: Kernel) -> Mapping[str, str]:
        """Return the files that it wants among the others: path -> content."""
        del kernel
        return {}

    @abstractmethod
    async def install(self, inside: Namespaces, kernel: Kernel, target: Target) -> None:
        """Put it on the disk. Raises ``Failed``."""


async def kernel_of(inside: Namespaces, files: Path, root: str, arguments: Sequence[str]) -> Kernel:
    """Return the newest kernel among the files. Raises ``Failed`` when there is none."""
    found = (await inside.run(("ls", str(files / "boot")))).stdout.split()
    kernels = sorted((each for each in found if each.startswith("vmlinuz-")), key=_version)
    if not kernels:
        raise Failed("the files have no kernel in /boot", "install one, such as linux-image-amd64, with 'packages'")
    ramdisk = f"initrd.img-{kernels[-1].removeprefix('vmlinuz-')}"
    return Kernel(f"/boot/{kernels[-1]}", f"/boot/{ramdisk}" if ramdisk in found else None, root, arguments)


def located(names: Sequence[str], what: str, packages: str) -> Path:
    """Return the first of these files that is there. Raises ``Failed``."""
    path = next((each for name in names if (each := Path(name)).is_file()), None)
    if path is None:
        raise Failed(f"there is no {what} on this computer", f"install {packages}")
    return path


def _version(name: str) -> list[tuple[int, str]]:
    """Return a name such that newer versions sort after older ones."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"[0-9]+|[^0-9]+", name)]
