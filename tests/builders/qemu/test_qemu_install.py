"""Machines that are installed from an image: keys typed, answers fetched, a restart, and SSH at last."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from qemu_support import Qemu, about, disk, qemu  # noqa: F401 - fixtures

BOOT = """
PROMPT 1
TIMEOUT 0
LABEL install
  KERNEL linux
  INITRD initrd
  APPEND console=ttyS0 quiet mitigations=off
"""


@pytest.fixture(scope="session")
def installer(disk: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """An image of a CD whose menu waits for somebody to type."""
    if shutil.which("xorriso") is None or not Path("/usr/lib/ISOLINUX/isolinux.bin").exists():
        pytest.skip("the packages xorriso and isolinux are not installed")
    tree = tmp_path_factory.mktemp("installer") / "tree"
    tree.mkdir()
    shutil.copy("/usr/lib/ISOLINUX/isolinux.bin", tree)
    shutil.copy("/usr/lib/syslinux/modules/bios/ldlinux.c32", tree)
    shutil.copy(disk.with_name("kernel"), tree / "linux")
    shutil.copy(disk.with_name("installer"), tree / "initrd")
    (tree / "isolinux.cfg").write_text(BOOT)
    made = tree.with_name("installer.iso")
    words = ["-b", "isolinux.bin", "-c", "boot.cat", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table"]
    subprocess.run(["xorriso", "-as", "mkisofs", "-quiet", "-o", made, *words, tree], check=True)
    return made


@pytest.mark.parametrize("screen", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["vnc", "qmp"])
def test_a_machine_is_installed(qemu: Qemu, installer: Path, screen: bool) -> None:  # noqa: F811, FBT001
    served = qemu.directory / "http"
    served.mkdir()
    raw = qemu.directory / "disk.raw"
    subprocess.run(["qemu-img", "convert", "-O", "raw", qemu.disk, raw], check=True)
    (served / "disk.gz").write_bytes(gzip.compress(raw.read_bytes(), 1))
    raw.unlink()
    (served / "answers").write_text("disk=/dev/vda image=disk.gz\n")
    source = {
        **qemu.source, "iso_url": str(installer), "disk_image": False, "disk_size": "256M", "skip_resize_disk": False,
        "iso_checksum": f"sha256:{hashlib.sha256(installer.read_bytes()).hexdigest()}", "http_directory": "http",
        "boot_wait": "6s", "boot_key_interval": "30ms", "disable_vnc": not screen, "skip_compaction": True,
        "boot_command": ["install url=http://{{ .HTTPIP }}:{{ .HTTPPort }}/answers<enter>"],
        "http_port_min": 8100, "http_port_max": 8199,
    }  # fmt: skip
    answer = qemu(source, {"shell": "hostname >/etc/installed && grep -q vda2 /proc/mounts"})
    assert answer.status == 0, answer.stdout + answer.stderr
    made = about(qemu.directory / "out" / "box")
    assert (made["format"], made["virtual-size"]) == ("qcow2", 256 << 20)
