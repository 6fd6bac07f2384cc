"""Boot loaders of disks, one a file: what each needs on a disk, and how it gets there."""

from runner.builders.rootfs.bootloaders.extlinux import Extlinux
from runner.builders.rootfs.bootloaders.grub import Grub
from runner.builders.rootfs.bootloaders.loader import BootLoader
from runner.builders.rootfs.bootloaders.systemd_boot import SystemdBoot

LOADERS: dict[str, BootLoader] = {each.name: each for each in (Extlinux(), Grub(), SystemdBoot())}
"""The boot loaders by their names."""
