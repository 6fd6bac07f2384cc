"""The timer that shuts an instance down when its builder has died."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aws_cloud import Builds

from runner.builders.amazon.parts.dead_man import DeadMan, dead_man
from runner.sdk import Answer, Command

COUNT = "grep -l -- -[t]imer /proc/[0-9]*/cmdline 2>/dev/null | wc -l"


class Here:
    """This computer as the machine; to shut it down leaves a mark."""

    def __init__(self, directory: Path) -> None:
        self.down = directory / "down"
        for name in ("shutdown", "poweroff"):
            program = directory / name
            program.write_text(f"#!/bin/sh\n: >{self.down}\n")
            program.chmod(0o755)
        self._environment = {**os.environ, "PATH": f"{directory}:{os.environ['PATH']}"}
        self.ran = 0

    async def run(self, command: Command, heard: Any = None, become: Any = None) -> Answer:
        del heard, become
        self.ran += 1
        process = await asyncio.create_subprocess_exec(
            *command.argv, env=self._environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return Answer(process.returncode or 0, out.decode(), err.decode())

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[Here]:
        yield self

    put = get = upload = download = None


async def until(condition: Any) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for is another process's
            await asyncio.sleep(0.05)


def name() -> str:
    return f"ingot-{secrets.token_hex(6)}"


def timers(of: str) -> list[str]:
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = each.read_bytes().split(b"\0")
        except OSError:
            continue
        if f"{of}-timer".encode() in words:
            found.append(each.parent.name)
    return found


def test_it_goes_off_when_nobody_puts_it_off(tmp_path: Path) -> None:
    async def left_alone() -> None:
        here: Any = Here(tmp_path)
        timer = DeadMan(here, name(), 1)
        await timer.start()
        await timer.rest()
        await until(here.down.exists)

    asyncio.run(left_alone())


def test_it_is_put_off_and_ended(tmp_path: Path) -> None:
    async def built() -> None:
        here, called = Here(tmp_path), name()
        async with dead_man(here, called, 2, print) as timer:  # type: ignore[arg-type]  # it runs commands only
            (first,) = timers(called)
            await until(lambda: timers(called) not in ([], [first]))
            assert len(timers(called)) == 1
            await timer.cancel()
            await until(lambda: timers(called) == [])
        assert not here.down.exists()

    asyncio.run(built())


def test_a_machine_without_it_is_built_all_the_same(tmp_path: Path) -> None:
    async def built() -> list[str]:
        said: list[str] = []
        here: Any = Here(tmp_path)

        async def run(command: Command, heard: Any = None, become: Any = None) -> Answer:
            del heard
            return Answer(0, "1000") if command.argv[0] == "id" else Answer(1, "", f"no sudo for {become.user}")

        here.run = run
        async with dead_man(here, name(), 2, said.append):
            return said

    assert asyncio.run(built()) == ["The instance has no dead-man timer: no sudo for root"]


@pytest.mark.parametrize(("source", "count"), [({}, 1), ({"ssh_pty": True}, 1), ({"dead_man_timeout": "0s"}, 0)])
def test_the_instance_has_it_while_tasks_work(ami: Builds, source: dict[str, Any], count: int) -> None:
    answer = ami({**source, "skip_create_ami": True}, {"shell": f"test $({COUNT}) = {count}"})
    assert answer.status == 0, answer.stdout + answer.stderr
