"""A small guest for tests: Debian's kernel, busybox and dropbear on a disk that boots with BIOS and with UEFI."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent

import engines

KEY = "key"
"""The private key that opens it, beside the disk."""
_PROGRAMS = ("dropbear", "dropbearkey", "busybox", "mkfs.vfat", "mcopy", "mke2fs", "sfdisk", "grub-mkimage", "depmod")
_MODULES = (
    "virtio_pci", "virtio_blk", "virtio_net", "virtio_scsi", "sd_mod", "ata_piix", "button", "evdev",
    "sr_mod", "isofs",
)
_BOOT_MIB, _ROOT_MIB = 48, 48
_GRUB = "set timeout=0\nlinux /vmlinuz console=tty0 console=ttyS0 quiet mitigations=off nokaslr\ninitrd /initrd\nboot\n"
_MODPROBE = """
    #!/bin/busybox sh
    busybox mkdir -p /proc /sys /dev /mnt
    busybox mount -t proc proc /proc; busybox mount -t sysfs sys /sys; busybox mount -t devtmpfs dev /dev
    for each in $(busybox cat /modules); do busybox insmod /$each 2>/dev/null; done
"""
_EARLY = f"""{_MODPROBE.rstrip()}
    until root=$(busybox findfs LABEL=ingot-root); do busybox usleep 20000; done
    busybox mount -t ext4 "$root" /mnt
    for each in proc sys dev; do busybox mount --move /$each /mnt/$each; done
    exec busybox switch_root /mnt /sbin/init
"""
_INSTALLER = f"""{_MODPROBE.rstrip()}
    busybox ip link set lo up; busybox ip link set eth0 up
    busybox ip addr add 10.0.2.15/24 dev eth0; busybox ip route add default via 10.0.2.2
    url=$(busybox sed 's/.*url=\\([^ ]*\\).*/\\1/' /proc/cmdline)
    until busybox wget -q -O /answers "$url"; do busybox sleep 1; done
    . /answers
    busybox wget -q -O - "${{url%/*}}/$image" | busybox gunzip >"$disk"
    busybox sync; busybox reboot -f
"""
"""Writes the image that the answers name to the disk that they name."""
_INIT = """
    #!/bin/sh
    export PATH=/bin:/sbin
    mount -t tmpfs run /run; mkdir -p /dev/pts; mount -t devpts devpts /dev/pts
    hostname guest
    card=$(ls /sys/class/net | grep -v lo | head -n 1)
    ip link set lo up; ip link set "$card" up; ip addr add 10.0.2.15/24 dev "$card"; ip route add default via 10.0.2.2
    dropbear -r /etc/hostkey -r /etc/hostkey-rsa -s
    for each in /sys/class/input/event*; do
      grep -q "Power Button" $each/device/name && { head -c 1 /dev/input/${each##*/} >/dev/null; /sbin/off; } &
    done
    echo "the guest is up" >/dev/console
    while :; do sleep 1000; done
"""
_OFF = "#!/bin/sh\nsync\nmount -o remount,ro /\nbusybox poweroff -f\n"


def guest(shared: Path) -> Path:
    """Return the disk, a qcow2 of the tests' directory, which is made when it is first wanted.

    Beside it are the key that opens it, its kernel, and first file systems: its own, and one that installs it.
    """
    with engines.locked(shared, "guest"):
        where = shared / "guest"
        if not (where / "disk.qcow2").exists():
            where.mkdir(exist_ok=True)
            with tempfile.TemporaryDirectory(dir=shared) as work:
                _made(Path(work), where)
    return where / "disk.qcow2"


def _made(work: Path, where: Path) -> None:
    for program in _PROGRAMS:
        if shutil.which(program) is None:
            raise engines.Missing(f"there is no {program} here")
    _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(where / KEY))
    unpacked = _kernel(work)
    release = unpacked.name.removeprefix("vmlinuz-")
    kernel = shutil.copy(unpacked, where / "kernel")
    (where / "initrd").write_bytes(_archive(dict(_early(unpacked.parents[1], release, _EARLY))))
    (where / "installer").write_bytes(_archive(dict(_early(unpacked.parents[1], release, _INSTALLER))))
    boot, root = work / "boot.img", work / "root.img"
    (work / "grub.cfg").write_text(_GRUB)
    _grub(work)
    _sparse(boot, _BOOT_MIB)
    _run("mkfs.vfat", "-n", "BOOT", str(boot))
    _run("mmd", "-i", str(boot), "::grub", "::EFI", "::EFI/BOOT")
    for source, target in (
        (kernel, "vmlinuz"), (where / "initrd", "initrd"), (work / "grub.cfg", "grub/grub.cfg"),
        (work / "boot.efi", "EFI/BOOT/BOOTX64.EFI"),
    ):
        _run("mcopy", "-i", str(boot), str(source), f"::{target}")
    _root(work / "root", (where / f"{KEY}.pub").read_text())
    _sparse(root, _ROOT_MIB)
    _run("mke2fs", "-q", "-t", "ext4", "-L", "ingot-root", "-E", "root_owner=0:0", "-d", str(work / "root"), str(root))
    _disk(work, boot, root)
    _run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", str(work / "disk"), str(where / "part"))
    (where / "part").rename(where / "disk.qcow2")


def _kernel(work: Path) -> Path:
    """Return the kernel of Debian's package for clouds, unpacked with its modules."""
    listed = _run("apt-cache", "depends", "linux-image-cloud-amd64")
    package = next((line.split()[-1] for line in listed.splitlines() if "Depends: linux-image" in line), None)
    if package is None:
        raise engines.Missing("the kernel linux-image-cloud-amd64 is not among Debian's packages")
    done = subprocess.run(["apt-get", "download", package], cwd=work, capture_output=True, text=True, check=False)
    if done.returncode:
        raise engines.Missing(f"the kernel cannot be downloaded: {done.stderr.strip()}")
    _run("dpkg-deb", "-x", str(next(work.glob("*.deb"))), str(work / "kernel"))
    return next((work / "kernel" / "boot").glob("vmlinuz-*"))


def _early(tree: Path, release: str, script: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the first file system."""
    _run("depmod", "-b", str(tree), release)
    where = tree / "lib" / "modules" / release
    needs = {Path(name).stem: (name, more.split()) for name, _, more in (
        line.partition(":") for line in (where / "modules.dep").read_text().splitlines()
    )}
    order: dict[str, None] = {}
    for module in _MODULES:
        name, more = needs[module]
        order |= dict.fromkeys([*reversed(more), name])
    for name in order:
        yield Path(name).name, (where / name).read_bytes()
    yield "modules", "\n".join(Path(name).name for name in order).encode()
    yield "init", dedent(script).strip().encode()
    busybox = shutil.which("busybox")
    assert busybox is not None
    yield "bin/busybox", Path(busybox).read_bytes()


def _root(root: Path, key: str) -> None:
    for each in ("bin", "sbin", "etc", "root/.ssh", "proc", "sys", "dev", "run", "tmp", "lib64"):
        (root / each).mkdir(parents=True)
    dropbear, busybox = shutil.which("dropbear"), shutil.which("busybox")
    assert dropbear is not None
    assert busybox is not None
    for line in _run("ldd", dropbear).splitlines():
        if path := next((word for word in line.split() if word.startswith("/")), None):
            (root / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, root / path.lstrip("/"))
    shutil.copy(dropbear, root / "sbin" / "dropbear")
    shutil.copy(busybox, root / "bin" / "busybox")
    for applet in _run(busybox, "--list").split():
        if applet not in ("busybox", "init"):
            (root / "bin" / applet).symlink_to("busybox")
    files: Mapping[str, tuple[str, int]] = {
        "sbin/init": (dedent(_INIT).lstrip(), 0o755), "sbin/off": (_OFF, 0o755),
        "etc/passwd": ("root::0:0:root:/root:/bin/sh\n", 0o644),
        "etc/group": ("root:x:0:\n", 0o644), "etc/shells": ("/bin/sh\n", 0o644),
        "root/.ssh/authorized_keys": (key, 0o600),
    }
    for name, (text, mode) in files.items():
        (root / name).write_text(text)
        (root / name).chmod(mode)
    (root / "root" / ".ssh").chmod(0o700)
    (root / "root").chmod(0o700)
    _run("dropbearkey", "-t", "ed25519", "-f", str(root / "etc" / "hostkey"))
    _run("dropbearkey", "-t", "rsa", "-s", "2048", "-f", str(root / "etc" / "hostkey-rsa"))  # it fails without one


def _grub(work: Path) -> None:
    modules = ("part_msdos", "fat", "linux", "normal", "configfile")
    prefix = "(hd0,msdos1)/grub"
    _run("grub-mkimage", "-O", "i386-pc", "-o", str(work / "core"), "-p", prefix, "biosdisk", *modules)
    _run("grub-mkimage", "-O", "x86_64-efi", "-o", str(work / "boot.efi"), "-p", prefix, *modules)


def _disk(work: Path, boot: Path, root: Path) -> None:
    disk = work / "disk"
    _sparse(disk, 1 + _BOOT_MIB + _ROOT_MIB)
    table = f"label: dos\nstart=1MiB, size={_BOOT_MIB}MiB, type=ef, bootable\nstart={1 + _BOOT_MIB}MiB, type=83\n"
    subprocess.run(["sfdisk", "--quiet", str(disk)], input=table, text=True, check=True, capture_output=True)
    with disk.open("r+b") as file:
        file.write(Path("/usr/lib/grub/i386-pc/boot.img").read_bytes()[:440])
        file.seek(512)
        file.write((work / "core").read_bytes())
        file.seek(1 << 20)
        file.write(boot.read_bytes())
        file.seek((1 + _BOOT_MIB) << 20)
        file.write(root.read_bytes())


def _archive(files: Mapping[str, bytes]) -> bytes:
    """Return an archive as the kernel takes it: cpio in its newer ASCII form."""
    directories = {str(parent) for name in files for parent in Path(name).parents if str(parent) != "."}
    found = b""
    entries = [*((name, 0o40755, b"") for name in sorted(directories)), ("dev", 0o40755, b"")]
    entries += [(name, 0o100755, data) for name, data in files.items()]
    for number, (name, mode, data) in enumerate([*entries, ("TRAILER!!!", 0, b"")], 1):
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08x" % each for each in fields) + name.encode() + b"\0"
        found += head.ljust(-(-len(head) // 4) * 4, b"\0") + data.ljust(-(-len(data) // 4) * 4, b"\0")
    return found


def _sparse(path: Path, mebibytes: int) -> None:
    with path.open("wb") as file:
        file.truncate(mebibytes << 20)


def _run(*words: str) -> str:
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "LC_ALL": "C"}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout
