"""Time whole processes, in turns, so that what slows the machine down slows all of them down."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Packer would ask its maker for newer versions; Ansible's colours and warnings are of no interest here.
_ENVIRONMENT = {"CHECKPOINT_DISABLE": "1", "NO_COLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "false"}


@dataclass(frozen=True)
class Timing:
    """Wall-clock seconds of the runs of one command."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one: what a run takes."""
        return statistics.median(self.seconds)


class Failed(Exception):  # noqa: N818 - it reads as what it says
    """A command that is to be measured did not succeed."""


@dataclass(frozen=True)
class Job:
    """A command that is to be measured."""

    command: Sequence[str]
    before: Callable[[], object] | None = None
    """What is done before each run, uncounted."""
    did: Callable[[str], bool] | None = None
    """Whether it has done what is measured, by what it printed; asked when its exit status is zero."""


def run_in_turns(jobs: Mapping[str, Job], directory: Path, runs: int, uncounted: int = 1) -> dict[str, Timing]:
    """Run each command ``runs`` times, one after the other in turns; some turns before go uncounted.

    Raises ``Failed`` with a command's output when it does not exit with zero, or has not done its work.
    """
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(uncounted + runs):
        for name, job in jobs.items():
            if job.before is not None:
                job.before()
            taken = _seconds(job, directory)
            if turn >= uncounted:
                seconds[name].append(taken)
    return {name: Timing(tuple(taken)) for name, taken in seconds.items()}


def _seconds(job: Job, directory: Path) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        job.command, cwd=directory, env=os.environ | _ENVIRONMENT, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )
    taken = time.perf_counter() - start
    if done.returncode != 0:
        raise Failed(f"{_shown(job.command)} exited with {done.returncode}:\n{done.stdout[-2000:]}")
    if job.did is not None and not job.did(done.stdout):
        raise Failed(f"{_shown(job.command)} has not done what it should have:\n{done.stdout[-2000:]}")
    return taken


def output(command: Sequence[str]) -> str:
    """Return what a command prints. Raises ``Failed`` with its complaint when it does not exit with zero."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{_shown(command)} exited with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def _shown(command: Sequence[str]) -> str:
    """Return a command without the place where its program is, which is nobody's business."""
    return " ".join([Path(command[0]).name, *command[1:]])
