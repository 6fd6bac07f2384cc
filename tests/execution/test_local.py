from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.execution.local import LocalCommands
from runner.sdk import Answer, Local
from runner.sdk.listening import KEPT
from runner.sdk.reaper import Reaper

Lines = list[tuple[str, str]]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that other processes do."""
    for _ in range(3000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came about")


def run(command: Local, here: Path, **environment: str) -> tuple[Answer, Lines]:
    lines: Lines = []
    commands = LocalCommands({"PATH": os.environ["PATH"], "FROM": "outside"}, here, lambda: here, Reaper())
    answer = asyncio.run(commands.run(command, environment, lambda stream, line: lines.append((stream, line))))
    return answer, lines


def sh(text: str, **more: object) -> Local:
    return Local(("/bin/sh", "-c", text), **more)  # type: ignore[arg-type]  # whatever field a test wants


def test_status_and_output_are_exact_and_lines_are_told(tmp_path: Path) -> None:
    answer, lines = run(sh("echo one; echo two >&2; printf 'th\\ree'; exit 3"), tmp_path)
    assert (answer.status, answer.stdout, answer.stderr) == (3, "one\nth\ree", "two\n")
    assert sorted(lines) == [("stderr", "two"), ("stdout", "one"), ("stdout", "th\ree")]
    assert answer.start is not None
    assert answer.end is not None
    assert answer.start < answer.end


@pytest.mark.parametrize(("command", "status", "message"), [
    (Local(("/nowhere/program",)), 127, "/nowhere/program: No such file or directory"),
    (Local(("/etc/passwd",)), 126, "/etc/passwd: Permission denied"),
    (Local(("/bin/true",), chdir="nowhere"), 127, "No such file or directory"),
    (Local(("/bin/true", "a\0b")), 126, "/bin/true: embedded null byte"),
    (sh("kill -9 $$"), 137, ""),
])
def test_what_cannot_run_is_an_answer_too(command: Local, status: int, message: str, tmp_path: Path) -> None:
    answer, _ = run(command, tmp_path)
    assert answer.status == status
    assert message in answer.stderr


def test_the_environment_and_the_directory(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    command = sh('echo "$FROM $BUILD $TASK"; pwd', environment={"TASK": "own"}, chdir="inner")
    answer, _ = run(command, tmp_path, BUILD="build")
    assert answer.stdout == f"outside build own\n{(tmp_path / 'inner').resolve()}\n"


def test_a_script_is_a_file_that_is_gone_afterwards(tmp_path: Path) -> None:
    command = Local(
        ("/bin/sh", "-c", "{{.Vars}} {{.Script}}; echo {{.Script}}"), {"A": "it's", "B": "2"},
        script="#!/bin/sh\necho $A $B; ls -l $0\n", extension=".sh",
    )
    answer, _ = run(command, tmp_path)
    first, listed, path = answer.stdout.splitlines()
    assert first == "it's 2"
    assert listed.startswith("-rwx------")
    assert path.endswith(".sh")
    assert not Path(path).exists()


def test_variables_are_written_as_the_format_says(tmp_path: Path) -> None:
    quoted = Local(("/bin/echo", "{{.Vars}}"), {"A": "1", "B": "x y"}, variable_format="-e %s=<%s> ")
    assert run(quoted, tmp_path)[0].stdout == "-e A=<1> -e B=<x y> \n"


def test_a_line_without_end_is_told_in_pieces_and_kept_up_to_a_limit(tmp_path: Path) -> None:
    answer, lines = run(sh(f"head -c {KEPT + 5} /dev/zero | tr '\\0' x"), tmp_path)
    assert sum(len(line) for _, line in lines) == KEPT + 5
    assert len(answer.stdout) < KEPT + 100
    assert answer.stdout.endswith("\n(5 more bytes were left out)\n")


def test_bytes_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    answer, lines = run(sh("printf 'a\\377b\\n'"), tmp_path)
    assert answer.stdout == "a\ufffdb\n"
    assert lines == [("stdout", "a\ufffdb")]


def test_what_runs_in_the_background_does_not_hold_up_the_build(tmp_path: Path) -> None:
    answer, _ = run(sh("sleep 600 & echo $!"), tmp_path)
    os.kill(int(answer.stdout), signal.SIGKILL)


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("text", [
    "echo $$ > pid; sleep 600",
    "sh -c 'echo $$ > pid; sleep 600'; true",
    "trap 'exit 0' TERM; sh -c 'trap \"\" TERM; echo $$ > pid; while :; do sleep 1; done' & wait",
])
def test_nothing_of_a_cancelled_command_is_left(text: str, tmp_path: Path) -> None:
    async def cancelled() -> None:
        commands = LocalCommands({"PATH": os.environ["PATH"]}, tmp_path, lambda: tmp_path, Reaper())
        task = asyncio.create_task(commands.run(sh(text), {}, lambda *_: None))
        await until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().endswith("\n"))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    pid = int((tmp_path / "pid").read_text())
    asyncio.run(until(lambda: not is_alive(pid)))


def test_giving_up_kills_at_once(tmp_path: Path) -> None:
    async def given_up() -> Answer:
        commands = LocalCommands({"PATH": os.environ["PATH"]}, tmp_path, lambda: tmp_path, Reaper())
        task = asyncio.create_task(commands.run(sh("trap '' TERM; touch ready; sleep 600"), {}, lambda *_: None))
        await until(lambda: (tmp_path / "ready").exists() and bool(commands.running))
        commands.kill()
        return await task

    assert asyncio.run(given_up()).status == 137


@pytest.mark.parametrize("turns", range(0, 12, 2))
def test_a_command_cancelled_while_it_starts_leaves_nothing(turns: int, tmp_path: Path) -> None:
    script = "sh -c 'echo $$ > pid; sleep 600' & sleep 600"

    async def cancelled() -> None:
        commands = LocalCommands({"PATH": os.environ["PATH"]}, tmp_path, lambda: tmp_path, Reaper())
        task = asyncio.create_task(commands.run(sh(script), {}, lambda *_: None))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    pid = tmp_path / "pid"
    asyncio.run(until(lambda: not pid.exists() or not is_alive(int(pid.read_text() or 0))))
