"""Measure the line to a container beside the `docker` program: commands, and a large file."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path

from host import IMAGE
from measure import Timing, output
from report import milliseconds, table, verdict
from settings import Settings

from runner.communicators.docker.engine import engine
from runner.communicators.docker.line import connected
from runner.sdk import Communicator, Do
from runner.sdk.work import Sent, Upload

UPLOAD_RATE = 250
"""Target: how many megabytes of a large file have to arrive in a second."""
ROW = 10
"""How many commands are run before it is the other's turn."""
_OURS = "our upload"
_PIECE = 1 << 20


def line(settings: Settings) -> Iterator[str]:
    """Yield the report's part about the line to a container."""
    file = large_file(settings.directory, settings.megabytes)
    container = output(["docker", "run", "--detach", "--init", IMAGE, "sleep", "infinity"]).strip()
    try:
        commands, copies = asyncio.run(_measured(settings, container, file))
    finally:
        output(["docker", "rm", "--force", container])
        file.unlink()
    yield "## The line to a container"
    yield ""
    yield f"{settings.items} commands (`true`), ten after the other, in turns:"
    yield ""
    yield from milliseconds(commands, digits=2)
    yield f"A file of {settings.megabytes} MB:"
    yield ""
    yield from rates(copies, settings.megabytes)
    rate = settings.megabytes / copies[_OURS].median
    yield verdict(rate >= UPLOAD_RATE, f"at least {UPLOAD_RATE} MB/s into a container: {rate:.0f} MB/s")
    yield ""


def large_file(directory: Path, megabytes: int) -> Path:
    """Return a new file that no compression makes smaller."""
    file = directory / "large"
    with file.open("wb") as written:
        for _ in range(megabytes):
            written.write(os.urandom(_PIECE))
    return file


def rates(copies: Mapping[str, Timing], megabytes: int) -> Iterator[str]:
    """Yield the table of how fast a file is copied."""
    rows = [[name, f"{each.median:.2f}", f"{megabytes / each.median:.0f}"] for name, each in copies.items()]
    yield from table(["", "median s", "MB/s"], rows)


async def _measured(settings: Settings, container: str, file: Path) -> tuple[dict[str, Timing], dict[str, Timing]]:
    """Return the timings of commands, and those of copies."""
    async with engine() as where, connected(where, container) as machine:
        commands = await in_turns({
            "in the long-lived shell": lambda: run(machine),
            "`docker exec`": lambda: started("docker", "exec", container, "true"),
        }, settings.items, ROW)
        copies = await in_turns({
            _OURS: lambda: machine.upload(Upload("/srv/ours", (Sent(str(file), file.name),))),
            "`docker cp`": lambda: started("docker", "cp", str(file), f"{container}:/srv/theirs"),
        }, settings.slow_runs)
    return commands, copies


async def run(machine: Communicator) -> None:
    """Run a command that does nothing."""
    answer = await machine.run(Do(("true",)))
    assert answer.status == 0


async def started(*words: str) -> None:
    """Run a program of this computer."""
    nothing = subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*words, stdin=nothing, stdout=nothing, stderr=nothing)
    assert await process.wait() == 0


async def in_turns(jobs: Mapping[str, Callable[[], Awaitable[None]]], runs: int, row: int = 1) -> dict[str, Timing]:
    """Return how long each takes, a ``row`` of them at a time; one more at the start of each row goes uncounted.

    A build runs its commands in rows: between two of them no other program has had the processor and its caches.
    """
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for _turn in range(max(runs // row, 1)):
        for name, job in jobs.items():
            for place in range(row + 1):
                start = time.perf_counter()
                await job()
                if place > 0:
                    seconds[name].append(time.perf_counter() - start)
    return {name: Timing(tuple(taken)) for name, taken in seconds.items()}
