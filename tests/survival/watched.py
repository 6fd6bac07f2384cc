"""A build in a world of its own, in which everything that it leaves can be found."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

LIMIT = 60.0
"""How long to wait for what has to come about, in seconds."""
INGOT = Path(sys.executable).with_name("ingot")


class Watched:
    """A directory for one playbook, and the programs that are run in it."""

    def __init__(self, here: Path, playbook: str) -> None:
        self.here = here
        self.mark = uuid.uuid4().hex
        self.runs: list[str] = []
        self.said = ""
        """What a build said that was no event."""
        self.temporary = here / "tmp"
        self.temporary.mkdir()
        (here / "playbook.yml").write_text(playbook)
        self.environment = {
            **os.environ, "MARK": self.mark, "TMPDIR": str(self.temporary), "INGOT_STATE_DIR": str(here / "state"),
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a build that tells its events."""
        return subprocess.Popen(
            [INGOT, "build", "playbook.yml", "--json", *words], cwd=self.here, env=self.environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )

    def run(self, *words: str) -> tuple[int, str]:
        """Run a command to its end; return its status and what it said."""
        done = subprocess.run(
            [INGOT, *words], cwd=self.here, env=self.environment, text=True, check=False, timeout=LIMIT,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        return done.returncode, done.stdout

    def left(self) -> dict[str, list[str]]:
        """Return what is left: processes, mounts, files, containers."""
        return {kind: found for kind, found in {
            "processes": self.processes(), "mounts": self._mounts(), "files": self._files(),
            "containers": self._containers(), "journal": sorted(map(str, (self.here / "state").rglob("*.jsonl"))),
        }.items() if found}

    def settled(self) -> dict[str, list[str]]:
        """Return what is left once processes that were killed have had the time to go."""
        end = time.monotonic() + LIMIT
        while (left := self.left()).keys() & {"processes", "mounts"} and time.monotonic() < end:
            time.sleep(0.02)
        return left

    def processes(self) -> list[str]:
        """Return the numbers of the processes that come from here."""
        wanted = f"MARK={self.mark}".encode()
        return [str(each) for each, environment in _environments() if wanted in environment.split(b"\0")]

    def _mounts(self) -> list[str]:
        tables = Path("/proc/self/mounts").read_text().splitlines()
        return [line for line in tables if str(self.here) in line]

    def _files(self) -> list[str]:
        work = self.here / ".ingot" / "work"
        return [str(each) for place in (self.temporary, work) if place.is_dir() for each in place.iterdir()]

    def _containers(self) -> list[str]:
        return [line for run in self.runs if "DOCKER_HOST" in self.environment for line in subprocess.run(
            ["docker", "ps", "--all", "--quiet", "--filter", f"label=ingot.run={run}"],
            env=self.environment, text=True, check=True, stdout=subprocess.PIPE,
        ).stdout.split()]

    def events(self, process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
        """Yield the events that a build tells, as they come."""
        assert process.stdout is not None
        for line in process.stdout:
            if not line.startswith("{"):
                self.said += line
                continue
            event = json.loads(line)
            if event["event"] == "RunStarted":
                self.runs.append(event["run"])
            yield event

    def struck(self, process: subprocess.Popen[str], boundary: int, number: signal.Signals) -> bool:
        """Send a signal at the ``boundary``-th beginning or end of a step; return whether there were so many."""
        count = 0
        for event in self.events(process):
            if event["event"] in ("StepStarted", "StepFinished"):
                count += 1
                if count == boundary:
                    process.send_signal(number)
        process.wait(LIMIT)
        return count >= boundary


def _environments() -> Iterator[tuple[int, bytes]]:
    for each in Path("/proc").glob("[0-9]*"):
        try:
            state = (each / "stat").read_text().rpartition(")")[2].split()[0]
            environment = (each / "environ").read_bytes()
        except OSError:
            continue
        if state != "Z":
            yield int(each.name), environment


def until(condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.01)
