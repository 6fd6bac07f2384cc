"""The layer of a base that came without any: packed by the first build, and kept."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from rootfs_support import Rootfs, base, layer_of, manifest_of, rootfs, tar_of  # noqa: F401 - fixtures

INGOT = Path(sys.executable).with_name("ingot")
PACKING = "Packing the base"
EPOCH = 1_500_000_000


def started(rootfs: Rootfs, *words: str) -> subprocess.Popen[str]:  # noqa: F811
    """Start a build."""
    environment = {
        **os.environ, "INGOT_CACHE_DIR": str(rootfs.cache), "INGOT_STATE_DIR": str(rootfs.directory / "state"),
    }
    return subprocess.Popen(
        [INGOT, *words], cwd=rootfs.directory, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )


def found(rootfs: Rootfs, pattern: str) -> list[str]:  # noqa: F811
    """Return the names of what the cache has of the layers of its only base."""
    return sorted(each.name for each in rootfs.cache.glob(f"rootfs/*/trees/*/layers/{pattern}"))


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_it_is_packed_once(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    said, layers = [], []
    for number in range(2):
        answer = rootfs({"from": str(base)}, {"shell": f"echo {number} >/etc/number"}, force=True)
        said.append(answer.stdout)
        layers.append(manifest_of(rootfs.directory / "out" / "box.oci")["layers"])
    assert [PACKING in each for each in said] == [True, False]
    assert layers[0][0] == layers[1][0]
    assert [max(layer_of(rootfs.directory / "out" / "box.oci", at)) for at in (0, 1)] == ["var", "etc/number"]


def test_it_is_packed_anew_for_another_compression_and_other_times(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    options: list[dict[str, object]] = [
        {}, {"compression": "none"}, {"source_date_epoch": EPOCH}, {"source_date_epoch": EPOCH - 1}, {},
    ]
    newest = []
    for each in options:
        answer = rootfs({"from": str(base), **each}, force=True)
        assert PACKING in answer.stdout
        newest.append(max(each.mtime for each in layer_of(rootfs.directory / "out" / "box.oci", 0).values()))
    assert newest[2:4] == [EPOCH, EPOCH - 1]
    assert newest[0] == newest[1] == newest[4] > EPOCH
    assert found(rootfs, "*") == ["gzip", "gzip.lock", "none", "none.lock"]
    assert found(rootfs, "*/*") == ["about.json", "about.json", "blob", "blob"]


def test_builds_at_once_pack_it_once(rootfs: Rootfs, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "base.tar").write_bytes(tar_of({"noise": os.urandom(20_000_000)}))
    box = {"builder": "rootfs", "from": str(tmp_path / "base.tar")}
    playbook = {"sources": {f"box{each}": box for each in range(3)}, "plays": [{"sources": ["box0", "box1", "box2"]}]}
    rootfs.ingot.write({"playbook.yml": yaml.safe_dump(playbook)})
    process = started(rootfs, "build", "playbook.yml", "--parallel", "3")
    said, _ = process.communicate()
    assert process.returncode == 0, said
    assert (said.count("Unpacking"), said.count(PACKING)) == (1, 1)


@pytest.mark.parametrize("epoch", [None, EPOCH])
def test_what_a_killed_build_left_of_it_is_collected(
    rootfs: Rootfs, tmp_path: Path, epoch: int | None  # noqa: F811
) -> None:
    """Another one is there already or is not; either way the next build has a whole one."""
    (tmp_path / "base.tar").write_bytes(tar_of({"noise": os.urandom(60_000_000)}))
    source: dict[str, object] = {"from": str(tmp_path / "base.tar")}
    if epoch is not None:
        rootfs.made(source)
        source["source_date_epoch"] = epoch
    rootfs.write(source)
    process = started(rootfs, "build", "playbook.yml", "--force")
    until(lambda: found(rootfs, ".gzip.*/blob"))
    process.kill()
    process.wait()
    assert found(rootfs, ".*")
    collected = started(rootfs, "gc")
    assert "removed rootfs.directory" in collected.communicate()[0]
    assert collected.returncode == 0
    assert found(rootfs, ".*") == []
    answer = rootfs(source, force=True)
    assert answer.status == 0, answer.stderr
    assert PACKING in answer.stdout
    (blob,) = rootfs.cache.glob("rootfs/*/trees/*/layers/gzip/blob")
    with tarfile.open(blob) as archive:
        assert archive.getmember("noise").size == 60_000_000


def test_a_build_that_cannot_pack_it_keeps_nothing(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    rootfs.made({"from": str(base), "format": ["directory"]})
    (tree,) = rootfs.cache.glob("rootfs/*/trees/*")
    (tree / "layers").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tree / "layers"], check=True)
    try:
        answer = rootfs({"from": str(base), "output": "out/image"})
        assert answer.status == 1
        assert "the disk is full" in answer.stderr
        assert found(rootfs, "gzip/*") == found(rootfs, ".*") == []
    finally:
        subprocess.run(["umount", tree / "layers"], check=True)
    assert not (rootfs.directory / "out" / "image.oci").exists()
