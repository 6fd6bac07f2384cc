"""The manifest post-processor beside Packer, and many at once."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sessions import session

from runner.post_processors.manifest import Manifest, Options
from runner.sdk import Artifact, Failed

pytestmark = pytest.mark.usefixtures("here")


def note(root: Path, options: Options, *names: str, **more: Any) -> str:
    for name in names:
        (root / name).write_text("hi")
    artifact = Artifact("file", "File", tuple(root / name for name in names))
    assert asyncio.run(Manifest(options).process(session(root, **more), artifact)) is artifact
    return (root / options.output).read_text()


TEMPLATE = {
    "builders": [{"type": "file", "name": "a", "target": "a.txt", "content": "hi"}],
    "post-processors": [{"type": "manifest", "custom_data": {"z": "<&>", "a": "ü\u2028"}, "strip_time": True}],
}


@pytest.mark.skipif(not shutil.which("packer"), reason="needs Packer, in Debian's package packer")
def test_the_text_is_packers(tmp_path: Path) -> None:
    (tmp_path / "template.json").write_text(json.dumps(TEMPLATE))
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "CHECKPOINT_DISABLE": "1"}
    subprocess.run(["packer", "build", "template.json"], cwd=tmp_path, env=environment, check=True, capture_output=True)
    packers = (tmp_path / "packer-manifest.json").read_text()
    run = json.loads(packers)["last_run_uuid"]
    options = Options(output="ours.json", custom_data={"z": "<&>", "a": "ü\u2028"}, strip_time=True)
    assert note(tmp_path, options, "a.txt", run=run) == packers


def test_builds_are_added_and_force_begins_anew_with_each_run(tmp_path: Path) -> None:
    options = Options(strip_time=True)

    def noted(**more: Any) -> list[str]:
        document = json.loads(note(tmp_path, options, "a.txt", **more))
        return [build["name"] for build in document["builds"]]

    assert noted() == ["a"]
    assert noted(source="b", run="run-2") == ["a", "b"]
    assert noted(source="c", run="run-2", force=True) == ["a", "b", "c"]
    assert noted(source="d", run="run-3", force=True) == ["d"]


def test_paths_are_stripped_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    whole = json.loads(note(tmp_path, Options(), "in/a.txt"))["builds"][0]["files"]
    stripped = json.loads(note(tmp_path, Options(strip_path=True), "in/a.txt"))["builds"][1]["files"]
    assert (whole, stripped) == ([{"name": "in/a.txt", "size": 2}], [{"name": "a.txt", "size": 2}])


@pytest.mark.parametrize("text", ["not JSON", "[]", '{"builds": 1}'])
def test_a_file_that_is_no_manifest_is_left_alone(text: str, tmp_path: Path) -> None:
    (tmp_path / "packer-manifest.json").write_text(text)
    with pytest.raises(Failed, match="nothing is added to it"):
        note(tmp_path, Options(), "a.txt")
    assert (tmp_path / "packer-manifest.json").read_text() == text


def test_none_of_many_at_once_is_lost(tmp_path: Path) -> None:
    async def all_of_them() -> None:
        artifact = Artifact("file", "File")
        manifest = Manifest(Options())
        await asyncio.gather(*(
            manifest.process(session(tmp_path, source=str(number)), artifact) for number in range(40)
        ))

    asyncio.run(all_of_them())
    document = json.loads((tmp_path / "packer-manifest.json").read_text())
    assert sorted(int(build["name"]) for build in document["builds"]) == list(range(40))
    assert [path.name for path in tmp_path.iterdir()] == ["packer-manifest.json"]


ADD = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from sessions import session
from runner.post_processors.manifest import Manifest, Options
from runner.sdk import Artifact
for number in range(20):
    there = session(Path(sys.argv[2]), source=f"{sys.argv[3]}-{number}", run=sys.argv[3])
    asyncio.run(Manifest(Options()).process(there, Artifact("file", "File")))
"""


def test_none_of_several_runs_at_once_is_lost(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ADD, str(Path(__file__).parent), str(tmp_path)]
    runs = [subprocess.Popen([*command, f"run-{number}"]) for number in range(3)]
    assert [run.wait() for run in runs] == [0, 0, 0]
    document = json.loads((tmp_path / "packer-manifest.json").read_text())
    names = [build["name"] for build in document["builds"]]
    assert sorted(names) == sorted(f"run-{run}-{number}" for run in range(3) for number in range(20))
    assert [path.name for path in tmp_path.iterdir()] == ["packer-manifest.json"]


def test_a_directory_has_the_size_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "image" / "sub").mkdir(parents=True)
    (tmp_path / "image" / "sub" / "a").write_text("12345")
    (tmp_path / "image" / "b").write_text("123")
    artifact = Artifact("rootfs", "image", (tmp_path / "image",))
    asyncio.run(Manifest(Options()).process(session(tmp_path), artifact))
    [build] = json.loads((tmp_path / "packer-manifest.json").read_text())["builds"]
    assert build["files"] == [{"name": "image", "size": 8}]


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    before = note(tmp_path, Options(), "a.txt")
    with pytest.raises(UnicodeEncodeError):
        note(tmp_path, Options(custom_data={"k": "\udc80"}))
    assert (tmp_path / "packer-manifest.json").read_text() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "packer-manifest.json"]
