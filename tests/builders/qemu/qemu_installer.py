"""A CD that installs the guest of the tests: it reads its answers, partitions a disk and fetches what belongs on it."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

import engines
import qemu_guest as parts

_ISOLINUX = Path("/usr/lib/ISOLINUX/isolinux.bin")
_LDLINUX = Path("/usr/lib/syslinux/modules/bios/ldlinux.c32")
_MENU = """\
PROMPT 1
TIMEOUT 0
DEFAULT local
LABEL install
  KERNEL linux
  INITRD initrd
  APPEND console=tty0 console=ttyS0 quiet mitigations=off nokaslr
LABEL local
  LOCALBOOT 0x80
"""
_GRUB = parts._GRUB.replace("/vmlinuz", "/boot/vmlinuz").replace("/initrd", "/boot/initrd")
_INSTALL = """
    #!/bin/busybox sh
    busybox mkdir -p /bin /proc /sys /dev /mnt /tmp /media
    /bin/busybox --install -s /bin; export PATH=/bin
    mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
    exec >/dev/console 2>&1
    fail() { echo "the installation fails: $*"; poweroff -f; }
    for each in $(cat /modules); do insmod /$each 2>/dev/null; done
    for each in $(cat /proc/cmdline); do case $each in url=*) url=${each#url=} ;; esac; done
    card=$(ls /sys/class/net | grep -v lo | head -n 1)
    ip link set lo up; ip link set "$card" up; ip addr add 10.0.2.15/24 dev "$card"; ip route add default via 10.0.2.2
    for each in /dev/sr*; do
      mount -t iso9660 -o ro $each /media && cp /media/answers /tmp 2>/dev/null && break
      umount /media
    done
    [ -f /tmp/answers ] || wget -q -O /tmp/answers "$url/answers" || fail "there are no answers at $url"
    . /tmp/answers
    echo "installing on $disk as $hostname"
    printf 'o\\nn\\np\\n1\\n2048\\n\\na\\n1\\nw\\n' | fdisk "$disk" >/dev/null || fail "no partition"
    until [ -b "${disk}1" ]; do usleep 20000; done
    mke2fs -L ingot-root "${disk}1" >/dev/null || fail "no file system"
    mount -t ext4 "${disk}1" /mnt || fail "no disk"
    wget -q -O - "$url/$root" | tar -xz -C /mnt || fail "no files"
    echo "$hostname" >/mnt/etc/hostname
    dd if=/boot.img of="$disk" bs=440 count=1 conv=notrunc 2>/dev/null
    dd if=/core of="$disk" bs=512 seek=1 conv=notrunc 2>/dev/null
    umount /mnt; sync; echo "installed"; reboot -f
"""


class Installer(NamedTuple):
    """What there is to install from."""

    disc: Path
    root: Path
    """The files of the guest, packed."""
    key: Path
    """The private key that opens what was installed."""


def installer(shared: Path) -> Installer:
    """Return the CD, which is made when it is first wanted."""
    with engines.locked(shared, "installer"):
        where = shared / "installer"
        if not (where / "installer.iso").exists():
            where.mkdir(exist_ok=True)
            with tempfile.TemporaryDirectory(dir=shared) as work:
                _made(Path(work), where)
    return Installer(where / "installer.iso", where / "root.tgz", where / parts.KEY)


def _made(work: Path, where: Path) -> None:
    for program in ("xorriso", "dropbear", "dropbearkey", "busybox", "grub-mkimage", "depmod"):
        if shutil.which(program, path=f"/usr/sbin:/sbin:{os.environ['PATH']}") is None:
            raise engines.Missing(f"there is no {program} here")
    if not _ISOLINUX.exists():
        raise engines.Missing("there is no isolinux here")
    parts._run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(where / parts.KEY))
    kernel = parts._kernel(work)
    tree, release = kernel.parents[1], kernel.name.removeprefix("vmlinuz-")
    _pack(work, where, kernel, parts._archive(dict(parts._early(tree, release, parts._EARLY))))
    modules = ("biosdisk", "part_msdos", "ext2", "linux", "normal", "configfile")
    parts._run("grub-mkimage", "-O", "i386-pc", "-o", str(work / "core"), "-p", "(hd0,msdos1)/boot/grub", *modules)
    disc = work / "disc"
    disc.mkdir()
    (disc / "initrd").write_bytes(parts._archive({
        **dict(parts._early(tree, release, _INSTALL)), "core": (work / "core").read_bytes(),
        "boot.img": Path("/usr/lib/grub/i386-pc/boot.img").read_bytes(),
    }))
    (disc / "isolinux.cfg").write_text(_MENU)
    for source, name in ((kernel, "linux"), (_ISOLINUX, "isolinux.bin"), (_LDLINUX, "ldlinux.c32")):
        shutil.copy(source, disc / name)
    parts._run(
        "xorriso", "-as", "mkisofs", "-quiet", "-o", str(work / "installer.iso"), "-V", "installer", "-R",
        "-b", "isolinux.bin", "-c", "boot.cat", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table", str(disc),
    )
    shutil.copy(work / "installer.iso", where / "part")
    (where / "part").rename(where / "installer.iso")


def _pack(work: Path, where: Path, kernel: Path, initrd: bytes) -> None:
    """Pack the files of the guest, with a kernel to boot."""
    root = work / "root"
    parts._root(root, (where / f"{parts.KEY}.pub").read_text())
    (root / "boot" / "grub").mkdir(parents=True)
    (root / "boot" / "grub" / "grub.cfg").write_text(_GRUB)
    (root / "boot" / "initrd").write_bytes(initrd)
    shutil.copy(kernel, root / "boot" / "vmlinuz")

    def owned(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        return entry

    with tarfile.open(where / "root.tgz", "w:gz", compresslevel=1) as tar:
        tar.add(root, ".", filter=owned)
