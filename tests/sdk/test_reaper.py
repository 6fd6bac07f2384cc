"""What becomes of processes when the one that has started them is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

_PROGRAM = """
import os, signal, subprocess
from runner.sdk.reaper import Reaper

def start(mark):
    words = ["sh", "-c", "sleep 600 & sleep 600"]
    return subprocess.Popen(words, env={{**os.environ, **mark}}, start_new_session=True).pid

reaper = Reaper()
with reaper.starting() as mark:
    group = start(mark)
    {inside}
{after}
"""
_KILLED = "os.kill(os.getpid(), signal.SIGKILL)"
_CLOSED = "reaper.close(); print(group, flush=True)"


def program(inside: str, after: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM.format(inside=inside, after=after)], stdout=subprocess.PIPE
    )


@pytest.mark.parametrize(("inside", "after"), [
    (_KILLED, ""), ("reaper.watch(group)", _KILLED), ("reaper.watch(group)", _CLOSED),
])
def test_what_is_watched_or_just_being_started_is_killed(inside: str, after: str) -> None:
    process = program(inside, after)
    process.communicate(timeout=30)  # ends when nobody holds the pipe any more


@pytest.mark.parametrize(("inside", "after"), [
    ("pass", _CLOSED), ("reaper.watch(group)", f"reaper.release(group); {_CLOSED}"),
])
def test_what_is_not_watched_any_more_is_let_be(inside: str, after: str) -> None:
    process = program(inside, after)
    assert process.stdout is not None
    group = int(process.stdout.readline())
    os.killpg(group, signal.SIGKILL)  # raises if it is not there
    process.communicate(timeout=30)
