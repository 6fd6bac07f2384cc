"""What builds have to survive beside signals: a lost engine, endless lines and tasks, full disks, company."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import engines
import pytest
from watched import INGOT, Watched

HEAD = """
sources:
  box: {{builder: docker, image: '{image}', pull: false, {end}}}
plays:
  - sources: [box]
    tasks:
"""
MEASURED = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
"""
"""Runs a program and tells its status and the most memory it had, in KiB.

It stands between, because the kernel counts what a process had before it became another program: here, the memory of
the process that runs the tests.
"""
MEGABYTES = 1024


def watched(here: Path, image: str, tasks: str, end: str = "commit: true") -> Watched:
    return Watched(here, HEAD.format(image=image, end=end) + tasks)


@pytest.fixture
def own_engine(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An engine that a test may stop; the directory of its files."""
    directory = tmp_path_factory.mktemp("engine")
    address = f"unix://{directory}/docker.sock"

    def answers() -> None:
        engines.client_of(address).close()

    try:
        engines.start(directory, "--host", address, answers=answers)
    except engines.Missing as missing:
        pytest.skip(str(missing))
    monkeypatch.setenv("DOCKER_HOST", address)
    command = ["docker", "import", "-", "own/busybox"]
    subprocess.run(command, input=engines.busybox_tar(), check=True, capture_output=True)
    yield directory
    engines.stop(directory)


def test_an_engine_that_goes_away(own_engine: Path, tmp_path: Path) -> None:
    build = watched(tmp_path, "own/busybox", "      - {name: Long, shell: sleep 60}\n      - shell: 'true'\n")
    process = build.start()
    for event in build.events(process):
        if event["event"] == "StepStarted" and event["name"] == "Long":
            engines.halt(own_engine)
    assert process.wait(60) == 1
    assert "error[E80" in build.said
    assert "Traceback" not in build.said
    assert build.processes() == []
    assert build.run("gc")[0] != 0  # nobody answers, and what has to be removed stays noted
    engines.resume(own_engine)
    status, said = build.run("gc")
    assert status == 0, said
    assert build.settled() == {}


@pytest.mark.usefixtures("engine")
def test_a_line_of_a_gigabyte(tmp_path: Path, busybox: str) -> None:
    task = f"      - shell: head -c {MEGABYTES << 20} /dev/zero | tr '\\0' x\n        register: long\n"
    check = "      - assert: {that: [long.stdout | length < 20000000, \"'more bytes were left out' in long.stdout\"]}\n"
    build = watched(tmp_path, busybox, task + check, "discard: true")
    with (tmp_path / "said").open("wb") as said:
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, INGOT, "build", "playbook.yml", "--no-record"], check=False, cwd=tmp_path,
            env=build.environment, stdout=said, stderr=subprocess.PIPE, text=True,
        )
    (tmp_path / "said").unlink()
    status, most = map(int, done.stderr.splitlines()[-1].split())
    assert status == 0, done.stderr
    assert most < 200 * 1024, f"{most // 1024} MiB"
    assert build.settled() == {}


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("task", [
    "shell: sleep 1000 & sleep 1000, timeout: 1", "shell: sleep 1000, async: 1, poll: 1",
])
def test_a_task_that_never_ends(tmp_path: Path, busybox: str, task: str) -> None:
    build = watched(tmp_path, busybox, f"""
      - {{{task}, ignore_errors: true}}
      - shell: ps | grep '[s]leep 1000' || echo none left
        register: left
      - assert: {{that: [left.stdout == 'none left']}}
""", "discard: true")
    process = build.start()
    outcomes = [event["outcome"] for event in build.events(process) if event["event"] == "StepFinished"]
    assert process.wait(60) == 0, build.said
    assert outcomes[1] == "failed"
    assert build.settled() == {}


@pytest.mark.usefixtures("engine")
def test_two_runs_in_one_directory(tmp_path: Path, busybox: str) -> None:
    build = watched(tmp_path, busybox, "      - shell: sleep 0.5\n", "export_path: box.tar")
    one, two = build.start("--manifest", "manifest.json"), build.start("--manifest", "manifest.json")
    for each in (one, two):
        list(build.events(each))
        assert each.wait(60) == 0, build.said
    assert len(set(build.runs)) == 2
    assert json.loads((tmp_path / "manifest.json").read_text())["run"] in build.runs
    records = list((tmp_path / ".ingot" / "runs").glob("*/manifest.json"))
    assert sorted(json.loads(path.read_text())["run"] for path in records) == sorted(build.runs)
    subprocess.run(["tar", "-tf", tmp_path / "box.tar"], check=True, capture_output=True)
    assert build.settled() == {}


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory on which there is next to no room."""
    place = tmp_path_factory.mktemp("small")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place], check=False, capture_output=True)
    if done.returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("builder", ["docker", "file"])
def test_a_full_disk(tmp_path: Path, small_disk: Path, builder: str, request: pytest.FixtureRequest) -> None:
    target = small_disk / "image"
    if builder == "docker":
        request.getfixturevalue("engine")
        source = f"builder: docker, image: '{request.getfixturevalue('busybox')}', pull: false, export_path: {target}"
    else:
        (tmp_path / "large").write_bytes(b"x" * 1_000_000)
        source = f"builder: file, source: large, target: {target}"
    build = Watched(tmp_path, f"sources:\n  box: {{{source}}}\nplays: [{{sources: [box]}}]\n")
    process = build.start("--manifest", str(small_disk / "manifest.json"))
    list(build.events(process))
    assert process.wait(60) == 1
    assert "No space left on device" in build.said
    assert "Traceback" not in build.said
    assert list(small_disk.iterdir()) == []
    assert build.settled() == {}
