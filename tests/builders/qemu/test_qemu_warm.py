"""Machines that go on from where an earlier build had logged in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from qemu_support import Qemu, about, disk, qemu  # noqa: F401 - fixtures

TASKS = (
    {"shell": "test ! -e /etc/greeting && echo hello >/etc/greeting && date +%s", "register": "clock"},
    {"assert": {"that": ["((lookup('pipe', 'date +%s') | int) - (clock.stdout | int)) | abs < 60"]}},
)
KEPT, GOES_ON = "The machine is kept for later builds", "The machine goes on from where"


@pytest.fixture
def kept(qemu: Qemu, tmp_path: Path) -> Qemu:  # noqa: F811
    """Builds with a cache of their own."""
    qemu.cache = tmp_path / "cache"
    return qemu


def built(qemu: Qemu, **more: object) -> str:  # noqa: F811
    answer = qemu({**qemu.fast, "warm_start": True, **more}, *TASKS, words=("--force",))
    said = answer.stdout + answer.stderr
    assert answer.status == 0, said
    made = about(qemu.directory / "out" / "box")
    assert not made.get("snapshots")
    subprocess.run(["qemu-img", "check", "-q", qemu.directory / "out" / "box"], check=True)
    return said


def test_a_machine_is_kept_for_later_builds(kept: Qemu) -> None:
    first, second = built(kept), built(kept)
    assert (KEPT in first, GOES_ON in first) == (True, False)
    assert (KEPT in second, GOES_ON in second) == (False, True)
    (file,) = kept.cache.glob("qemu/warm/*")
    assert file.stat().st_mode & 0o777 == 0o600
    subprocess.run(["qemu-img", "snapshot", "-d", "warm", file], check=True)
    third = built(kept)
    assert "The machine that was kept cannot be used: QEMU cannot start" in third
    assert KEPT in third


def test_a_machine_that_does_not_answer_any_more_is_forgotten(kept: Qemu) -> None:
    built(kept)
    (file,) = kept.cache.glob("qemu/warm/*")
    answer = kept({**kept.fast, "warm_start": True, "ssh_timeout": "1ms"}, words=("--force",))
    assert GOES_ON in answer.stdout + answer.stderr
    assert answer.status == 1
    assert not file.exists()


def test_another_machine_boots(kept: Qemu) -> None:
    for more in ({}, {"memory": 320}):
        said = built(kept, **more)
        assert (KEPT in said, GOES_ON in said) == (True, False)
    assert len(list(kept.cache.glob("qemu/warm/*"))) == 2


@pytest.mark.parametrize(("more", "why"), [
    ({"disk_additional_size": ["10M"]}, "only one with a single disk"), ({"efi_boot": True}, "neither UEFI nor TPM"),
])  # fmt: skip
def test_what_cannot_be_kept_is_told(kept: Qemu, more: dict[str, object], why: str) -> None:
    answer = kept({**kept.fast, "warm_start": True, "ssh_timeout": "1ms", **more})
    assert answer.status == 1
    assert why in answer.stdout + answer.stderr
    assert not (kept.cache / "qemu" / "warm").exists()
