"""Scripts that end the connection, and those that come when the machine is away, over a real SSH server."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import Answer, Ingot
from ssh_servers import SSHD, Sshd, Start
from test_null import build, login


@pytest.fixture
def server(start_sshd: Start) -> Iterator[Sshd]:
    """A server that a script may start anew: whatever runs in the end is ended."""
    found = start_sshd()
    yield found
    until = time.monotonic() + 20
    while (found.here / "away").exists() and not answers(found) and time.monotonic() < until:
        time.sleep(0.05)
    with suppress(OSError, ValueError):
        os.kill(int((found.here / "pid").read_text()), signal.SIGTERM)


def answers(server: Sshd) -> bool:
    return (server.here / "pid").exists()


def cut(server: Sshd) -> str:
    """A script that kills what serves the connection it came by."""
    return f"kill -9 $(ps -o pid= --ppid {server.process.pid}); sleep 5"


def restart(server: Sshd, *, back: bool = True) -> str:
    """A script that kills the server, which is back a few seconds later."""
    here = server.here
    again = f"sleep 3; exec {SSHD} -D -e -f {here}/config" if back else "true"
    return (
        f"touch {here}/away; rm -f {here}/pid\n"
        f"setsid sh -c '{again}' >/dev/null 2>&1 </dev/null &\n"
        f"sessions=$(ps -o pid= --ppid {server.process.pid}); kill -9 {server.process.pid} $sessions; sleep 5"
    )


def told(answer: Answer) -> str:
    return answer.stdout + answer.stderr


@pytest.mark.parametrize("form", ["inline", "cmd"])
def test_a_script_may_end_the_connection_if_that_is_expected(ingot: Ingot, server: Sshd, form: str) -> None:
    scripts, made = server.here / "scripts", server.here / "made"
    scripts.mkdir()
    text = f"[ -e {made} ] || touch {made}; {cut(server)}"
    task: dict[str, Any] = {"inline": [text], "remote_folder": str(scripts)} if form == "inline" else {"cmd": text}
    again = {"shell": f"test -e {made} && rm {made}"}
    answer = build(ingot, login(server), {"shell": {**task, "expect_disconnect": True, "valid_exit_codes": [3]}}, again)
    assert answer.status == 0, told(answer)
    assert not made.exists()
    assert list(scripts.iterdir()) == []
    answer = build(ingot, login(server), {"shell": task}, again)
    assert answer.status == 1
    assert "the connection to the machine is lost" in told(answer)


def test_a_script_that_ends_the_connection_may_stay(ingot: Ingot, server: Sshd) -> None:
    path = server.here / "stays"
    task = {"inline": [cut(server)], "remote_path": str(path), "expect_disconnect": True, "skip_clean": True}
    assert build(ingot, login(server), {"shell": task}).status == 0
    assert "kill -9" in path.read_text()


def test_a_script_waits_for_a_machine_that_is_away(ingot: Ingot, server: Sshd) -> None:
    first = {"inline": [restart(server)], "expect_disconnect": True, "skip_clean": True}
    second = {"inline": [f"echo ran >{server.here}/ran"], "start_retry_timeout": "30s"}
    answer = build(ingot, login(server, ssh_timeout="500ms"), {"shell": first}, {"shell": second})
    assert answer.status == 0, told(answer)
    assert (server.here / "ran").read_text() == "ran\n"


def test_a_script_does_not_wait_for_ever(ingot: Ingot, server: Sshd, tmp_path: Path) -> None:
    first = {"inline": [restart(server, back=False)], "expect_disconnect": True, "skip_clean": True}
    second = {"inline": [f"echo ran >{tmp_path}/ran"], "start_retry_timeout": "1s"}
    answer = build(ingot, login(server, ssh_timeout="500ms"), {"shell": first}, {"shell": second})
    (server.here / "away").unlink()
    assert answer.status == 1
    assert "SSH does not answer" in told(answer)
    assert not (tmp_path / "ran").exists()
