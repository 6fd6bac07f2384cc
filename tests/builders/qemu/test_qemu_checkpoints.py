"""Virtual machines that are remembered: an image found again, and machines that go on from a checkpoint."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from qemu_support import Qemu, about, disk, qemu  # noqa: F401 - fixtures

FIRST = {
    "name": "First", "shell": "echo first >>/etc/made; echo there >/run/memory; sync; echo unwritten >>/etc/made",
    "checkpoint": True,
}
MADE = "first unwritten last "
GREETS = {"shell": f"test \"$(tr '\\n' ' ' </etc/made)\" = '{MADE}' && test ! -e /run/memory", "checkpoint": False}
RUNS, GOES_ON, DAMAGED = "The machine runs with QEMU", "Going on from a checkpoint", "is damaged"


def last(text: str = "last") -> dict[str, Any]:
    return {"name": "Last", "shell": f"echo {text} >>/etc/made && cat /run/memory", "checkpoint": False}


@pytest.fixture
def remembering(qemu: Qemu, tmp_path: Path) -> Qemu:  # noqa: F811
    """Builds with a cache of their own, which they use."""
    qemu.cache, qemu.remembers = tmp_path / "cache", True
    return qemu


def built(qemu: Qemu, *tasks: Any, **play: Any) -> str:  # noqa: F811
    answer = qemu(qemu.fast, *tasks, words=("--force",), **play)
    assert answer.status == 0, answer.stdout + answer.stderr
    return answer.stdout + answer.stderr


def checkpoint(qemu: Qemu) -> Path:  # noqa: F811
    (file,) = qemu.cache.glob("qemu/checkpoints/*")
    return file


def test_a_changed_task_goes_on_from_a_checkpoint(remembering: Qemu, tmp_path: Path) -> None:
    built(remembering, FIRST, last("other"))
    assert checkpoint(remembering).stat().st_mode & 0o777 == 0o600
    assert RUNS not in built(remembering, FIRST, last("other"))
    said = built(remembering, FIRST, last())
    assert (GOES_ON in said, "Catching up" in said, "Waiting for SSH" in said) == (True, False, True)
    made = remembering.directory / "out" / "box"
    assert not about(made).get("snapshots")
    raw = tmp_path / "raw"
    subprocess.run(["qemu-img", "convert", "-O", "raw", made, raw], check=True)
    assert b"first\nunwritten\nlast\n" in raw.read_bytes()


@pytest.mark.slow
def test_a_machine_of_a_damaged_checkpoint_is_made_anew(remembering: Qemu) -> None:
    built(remembering, FIRST, last("other"))
    with checkpoint(remembering).open("r+b") as file:
        file.seek(file.seek(0, 2) // 2)
        file.write(b"damaged")
    said = built(remembering, FIRST, last(), verify=[GREETS])
    assert DAMAGED in said
    assert "Catching up: 1 command of 1 task" in said
    assert list(remembering.cache.glob("qemu/checkpoints/*")) == []
