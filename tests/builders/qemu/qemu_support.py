"""A builder of playbooks with the builder qemu, and looks at what it made."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import engines
import pytest
import yaml
from qemu_guest import KEY, guest

if TYPE_CHECKING:
    from conftest import Answer, Ingot


class Qemu:
    """Builds playbooks of one source ``box`` and one play ``web``, with its cache in a directory of the tests."""

    def __init__(self, ingot: Ingot, disk: Path, cache: Path) -> None:
        self.ingot = ingot
        self.disk = disk
        self.cache = cache
        self.directory = ingot.directory

    @property
    def source(self) -> dict[str, Any]:
        """A machine that starts from the guest's disk, and boots by itself."""
        return {
            "builder": "qemu", "iso_url": str(self.disk), "iso_checksum": "none", "disk_image": True,
            "skip_resize_disk": True, "accelerator": "tcg", "cpu_model": "max", "memory": 256, "headless": True,
            "ssh_username": "root", "ssh_private_key_file": str(self.disk.with_name(KEY)), "ssh_timeout": "5m",
            "shutdown_command": "/sbin/off", "shutdown_timeout": "2m", "output_directory": "out", "vm_name": "box",
        }

    @property
    def fast(self) -> dict[str, Any]:
        """The same, but that QEMU loads the kernel."""
        return {**self.source, "qemuargs": [
            ["-kernel", str(self.disk.with_name("kernel"))], ["-initrd", str(self.disk.with_name("initrd"))],
            ["-append", "console=ttyS0 quiet mitigations=off nokaslr"],
        ]}

    remembers = False
    """Whether a build finds what an earlier one has done."""

    def playbook(self, source: dict[str, Any], *tasks: Any, **play: Any) -> str:
        """Return a playbook."""
        return yaml.safe_dump({
            "sources": {"box": source},
            "plays": [{"name": "web", "sources": ["box"], "gather_facts": False, "tasks": list(tasks), **play}],
        }, sort_keys=False)

    def __call__(self, source: dict[str, Any], *tasks: Any, words: tuple[str, ...] = (), **play: Any) -> Answer:
        """Build; return how it went."""
        words = words if self.remembers else ("--no-cache", *words)
        tasks = tasks if self.remembers else tuple({"checkpoint": False, **each} for each in tasks)
        self.ingot.write({"playbook.yml": self.playbook(source, *tasks, **play)})
        return self.ingot("build", "playbook.yml", "--verbose", *words, INGOT_CACHE_DIR=str(self.cache))

    def made(self, source: dict[str, Any], *tasks: Any, **more: Any) -> Path:
        """Build with success; return the directory of the results."""
        answer = self(source, *tasks, **more)
        assert answer.status == 0, answer.stdout + answer.stderr
        return self.directory / "out"

    def refused(self, source: dict[str, Any], message: str) -> None:
        """Build without success, and be told why; nothing is made."""
        answer = self(source)
        said = answer.stdout + answer.stderr
        assert answer.status in (1, 2), said
        assert message in said
        assert "Traceback" not in said
        assert not (self.directory / "out").exists()

    def left(self) -> list[Path]:
        """What a build has left that it should not have."""
        return [
            *(self.directory / ".ingot" / "work").glob("*"), *self.directory.glob(".out.*"),
            *(self.directory.parent / "state").rglob("*.jsonl"),
        ]


@pytest.fixture(scope="session")
def disk(shared: Path) -> Path:
    """The disk of the small guest."""
    try:
        return guest(shared)
    except engines.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def qemu(ingot: Ingot, disk: Path, shared: Path) -> Iterator[Qemu]:
    """Builds playbooks; nothing that a build needed only for itself may be left."""
    builds = Qemu(ingot, disk, shared / "qemu-cache")
    yield builds
    assert builds.left() == []
    assert machines(builds.directory) == []


def machines(directory: Path) -> list[str]:
    """Return the processes of QEMU that work in a directory."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = each.read_bytes()
        except OSError:
            continue
        if b"qemu-system" in words and os.fsencode(directory) in words:
            found.append(each.parent.name)
    return found


def about(disk: Path) -> dict[str, Any]:
    """Return what qemu-img says of a disk."""
    done = subprocess.run(["qemu-img", "info", "--output=json", disk], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def same(one: Path, other: Path, form: str) -> bool:
    """Return whether two disks have the same content, the first as qcow2."""
    done = subprocess.run(["qemu-img", "compare", "-f", "qcow2", "-F", form, one, other], check=False)
    return done.returncode == 0
