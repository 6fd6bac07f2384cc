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
from report import milliseconds, table
from settings import Settings

from runner.communicators.docker_engine import engine
from runner.communicators.docker_line import connected
from runner.sdk import Communicator, Do
from runner.sdk.work import Sent, Upload

_PIECE = 1 << 20


def line(settings: Settings) -> Iterator[str]:
    """Yield the report's part about the line to a container."""
    file = settings.directory / "large"
    with file.open("wb") as written:
        for _ in range(settings.megabytes):
            written.write(os.urandom(_PIECE))
    container = output(["docker", "run", "--detach", "--init", IMAGE, "sleep", "infinity"]).strip()
    try:
        commands, copies = asyncio.run(_measured(settings, container, file))
    finally:
        output(["docker", "rm", "--force", container])
        file.unlink()
    yield "## The line to a container"
    yield ""
    yield f"{settings.items} commands (`true`), one after the other, in turns:"
    yield ""
    yield from milliseconds(commands, digits=2)
    yield f"A file of {settings.megabytes} MB:"
    yield ""
    rows = [[name, f"{each.median:.2f}", f"{settings.megabytes / each.median:.0f}"] for name, each in copies.items()]
    yield from table(["", "median s", "MB/s"], rows)


async def _measured(settings: Settings, container: str, file: Path) -> tuple[dict[str, Timing], dict[str, Timing]]:
    """Return the timings of commands, and those of copies."""
    async with engine() as where, connected(where, container) as machine:
        commands = await _in_turns({
            "in the long-lived shell": lambda: _run(machine),
            "`docker exec`": lambda: _docker("exec", container, "true"),
        }, settings.items)
        copies = await _in_turns({
            "our upload": lambda: machine.upload(Upload("/srv/ours", (Sent(str(file), file.name),))),
            "`docker cp`": lambda: _docker("cp", str(file), f"{container}:/srv/theirs"),
        }, settings.slow_runs)
    return commands, copies


async def _run(machine: Communicator) -> None:
    answer = await machine.run(Do(("true",)))
    assert answer.status == 0


async def _docker(*words: str) -> None:
    nothing = subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec("docker", *words, stdin=nothing, stdout=nothing, stderr=nothing)
    assert await process.wait() == 0


async def _in_turns(jobs: Mapping[str, Callable[[], Awaitable[None]]], runs: int) -> dict[str, Timing]:
    """Return how long each takes; one more turn before goes uncounted."""
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(runs + 1):
        for name, job in jobs.items():
            start = time.perf_counter()
            await job()
            if turn > 0:
                seconds[name].append(time.perf_counter() - start)
    return {name: Timing(tuple(taken)) for name, taken in seconds.items()}
