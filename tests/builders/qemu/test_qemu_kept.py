"""Checkpoints of virtual machines, without any machine."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from runner.builders.qemu.builder import Qemu
from runner.builders.qemu.checkpoints import Resumed, kept
from runner.builders.qemu.options import Options
from runner.builders.qemu.origin import Ground, origin
from runner.builders.qemu.programs import programs
from runner.sdk import Checkpoint, Failed, Session


class Monitor:
    """What a machine answers, and what it was asked."""

    def __init__(self, file: Path, said: str = "") -> None:
        self.file = file
        self.said = said
        self.asked: list[str] = []

    async def ask(self, command: str, **more: Any) -> Any:
        self.asked.append(command)
        if command == "query-block":
            return [{"device": "cd"}, {"inserted": {"file": str(self.file), "ro": False}}]
        return self.said if more else {}


@contextmanager
def noted(resource: Any) -> Any:
    del resource
    yield lambda: None


@pytest.fixture
def session(tmp_path: Path) -> Session:
    made = SimpleNamespace(
        noted=noted, say=print, root=tmp_path, start_from=None, source="box", work=tmp_path / "work",
    )
    return cast("Session", made)


async def keep(session: Session, monitor: Monitor, disk: Path) -> Checkpoint | None:
    async with programs() as host:
        vm = SimpleNamespace(line=monitor, work=disk.parent)
        return await kept(session, host, cast("Any", vm), disk, "name")


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INGOT_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "work").mkdir()
    disk = tmp_path / "work" / "disk"
    disk.write_bytes(b"all that has changed")
    return disk


def resumed(checkpoint: Checkpoint, disk: Path, session: Session) -> bool:
    async def restored() -> bool:
        async with programs() as host:
            machine = Resumed(host, checkpoint, disk)
            await machine.restore(session)
            return machine.restored

    return asyncio.run(restored())


def test_a_checkpoint_is_only_used_as_it_was_written(session: Session, disk: Path) -> None:
    monitor = Monitor(disk)
    checkpoint = asyncio.run(keep(session, monitor, disk))
    assert checkpoint is not None
    assert monitor.asked == ["query-block", "stop", "human-monitor-command", "stop", "cont"]
    file = Path(checkpoint.id)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    disk.write_bytes(b"another one")
    assert resumed(checkpoint, disk, session)
    assert disk.read_bytes() == b"all that has changed"
    file.write_bytes(b"all that has CHANGED")
    with pytest.raises(Failed, match="is damaged"):
        resumed(checkpoint, disk, session)
    assert not asyncio.run(Qemu.still_there(checkpoint))


def test_a_checkpoint_is_removed(session: Session, disk: Path) -> None:
    checkpoint = asyncio.run(keep(session, Monitor(disk), disk))
    assert checkpoint is not None
    for _ in range(2):
        asyncio.run(Qemu.drop(checkpoint))
        assert not Path(checkpoint.id).exists()


@pytest.mark.parametrize("case", ["another disk", "a complaint", "no room"])
def test_what_cannot_be_kept_goes_on(session: Session, disk: Path, case: str) -> None:
    monitor = Monitor(Path("/other") if case == "another disk" else disk, "no" if case == "a complaint" else "")
    source = disk.with_name("gone") if case == "no room" else disk  # cp fails in either case
    assert asyncio.run(keep(session, monitor, source)) is None
    assert monitor.asked[-1] == ("query-block" if case == "another disk" else "cont")
    assert list((disk.parents[1] / "cache").rglob("*.qcow2*")) == []


CHANGES: dict[str, tuple[dict[str, Any], bool]] = {
    "memory": ({"memory": 600}, True), "a script in the seed": ({"cd_files": ["seed"]}, True),
    "a kernel": ({"qemuargs": [["-kernel", "seed"]]}, True), "a time limit": ({"ssh_timeout": "1m"}, False),
    "the format": ({"format": "raw"}, False),
}


@pytest.mark.parametrize("case", CHANGES)
def test_what_makes_another_machine(session: Session, disk: Path, case: str) -> None:
    (session.root / "seed").write_text("one")
    changes, another = CHANGES[case]
    usual = Options(iso_url="disk", iso_checksum="none")
    ground = Ground(cast("Any", None), cast("Any", SimpleNamespace(stamp="", version=())), cast("Any", None), disk)

    def identity(options: Options) -> Any:
        return asyncio.run(origin(session, options, ground)).identity

    before, after = identity(usual), identity(replace(usual, **changes))
    assert (before != after) is another
    (session.root / "seed").write_text("another")
    assert (identity(replace(usual, **changes)) != after) is ("seed" in str(changes))


@pytest.mark.parametrize("words", [["-virtfs", "local,path=/srv,mount_tag=a"], ["-drive", "file=fat:rw:/srv"]])
def test_what_this_computer_lends_cannot_be_known(session: Session, words: list[str]) -> None:
    options = Options(iso_url="disk", iso_checksum="none", qemuargs=[words])
    assert asyncio.run(Qemu(options).origin(session)) is None
