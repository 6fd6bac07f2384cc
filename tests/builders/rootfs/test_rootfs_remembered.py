"""Machines of files that are remembered: answered without one, kept in between, and gone on from."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from rootfs_support import Rootfs, base, rootfs  # noqa: F401 - fixtures


def sh(text: str, **keywords: Any) -> dict[str, Any]:
    return {"name": text, "shell": text, **keywords}


def members(path: Path) -> dict[str, tuple[Any, ...]]:
    with tarfile.open(path) as archive:
        return {
            each.name: (each.type, each.mode, each.uid, each.gid, each.linkname,
                        archive.extractfile(each).read() if each.isfile() else b"")  # type: ignore[union-attr]
            for each in archive
        }


TASKS = [
    sh("echo 1 >/one; rm -rf /etc/group; mkdir /etc/new"),
    sh("rm -rf /bin/wc; chmod 700 /root; ln -s one /link; chown 3:4 /one", checkpoint=True),
    sh("cat /one >/two"),
]


def test_an_unchanged_build_mounts_nothing(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    source = {"from": str(base), "format": ["tar"], "compression": "none"}
    first = rootfs(source, *TASKS)
    assert first.status == 0, first.stdout + first.stderr
    written = (rootfs.directory / "out" / "box.tar").stat()
    again = rootfs(source, *TASKS)
    assert again.status == 0, again.stdout + again.stderr
    assert "5 of them cached" in again.stdout
    now = (rootfs.directory / "out" / "box.tar").stat()
    assert (now.st_ino, now.st_mtime_ns) == (written.st_ino, written.st_mtime_ns)


def test_a_result_that_somebody_has_changed_is_made_again(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    source = {"from": str(base), "format": ["tar"], "compression": "none"}
    path = rootfs.made(source, *TASKS) / "box.tar"
    wanted = members(path)
    content = bytearray(path.read_bytes())
    content[content.index(b"1\n")] = ord("2")
    path.write_bytes(content)
    again = rootfs(source, *TASKS, force=True)
    assert again.status == 0, again.stdout + again.stderr
    assert "from a checkpoint" in again.stdout
    assert members(path) == wanted


def test_a_build_goes_on_from_a_checkpoint(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    source = {"from": str(base), "format": ["tar"], "compression": "none"}
    rootfs.made(source, *TASKS)
    again = rootfs(source, *TASKS, sh("echo 3 >/three"), force=True)
    assert again.status == 0, again.stdout + again.stderr
    assert "from a checkpoint" in again.stdout
    assert "Catching up: 1 command of 1 task" in again.stdout
    made = members(rootfs.directory / "out" / "box.tar")
    anew = rootfs.ingot(
        "build", "playbook.yml", "--force", "--no-cache", INGOT_CACHE_DIR=str(rootfs.cache)
    )
    assert anew.status == 0, anew.stdout + anew.stderr
    assert made == members(rootfs.directory / "out" / "box.tar")
    assert not any(name.endswith(("etc/group", "bin/wc")) for name in made)


@pytest.mark.parametrize("text", ["sleep 30 >/dev/null 2>&1 &", "echo 1 >/dev/shm/one", "mount -t tmpfs none /mnt"])
def test_what_a_copy_would_not_have_is_not_kept(rootfs: Rootfs, base: Path, text: str) -> None:  # noqa: F811
    source = {"from": str(base), "format": ["tar"], "compression": "none"}
    answer = rootfs(source, sh("mkdir -p /mnt"), sh(text, checkpoint=True), sh("true"))
    assert answer.status == 0, answer.stdout + answer.stderr
    assert list(rootfs.cache.glob("rootfs/*/checkpoints/*")) == []


def test_a_directory_as_base_cannot_be_known(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    (rootfs.directory / "base").mkdir()
    subprocess.run(["tar", "-xf", base, "-C", rootfs.directory / "base"], check=True)
    for _ in range(2):
        answer = rootfs({"from": "base", "format": ["tar"]}, sh("cat /given || true"), force=True)
        assert answer.status == 0, answer.stdout + answer.stderr
        assert "cached" not in answer.stdout


def test_a_base_that_has_moved(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    moved = rootfs.directory / "base.tar"
    moved.write_bytes(base.read_bytes())
    source = {"from": "base.tar", "format": ["tar"], "compression": "none"}
    rootfs.made(source, sh("true"))
    other = rootfs.directory / "other.tar"
    other.write_bytes(base.read_bytes())
    other.replace(moved)
    answer = rootfs(source, sh("true"), force=True)
    assert answer.status == 0, answer.stdout + answer.stderr
    assert "cached" not in answer.stdout
