"""What a process of its own answers where its surroundings are odd: streams, signals, directories, disks."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

INGOT = Path(sys.executable).with_name("ingot")
PLAYBOOK = """\
variables: {s: {type: string, default: x}}
sources: {page: {builder: file, target: out.txt, content: "{{ s }}"}}
plays: [{sources: [page]}]
"""
COMMANDS = ("plan p.yml", "validate p.yml", "build p.yml --force", "console p.yml", "images list", "fmt p.yml")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "p.yml").write_text(PLAYBOOK)
    return tmp_path


def shell(script: str, here: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script in which ``ingot`` is the command."""
    environ = {**os.environ, "PATH": f"{INGOT.parent}:{os.environ['PATH']}", **environment}
    return subprocess.run(["/bin/bash", "-c", script], cwd=here, env=environ, capture_output=True, text=True,
                          check=False, errors="replace")


@pytest.mark.parametrize("command", COMMANDS)
def test_closed_streams_are_as_good_as_the_null_device(command: str, here: Path) -> None:
    for closed in ("1>&-", "0<&- 2>&-"):
        done = shell(f"ingot {command} {closed}", here)
        assert (done.returncode, done.stderr) == (0, ""), closed


def test_bytes_that_are_no_text_are_refused_as_values(here: Path) -> None:
    for script in ("INGOT_VAR_s=$'\\xff' ingot build p.yml --no-record", "ingot plan p.yml --json --var s=$'\\xff'"):
        done = shell(script, here)
        assert (done.returncode, done.stdout) == (2, "")
        assert "error[E303]: the value of the variable 's' is not UTF-8" in done.stderr


def test_names_that_are_no_text_are_told_by_their_bytes(here: Path) -> None:
    done = shell("mv p.yml $'\\xff.yml' && ingot build $'\\xff.yml' && ingot images show page --json", here)
    assert (done.returncode, done.stderr) == (0, "")
    (events,) = here.glob(".ingot/runs/*/events.jsonl")
    assert "\\udcff.yml" in events.read_text(encoding="utf-8")


def test_ctrl_c_ends_a_command_without_a_word_from_its_beginning_to_its_end(here: Path) -> None:
    for pause in (0.1, 0.2, 0.3, 0.5):
        with subprocess.Popen([INGOT, "plan", "p.yml"], cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as command:
            time.sleep(pause)
            while command.poll() is None:
                command.send_signal(signal.SIGINT)
                time.sleep(0.01)
            _, remarks = command.communicate()
        assert "runner" not in remarks
        assert command.returncode in (0, 130, -signal.SIGINT, 1)


FULL = {
    "fmt": ("fmt p.yml", "p.yml"),
    "new": ("new project", "project/"),
    "plan": ("plan p.yml --out saved.json", "saved.json"),
}


@pytest.mark.parametrize(("command", "blamed"), FULL.values(), ids=FULL)
def test_a_disk_that_is_full_is_blamed_for_the_file_it_does_not_take(command: str, blamed: str, here: Path) -> None:
    (here / "p.yml").write_text(f"a:    1\n{PLAYBOOK}" if command.startswith("fmt") else PLAYBOOK)
    before = sorted(here.rglob("*"))
    # A limit on the size of files fails a write in the middle, as a full disk does.
    done = subprocess.run(
        [INGOT, *command.split()], cwd=here, capture_output=True, text=True, check=False, preexec_fn=limited,
    )
    assert done.returncode == 2
    assert "E001" in done.stderr
    assert blamed in done.stderr
    assert "standard output" not in done.stderr
    assert sorted(here.rglob("*")) == before


def limited() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


@pytest.mark.parametrize("command", ["validate p.yml", "new project"])
def test_a_directory_that_is_gone_is_named(command: str, tmp_path: Path) -> None:
    done = shell(f"mkdir gone && cd gone && rmdir ../gone && ingot {command}", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "standard output" not in done.stderr
