"""Time whole processes, in turns, so that what slows the machine down slows all of them down."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
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


def run_in_turns(commands: Mapping[str, Sequence[str]], directory: Path, runs: int) -> dict[str, Timing]:
    """Run each command ``runs`` times, one after the other in turns; one more turn before goes uncounted.

    Raises ``Failed`` with the command's output when one does not exit with zero.
    """
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            taken = _seconds(command, directory)
            if turn > 0:
                seconds[name].append(taken)
    return {name: Timing(tuple(taken)) for name, taken in seconds.items()}


def _seconds(command: Sequence[str], directory: Path) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=directory, env=os.environ | _ENVIRONMENT, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )
    taken = time.perf_counter() - start
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)} exited with {done.returncode}:\n{done.stdout[-2000:]}")
    return taken
