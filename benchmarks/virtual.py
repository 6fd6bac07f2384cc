"""Measure a trivial build of a virtual machine's disk beside Packer."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from host import Missing
from measure import Job, output, run_in_turns
from report import seconds, unmeasured, verdict
from settings import INGOT, Settings

LIMIT = 12.0
"""Target: how long a build may take, in seconds."""
PACKER_RATIO = 2.0
"""Target: how many times as long Packer has to take."""
_DISK = "virtual-machine.qcow2"
_MASKED = (
    *(f"{each}.timer" for each in ("apt-daily", "apt-daily-upgrade", "dpkg-db-backup", "e2scrub_all", "fstrim")),
    *(f"modprobe@{each}.service" for each in ("configfs", "dm_mod", "drm", "efi_pstore", "fuse", "loop")),
    *(f"systemd-{each}.service" for each in (
        "binfmt", "firstboot", "journal-flush", "logind", "network-generator", "pstore", "random-seed", "remount-fs",
        "sysusers", "timesyncd", "udev-trigger", "udevd", "update-utmp",
    )),
    "dev-hugepages.mount", "dev-mqueue.mount", "e2scrub_reap.service", "getty@tty1.service",
    "kmod-static-nodes.service", "serial-getty@ttyS0.service", "sys-fs-fuse-connections.mount",
    "sys-kernel-config.mount", "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
)
"""Units that no build waits for, and that take long in an emulated processor: a container has none of them either."""
_PACKAGES = ("systemd-sysv", "udev", "openssh-server", "iproute2", "linux-image-cloud-amd64", "initramfs-tools")
_NETWORK = """\
[Unit]
DefaultDependencies=no
Before=ssh.service
[Service]
Type=oneshot
ExecStart=/bin/sh /etc/card
[Install]
WantedBy=multi-user.target
"""
_CARD = """\
card=$(ls /sys/class/net | grep -v lo)
ip link set "$card" up
ip addr add 10.0.2.15/24 dev "$card"
ip route add default via 10.0.2.2
"""
_MODULES = "virtio_pci\nvirtio_blk\nvirtio_net\next4\n"
_PACKER = """
source "qemu" "machine" {{
  iso_url              = "{disk}"
  iso_checksum         = "none"
  disk_image           = true
  skip_resize_disk     = true
  format               = "qcow2"
  accelerator          = "tcg"
  headless             = true
  memory               = 512
  cpus                 = 2
  boot_wait            = "-1s"
  ssh_username         = "root"
  ssh_private_key_file = "{key}"
  ssh_timeout          = "5m"
  shutdown_command     = "poweroff"
  output_directory     = "packer"
  qemuargs             = [["-cpu", "max"]]
}}
build {{
  sources = ["source.qemu.machine"]
  provisioner "shell" {{ inline = ["echo hello > /etc/built"] }}
}}
"""


def virtual(settings: Settings, cache: Path) -> Iterator[str]:
    """Yield the report's part about virtual machines. Raises ``Missing``."""
    disk = _disk(settings, cache)
    key, jobs = cache / "key", {}
    source = {
        "builder": "qemu", "iso_url": str(disk), "iso_checksum": "none", "disk_image": True,
        "skip_resize_disk": True,
        "accelerator": "tcg", "headless": True, "memory": 512, "cpus": 2, "cpu_model": "max", "ssh_username": "root",
        "ssh_private_key_file": str(key), "shutdown_command": "poweroff", "output_directory": "ingot",
    }
    _write(settings.directory / "virtual.yml", source, [{"shell": "echo hello > /etc/built"}])
    jobs["ingot"] = Job([INGOT, "build", "virtual.yml"], before=partial(_removed, settings.directory / "ingot"))
    if packer := settings.programs.get("packer"):
        template = settings.directory / "virtual.pkr.hcl"
        template.write_text(_PACKER.format(disk=disk, key=key), encoding="utf-8")
        jobs["packer"] = Job([packer, "build", template.name], before=partial(_removed, settings.directory / "packer"))
    timings = run_in_turns(jobs, settings.directory, settings.slow_runs, uncounted=0)
    yield "## A trivial build of a virtual machine: from a disk, one shell task, a qcow2"
    yield ""
    yield from seconds(timings)
    yield f"The disk is a Debian of {disk.stat().st_size / 1e6:.0f} MB that is started anew for each build, by"
    yield "emulation (TCG) of two processors."
    yield ""
    took = timings["ingot"].median
    yield verdict(took <= LIMIT, f"a build takes at most {LIMIT:.0f} s: {took:.1f} s")
    if "packer" in timings:
        times = timings["packer"].median / took
        met = times >= PACKER_RATIO
        yield verdict(met, f"Packer takes at least {PACKER_RATIO:.0f} times as long: {times:.1f} times")
    else:
        yield unmeasured("packer", settings.absent["packer"])
    yield ""


def _disk(settings: Settings, cache: Path) -> Path:
    """Return a disk with a small Debian, made once by the builder rootfs. Raises ``Missing``."""
    path = cache / _DISK
    if path.exists():
        return path
    for program in ("mmdebstrap", "grub-mkimage", "qemu-img", "qemu-system-x86_64", "ssh-keygen"):
        if shutil.which(program) is None:
            raise Missing(f"`{program}` is not on PATH")
    for each in ("key", "key.pub"):
        (cache / each).unlink(missing_ok=True)
    output(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(cache / "key")])
    source = {
        "builder": "rootfs", "suite": "bookworm", "format": ["qcow2"], "output": str(path.with_suffix("")),
        "packages": list(_PACKAGES), "size": "2G",
        "hostname": "machine", "bootloader": "grub", "partition_table": "mbr",
        "kernel_arguments": ["rw", "quiet", "mitigations=off", "tsc=reliable", "no_timer_check"],
    }
    tasks: list[dict[str, Any]] = [
        {"file": {"path": "/root/.ssh", "state": "directory", "mode": "0700"}},
        {"copy": {"src": str(cache / "key.pub"), "dest": "/root/.ssh/authorized_keys", "mode": "0600"}},
        {"copy": {"dest": "/etc/ssh/sshd_config.d/machine.conf", "content": "UseDNS no\n"}},
        {"copy": {"dest": "/etc/card", "content": _CARD}},
        {"copy": {"dest": "/etc/systemd/system/card.service", "content": _NETWORK}},
        {"copy": {"dest": "/etc/fstab", "content": "# The kernel mounts all that there is.\n"}},
        {"copy": {"dest": "/etc/initramfs-tools/modules", "content": _MODULES}},
        {"copy": {"dest": "/etc/initramfs-tools/conf.d/small", "content": "MODULES=list\nCOMPRESS=lz4\n"}},
        {"shell": "update-initramfs -u; systemctl enable card.service"},
        {"shell": f"systemctl mask {' '.join(_MASKED)}"},
    ]
    _write(settings.directory / "disk.yml", source, tasks)
    output([INGOT, "build", str(settings.directory / "disk.yml"), "--force"])
    return path


def _write(path: Path, source: dict[str, Any], tasks: list[dict[str, Any]]) -> None:
    play = {"sources": ["machine"], "gather_facts": False, "tasks": tasks}
    document = {"sources": {"machine": source}, "plays": [play]}
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def _removed(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
