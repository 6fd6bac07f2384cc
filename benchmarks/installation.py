"""Measure the installation of a machine from an image beside Packer."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import yaml
from host import Missing
from measure import Job, run_in_turns
from report import seconds, unmeasured, verdict
from settings import INGOT, Settings

_TESTS = Path(__file__).parent.parent / "tests"
PACKER_RATIO = 1.2
"""Target: how many times as long Packer has to take. Most of it is the machine's own time."""
_WAIT = "4s"
_TYPED = "install url=http://{{ .HTTPIP }}:{{ .HTTPPort }}<enter>"
_PACKER = """
source "qemu" "machine" {
  iso_url              = "%(image)s"
  iso_checksum         = "none"
  disk_size            = "256M"
  format               = "qcow2"
  accelerator          = "tcg"
  headless             = true
  memory               = 512
  cpus                 = 2
  http_directory       = "http"
  boot_wait            = "%(wait)s"
  boot_command         = ["%(typed)s"]
  ssh_username         = "root"
  ssh_private_key_file = "%(key)s"
  ssh_timeout          = "10m"
  shutdown_command     = "/sbin/off"
  output_directory     = "packer"
  qemuargs             = [["-cpu", "max"]]
}
build {
  sources = ["source.qemu.machine"]
}
"""


def installation(settings: Settings, cache: Path) -> Iterator[str]:
    """Yield the report's part about installations. Raises ``Missing``."""
    sys.path[:0] = [str(_TESTS), str(_TESTS / "builders" / "qemu")]  # the machine is that of the tests
    import engines
    from qemu_installer import installer

    try:
        disc = installer(cache)
    except engines.Missing as missing:
        raise Missing(str(missing)) from missing
    here = settings.directory
    (here / "http").mkdir()
    shutil.copy(disc.root, here / "http")
    (here / "http" / "answers").write_text("disk=/dev/vda hostname=installed root=root.tgz\n", encoding="utf-8")
    source = {
        "builder": "qemu", "iso_url": str(disc.disc), "iso_checksum": "none", "disk_size": "256M",
        "accelerator": "tcg", "headless": True, "memory": 512, "cpus": 2, "cpu_model": "max",
        "http_directory": "http", "boot_wait": _WAIT, "boot_command": [_TYPED], "ssh_username": "root",
        "ssh_private_key_file": str(disc.key), "ssh_timeout": "10m", "shutdown_command": "/sbin/off",
        "output_directory": "ingot",
    }
    play = {"sources": ["machine"], "gather_facts": False}
    (here / "installation.yml").write_text(
        yaml.safe_dump({"sources": {"machine": source}, "plays": [play]}, sort_keys=False), encoding="utf-8"
    )
    jobs = {"ingot": Job([INGOT, "build", "installation.yml"], before=partial(_removed, here / "ingot"))}
    if packer := settings.programs.get("packer"):
        told = {"image": disc.disc, "key": disc.key, "wait": _WAIT, "typed": _TYPED}
        (here / "installation.pkr.hcl").write_text(_PACKER % told, encoding="utf-8")
        jobs["packer"] = Job([packer, "build", "installation.pkr.hcl"], before=partial(_removed, here / "packer"))
    timings = run_in_turns(jobs, here, settings.slow_runs, uncounted=0)
    yield "## An installation: keys typed, answers fetched, partition, files, restart, SSH"
    yield ""
    yield from seconds(timings)
    yield f"The image has {disc.disc.stat().st_size / 1e6:.0f} MB and installs {disc.root.stat().st_size / 1e6:.0f} MB,"
    yield "by emulation (TCG) of two processors. There are no tasks, for Packer's would need scp on the machine."
    yield ""
    if "packer" in timings:
        times = timings["packer"].median / timings["ingot"].median
        met = times >= PACKER_RATIO
        yield verdict(met, f"Packer takes at least {PACKER_RATIO} times as long: {times:.1f} times")
    else:
        yield unmeasured("packer", settings.absent["packer"])
    yield ""


def _removed(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
