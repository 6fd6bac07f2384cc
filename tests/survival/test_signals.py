"""SIGINT, SIGTERM and SIGKILL at every step boundary: nothing is left, or `ingot gc` leaves nothing."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from watched import Watched

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
    post_processors:
      - - shell-local: {inline: [sleep 0.05]}
"""
BOUNDARIES = range(1, 13)
"""Launch, three tasks, capture and the post-processor have two each."""


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


def test_there_are_as_many_boundaries_as_are_tried(watched: Watched) -> None:
    process = watched.start()
    count = sum(event["event"] in ("StepStarted", "StepFinished") for event in watched.events(process))
    process.wait()
    assert (process.returncode, count) == (0, len(BOUNDARIES)), watched.said
    assert watched.settled() == {}


