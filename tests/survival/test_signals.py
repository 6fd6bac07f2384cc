"""SIGINT, SIGTERM and SIGKILL at every step boundary: nothing is left, or `ingot gc` leaves nothing."""

from __future__ import annotations

import signal
from pathlib import Path

import engines
import pytest
from watched import Watched, until

PLAY = """
plays:
  - name: web
    sources: [box]
    tasks:
      - name: Write
        shell: echo hello > /etc/greeting
      - name: Run
        shell: echo hello && sleep 0.05
      - name: Here
        shell_local: sleep 0.05
      - name: Wait
        shell: sleep 0.05
        delegate_to: localhost
    post_processors:
      - - shell-local: {inline: [sleep 0.05]}
"""
BOUNDARIES = range(1, 15)
"""Launch, four tasks, capture and the post-processor have two each."""


@pytest.fixture
def docker_source(engine: str, busybox: str) -> str:
    del engine
    return f"{{builder: docker, image: '{busybox}', pull: false, commit: true}}"


@pytest.fixture(scope="session")
def busybox_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tar of a small machine."""
    path = tmp_path_factory.mktemp("busybox") / "busybox.tar"
    try:
        path.write_bytes(engines.busybox_tar())
    except engines.Missing as missing:
        pytest.skip(str(missing))
    return path


@pytest.fixture
def rootfs_source(busybox_file: Path) -> str:
    return f"{{builder: rootfs, from: '{busybox_file}', format: [oci], output: image}}"


@pytest.fixture(params=["docker", "rootfs"])
def watched(request: pytest.FixtureRequest, tmp_path: Path) -> Watched:
    source = request.getfixturevalue(f"{request.param}_source")
    return Watched(tmp_path, f"sources:\n  box: {source}\n{PLAY}")


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_an_interrupted_build_leaves_nothing(watched: Watched, number: signal.Signals, boundary: int) -> None:
    process = watched.start()
    assert watched.struck(process, boundary, number), watched.said
    assert process.returncode in (130, 0 if boundary == BOUNDARIES[-1] else 130), watched.said
    assert watched.settled() == {}


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_what_a_killed_build_left_is_collected(watched: Watched, boundary: int) -> None:
    process = watched.start()
    assert watched.struck(process, boundary, signal.SIGKILL), watched.said
    left = watched.settled()
    assert left.keys() <= {"files", "containers", "journal"}
    status, said = watched.run("gc", "--dry-run")
    assert status == 0, said
    assert {**watched.settled(), "journal": None} == {**left, "journal": None}  # one that notes nothing may go
    status, said = watched.run("gc")
    assert status == 0, said
    assert watched.settled() == {}


@pytest.mark.parametrize("task", [
    "shell_local: sleep 1000 & sleep 1000", "{shell: sleep 1000 & sleep 1000, delegate_to: localhost}",
], ids=["shell_local", "delegated"])
def test_commands_here_die_with_a_killed_build(tmp_path: Path, task: str) -> None:
    head = "sources: {box: {builder: 'null', communicator: none}}\nplays:\n  - sources: [box]\n    tasks:\n"
    watched = Watched(tmp_path, f"{head}      - {task}\n")
    process = watched.start()

    def command(pid: str) -> str:
        try:
            return Path(f"/proc/{pid}/cmdline").read_text()
        except OSError:  # it has just ended
            return ""

    until(lambda: sum("sleep" in command(pid) for pid in watched.processes()) > 1)
    process.kill()
    process.wait()
    assert "processes" not in watched.settled()


def test_there_are_as_many_boundaries_as_are_tried(watched: Watched) -> None:
    process = watched.start()
    count = sum(event["event"] in ("StepStarted", "StepFinished") for event in watched.events(process))
    process.wait()
    assert (process.returncode, count) == (0, len(BOUNDARIES)), watched.said
    assert watched.settled() == {}


