"""Ctrl-C and SIGTERM: the first stops and tidies up, the second says how it stands, the third gives up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PLAYBOOK = """
sources:
  out: {builder: file, target: out.txt, content: new}
  other: {builder: file, target: other.txt, content: other}
plays:
  - name: web
    sources: [out]
    tasks:
      - name: Wait for ever
        shell_local: |
          TRAP
          echo $$ > pid
          while :; do sleep 0.1 || :; done
    on_error:
      - shell_local: touch on_error
    post_processors:
      - shell-local: {inline: [touch post_processed]}
  - name: next
    sources:
      - other: {from: web.out}
"""
STUBBORN = "trap 'echo told to end >> told' TERM"
LIMIT = 30.0
"""How long to wait for what has to come about, in seconds."""


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Running:
    """``ingot build`` at work on a task that never ends by itself."""

    def __init__(self, here: Path, trap: str) -> None:
        self.here = here
        (here / "playbook.yml").write_text(PLAYBOOK.replace("TRAP", trap))
        self.process = subprocess.Popen(
            [Path(sys.executable).with_name("ingot"), "build", "playbook.yml"], cwd=here, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # noqa: PLW1509 - nohup's is inherited
        )
        until(lambda: (here / "pid").exists() and (here / "pid").read_text().endswith("\n"))
        self.command = int((here / "pid").read_text())

    def send(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def answer(self) -> tuple[int, str]:
        output, _ = self.process.communicate(timeout=LIMIT)
        return self.process.returncode, output

    def end(self) -> None:
        for pid in (self.process.pid, self.command):
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Running]]:
    started: list[Running] = []

    def run(trap: str = ":") -> Running:
        started.append(Running(tmp_path, trap))
        return started[-1]

    yield run
    for each in started:
        each.end()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_stops_and_leaves_nothing(
    number: signal.Signals, start: Callable[..., Running], tmp_path: Path
) -> None:
    (tmp_path / "out.txt").write_text("old")
    running = start()
    running.send(number)
    status, output = running.answer()
    assert status == 130
    assert f"{number.name}: stopping" in output
    assert "==> web.out: cancelled" in output
    assert "==> next.other: cancelled" in output
    assert "==> Builds: 2 cancelled" in output
    until(lambda: not is_alive(running.command))
    assert (tmp_path / "out.txt").read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {".ingot", "playbook.yml", "pid", "out.txt"}


def test_the_second_signal_only_says_so_and_a_stubborn_command_is_killed(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    running = start(STUBBORN)
    running.send(signal.SIGINT)
    until((tmp_path / "told").exists)
    running.send(signal.SIGINT)
    status, output = running.answer()
    assert status == 130
    assert "still tidying up" in output
    assert output.index("stopping") < output.index("still tidying up") < output.index("==> Builds: 2 cancelled")
    until(lambda: not is_alive(running.command))
    assert not (tmp_path / "out.txt").exists()


def test_the_third_signal_gives_up(start: Callable[..., Running], tmp_path: Path) -> None:
    running = start(STUBBORN)
    running.send(signal.SIGINT)
    until((tmp_path / "told").exists)
    running.send(signal.SIGTERM)
    running.send(signal.SIGINT)
    status, output = running.answer()
    assert status == 130
    assert "Builds:" not in output
    until(lambda: not is_alive(running.command))
    assert (tmp_path / "out.txt").exists(), "nothing was tidied up"
