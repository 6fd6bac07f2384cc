"""A builder of playbooks with the builder rootfs, and looks at what it made."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import engines
import pytest
import yaml

if TYPE_CHECKING:
    from conftest import Answer, Ingot


class Rootfs:
    """Builds playbooks of one source ``box`` and one play ``web``."""

    def __init__(self, ingot: Ingot, cache: Path) -> None:
        self.ingot = ingot
        self.cache = cache
        self.directory = ingot.directory

    def write(self, source: dict[str, Any], *tasks: Any) -> None:
        """Write the playbook."""
        playbook = {
            "sources": {"box": {"builder": "rootfs", "output": "out/box", **source}},
            "plays": [{"name": "web", "sources": ["box"], "gather_facts": False, "tasks": list(tasks)}],
        }
        self.ingot.write({"playbook.yml": yaml.safe_dump(playbook, sort_keys=False)})

    def __call__(self, source: dict[str, Any], *tasks: Any, force: bool = False) -> Answer:
        """Build; return how it went."""
        self.write(source, *tasks)
        return self.ingot("build", "playbook.yml", *(["--force"] if force else []), INGOT_CACHE_DIR=str(self.cache))

    def made(self, source: dict[str, Any], *tasks: Any, force: bool = False) -> Path:
        """Build with success; return the directory of the results."""
        answer = self(source, *tasks, force=force)
        assert answer.status == 0, answer.stdout + answer.stderr
        return self.directory / "out"

    def left(self) -> list[Path]:
        """What a build has left that it should not have."""
        out = self.directory / "out"
        return [
            *(self.directory / ".ingot" / "work").glob("*"), *self.cache.glob("rootfs/*/trees/.*"),
            *self.cache.glob("rootfs/*/trees/*/layers/.*"),
            *(each for each in out.glob(".*")), *(self.directory.parent / "state").rglob("*.jsonl"),
        ]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tar file of a machine of 2 MB."""
    path = tmp_path_factory.mktemp("base") / "base.tar"
    try:
        path.write_bytes(engines.busybox_tar())
    except engines.Missing as missing:
        pytest.skip(str(missing))
    return path


@pytest.fixture
def rootfs(ingot: Ingot, tmp_path: Path) -> Iterator[Rootfs]:
    """Builds playbooks; nothing that a build needed only for itself may be left."""
    if os.geteuid():
        pytest.skip("root only: a user's own namespaces have a test of their own")
    builds = Rootfs(ingot, tmp_path / "cache")
    yield builds
    assert builds.left() == []
    assert str(tmp_path) not in Path("/proc/self/mounts").read_text()


def needed(*programs: str) -> None:
    """Skip the test when a program is missing."""
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} here")


def inspected(name: str) -> dict[str, Any]:
    """Return what skopeo says of an image."""
    needed("skopeo")
    done = subprocess.run(["skopeo", "inspect", name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def manifest_of(layout: Path) -> dict[str, Any]:
    """Return the manifest of an OCI layout."""
    (entry,) = json.loads((layout / "index.json").read_text())["manifests"]
    return blob(layout, entry["digest"])


def config_of(layout: Path) -> dict[str, Any]:
    """Return the configuration of the image in an OCI layout."""
    return blob(layout, manifest_of(layout)["config"]["digest"])


def blob(layout: Path, digest: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((layout / "blobs" / digest.replace(":", "/")).read_text())
    return found


def layer_of(layout: Path, number: int) -> dict[str, tarfile.TarInfo]:
    """Return what is in a layer of the image in an OCI layout."""
    digest = manifest_of(layout)["layers"][number]["digest"]
    with tarfile.open(layout / "blobs" / digest.replace(":", "/")) as archive:
        return {member.name: member for member in archive}


def tar_of(files: dict[str, Any]) -> bytes:
    """Return a tar of files: name -> content, or nothing for a directory."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.mode, info.mtime = 0o644, 1_600_000_000
            if text is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(info)
            else:
                data = text if isinstance(text, bytes) else text.encode()
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return content.getvalue()
