"""A disk that boots in a real machine."""

from __future__ import annotations

import subprocess

import pytest
from rootfs_support import Rootfs, needed, rootfs  # noqa: F401 - fixtures

INIT = """\
#!/bin/sh
mount -t proc proc /proc
echo "this is $(cat /etc/hostname), and root is $(findmnt -n -o FSTYPE /)"
echo o >/proc/sysrq-trigger
sleep 60
"""


UEFI = ("-drive", "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd")


@pytest.mark.slow
@pytest.mark.parametrize(("loader", "table", "firmware"), [
    ("extlinux", "gpt", ()), ("extlinux", "mbr", ()), ("grub", "gpt", ()), ("grub", "mbr", ()),
    ("systemd-boot", "gpt", UEFI),
])
def test_a_disk_boots_the_kernel_that_is_installed(
    rootfs: Rootfs, loader: str, table: str, firmware: tuple[str, ...]  # noqa: F811
) -> None:
    needed("mmdebstrap", "qemu-img", "qemu-system-x86_64", "extlinux", "grub-mkimage", "mcopy", "sfdisk", "mke2fs")
    out = rootfs.made(
        {
            "suite": "bookworm", "packages": ["linux-image-cloud-amd64", "initramfs-tools"], "format": ["qcow2"],
            "bootloader": loader, "partition_table": table, "hostname": "booted",
            "kernel_arguments": ["console=ttyS0", "init=/sbin/marker"],
        },
        {"copy": {"dest": "/sbin/marker", "content": INIT, "mode": "0755"}},
    )
    said = subprocess.run(
        ["qemu-system-x86_64", "-accel", "tcg", "-M", "q35", "-cpu", "max", "-m", "512", "-nodefaults", "-display",
         "none", "-serial", "stdio", "-no-reboot", *firmware, "-drive", f"file={out / 'box.qcow2'},if=virtio"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=300, errors="replace",
    ).stdout
    assert "this is booted, and root is ext4" in said
