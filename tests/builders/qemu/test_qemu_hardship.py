"""What a build with QEMU has to survive: wrong options, guests that say nothing, signals, a full disk."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from qemu_support import Qemu, disk, machines, qemu  # noqa: F401 - fixtures

sys.path.insert(0, str(Path(__file__).parents[2] / "survival"))

from watched import Watched


@pytest.mark.parametrize(("change", "message"), [
    ({"iso_url": "notes.txt"}, "notes.txt is no disk"),
    ({"iso_url": "cd.iso"}, "cd.iso is an installation image and no disk"),
    ({"iso_url": "notes.txt", "disk_image": False}, "notes.txt is no ISO 9660 image"),
    ({"iso_url": "none"}, "there is no file none"),
    ({"skip_resize_disk": False, "disk_size": "10M"}, "a disk cannot shrink"),
    ({"skip_resize_disk": False, "disk_size": "large"}, "'large' is no size"),
    ({"qemu_binary": "qemu-system-none"}, "there is no program qemu-system-none"),
    ({"qemu_binary": "qemu-img"}, "it does not tell its version"),
    ({"machine_type": "q36"}, "there is no 'q36'"),
    ({"net_device": "virtio-nett"}, "there is no 'virtio-nett'"),
    ({"disk_interface": "sata"}, "the buses are ide, nvme, scsi, virtio, virtio-scsi"),
    ({"display": "none-such"}, "there is no 'none-such'"),
    ({"cpus": 3, "cores": 2}, "3 processors are not 2 cores"),
    ({"memory": 10_000_000}, "QEMU cannot start"),
    ({"qemuargs": [["-nonsense"]]}, "QEMU cannot start: -nonsense: invalid option"),
    ({"qemuargs": [["nonsense"]]}, "is not of the form [name, value]"),
    ({"vm_name": "a/b"}, "has a slash in it"),
    ({"efi_firmware_code": "none", "efi_boot": True}, "efi_firmware_code"),
    ({"host_port_min": 5, "host_port_max": 4}, "5 is above 4"),
    ({"ssh_username": None, "communicator": "ssh"}, "ssh_username is missing"),
])  # fmt: skip
def test_what_cannot_be_done_is_told(qemu: Qemu, change: dict[str, Any], message: str) -> None:  # noqa: F811
    (qemu.directory / "notes.txt").write_text("no disk at all\n" * 100)
    (qemu.directory / "cd.iso").write_bytes(b"\0" * 0x8001 + b"CD001" + b"\0" * 2048)
    qemu.refused({name: value for name, value in {**qemu.source, **change}.items() if value is not None}, message)


def test_without_qemu_its_package_is_named(qemu: Qemu, tmp_path: Path) -> None:  # noqa: F811
    for program in ("sh", "qemu-img"):
        found = shutil.which(program)
        assert found is not None
        (tmp_path / "bin" / program).parent.mkdir(exist_ok=True)
        (tmp_path / "bin" / program).symlink_to(found)
    qemu.ingot.environment["PATH"] = str(tmp_path / "bin")
    qemu.refused(qemu.fast, "install the package qemu-system-x86")


def test_ports_that_are_taken(qemu: Qemu) -> None:  # noqa: F811
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        ports = {"host_port_min": port, "host_port_max": port}
        qemu.refused({**qemu.fast, **ports}, f"no port from {port} to {port} of 127.0.0.1 is free")


def test_a_guest_that_never_answers(qemu: Qemu) -> None:  # noqa: F811
    source = {**qemu.fast, "ssh_timeout": "20s", "ssh_port": 2200}
    answer = qemu(source)
    said = answer.stdout + answer.stderr
    assert answer.status == 1
    assert "the machine does not answer on 127.0.0.1:" in said
    assert "within 20 seconds" in said
    (screen,) = qemu.directory.glob(".ingot/runs/*/web.box-screen.png")
    assert str(screen.relative_to(qemu.directory)) in said
    assert screen.read_bytes().startswith(b"\x89PNG")


def test_a_guest_that_switches_itself_off(qemu: Qemu) -> None:  # noqa: F811
    kernel = qemu.fast["qemuargs"][0]
    answer = qemu({**qemu.fast, "qemuargs": [kernel, ["-append", "console=ttyS0 panic=-1"], ["-no-reboot"]]})
    said = answer.stdout + answer.stderr
    assert answer.status == 1
    assert "the machine has switched itself off" in said
    assert "the last that its serial port wrote is" in said
    (log,) = qemu.directory.glob(".ingot/runs/*/web.box-serial.log")
    assert "panic" in log.read_text(errors="replace").lower()


def test_a_machine_that_ends_in_the_middle_of_a_task(qemu: Qemu) -> None:  # noqa: F811
    answer = qemu(qemu.fast, {"shell": "/sbin/off"}, {"shell": "echo never"})
    said = answer.stdout + answer.stderr
    assert answer.status == 1
    assert "the machine has switched itself off; the last that its serial port wrote is" in said
    assert not (qemu.directory / "out").exists()


@pytest.fixture
def small(qemu: Qemu) -> Iterator[Path]:  # noqa: F811
    """The project on a disk with little room."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", qemu.directory], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield qemu.directory
    subprocess.run(["umount", qemu.directory], check=True)


def test_a_disk_without_room(qemu: Qemu, small: Path) -> None:  # noqa: F811
    answer = qemu({**qemu.fast, "disk_additional_size": ["200M"]}, {"shell": "cat /dev/urandom >/dev/vdb; sync"})
    said = answer.stdout + answer.stderr
    assert answer.status == 1
    assert "there is no room left for its disk" in said
    assert not (small / "out").exists()


class Struck(Watched):
    """A build that is sent a signal when it says something."""

    def strike(self, sign: str, number: signal.Signals) -> int:
        """Start a build, and send the signal; return the exit status."""
        process = self.start()
        sent = False
        for event in self.events(process):
            if not sent and sign in str(event):
                process.send_signal(number)
                sent = True
        assert sent, self.said
        return process.wait(60)


@pytest.fixture
def struck(qemu: Qemu, tmp_path: Path) -> Struck:  # noqa: F811
    here = tmp_path / "struck"
    here.mkdir()
    build = Struck(here, qemu.playbook(qemu.fast, {"name": "Long", "shell": "echo at work; sleep 20"}))
    build.environment |= {"INGOT_CACHE_DIR": str(qemu.cache), "PATH": os.environ["PATH"]}
    return build


@pytest.mark.parametrize("sign", ["Waiting for SSH", "at work"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_an_interrupted_build_leaves_nothing(struck: Struck, number: signal.Signals, sign: str) -> None:
    assert struck.strike(sign, number) == 130
    assert struck.settled() == {}
    assert not (struck.here / "out").exists()


@pytest.mark.parametrize("sign", ["Waiting for SSH", "at work"])
def test_what_a_killed_build_left_is_collected(struck: Struck, sign: str) -> None:
    struck.strike(sign, signal.SIGKILL)
    assert struck.settled().keys() == {"files", "journal"}
    assert machines(struck.here) == []
    status, said = struck.run("gc")
    assert status == 0, said
    assert struck.settled() == {}


def test_a_machine_that_outlives_its_build_is_ended(tmp_path: Path) -> None:
    import asyncio

    from runner.builders.qemu.builder import Qemu as Builder
    from runner.builders.qemu.output import WORK
    from runner.sdk import Resource

    work = tmp_path / "work"
    work.mkdir()
    words = ["qemu-system-x86_64", "-accel", "tcg", "-m", "16", "-display", "none", "-S", "-pidfile"]
    words.append(str(work / "qemu.pid"))
    with subprocess.Popen(words) as process:
        while not (work / "qemu.pid").exists() or not (work / "qemu.pid").read_text().strip():
            assert process.poll() is None
        asyncio.run(Builder.collect(Resource(WORK, str(work))))
        assert process.wait(30) == -signal.SIGKILL
    assert not work.exists()


def test_nobody_else_is_ended(tmp_path: Path) -> None:
    from runner.builders.qemu.machine import ended

    (tmp_path / "qemu.pid").write_text(str(os.getpid()))
    ended(tmp_path)
