"""Which accelerator runs a machine: by what a small guest has proved."""

from __future__ import annotations

import asyncio
import platform
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from runner.builders.qemu import accelerator
from runner.builders.qemu.accelerator import chosen, proves
from runner.builders.qemu.emulator import Emulator
from runner.builders.qemu.programs import programs
from runner.sdk import Failed

QEMU = "/usr/bin/qemu-system-x86_64"


def choice(wanted: str, proofs: dict[str, bool] | None = None, path: str = QEMU) -> tuple[str, str]:
    async def go() -> tuple[str, str]:
        async with programs() as host:
            return await chosen(host, Emulator(path, "stamp", (7, 2), proofs=proofs or {}), wanted, None)

    return asyncio.run(go())


@pytest.mark.parametrize(("limit", "proved"), [(60.0, True), (0.001, False)])
def test_a_guest_proves_that_it_runs_in_time(limit: float, proved: bool) -> None:  # noqa: FBT001
    path = shutil.which("qemu-system-x86_64")
    if path is None:
        pytest.skip("there is no qemu-system-x86_64 here")

    async def go() -> bool:
        async with programs() as host:
            return await proves(host, path, "tcg", limit=limit)

    assert asyncio.run(go()) is proved


@pytest.fixture
def kvm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in the place of /dev/kvm on a computer with the processor of the tests."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip("this is about KVM on x86")
    path = tmp_path / "kvm"
    path.touch()
    monkeypatch.setattr(accelerator, "_KVM", path)
    monkeypatch.setattr(accelerator, "_boot", lambda: "boot")
    return path


@pytest.mark.parametrize(("proof", "expected"), [(True, "kvm"), (False, "tcg")])
def test_what_was_proved_holds_until_the_next_start(kvm: Path, proof: bool, expected: str) -> None:  # noqa: FBT001
    found, why = choice("auto", {"boot ": proof})
    assert found == expected
    assert why == ("" if proof else "KVM is there, but does not run a guest of 64 bits")


def test_without_kvm_it_is_tcg(kvm: Path) -> None:
    kvm.unlink()
    assert choice("auto") == ("tcg", f"there is no {kvm}")
    with pytest.raises(Failed, match="accelerator: kvm cannot be used: there is no"):
        choice("kvm")


@pytest.mark.parametrize(("wanted", "path", "expected"), [
    ("tcg", QEMU, ("tcg", "")), ("none", QEMU, ("none", "")), ("hvf", QEMU, ("hvf", "")),
    ("auto", "/usr/bin/qemu-system-riscv64", ("tcg", "riscv64 is not the processor of this computer")),
])  # fmt: skip
def test_what_is_asked_for(kvm: Path, wanted: str, path: str, expected: tuple[Any, ...]) -> None:
    assert choice(wanted, path=path) == expected
