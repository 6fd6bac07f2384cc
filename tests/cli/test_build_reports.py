"""What becomes of a build whose reports cannot be written: nothing."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PLAYBOOK = """
sources: {out: {builder: file, target: out.txt, content: hello}}
plays:
  - sources: [out]
    tasks: [{shell_local: echo working}]
"""
INGOT = Path(sys.executable).with_name("ingot")


def build(
    here: Path, *words: str, playbook: str = PLAYBOOK, stdout: Any = subprocess.PIPE, **more: Any
) -> subprocess.CompletedProcess[str]:
    (here / "playbook.yml").write_text(playbook)
    environ = {"PATH": os.environ["PATH"], "XDG_STATE_HOME": str(here / ".state")}
    command: list[str | Path] = [INGOT, "build", "playbook.yml", *words]
    return subprocess.run(command, cwd=here, env=environ, stdout=stdout, stderr=subprocess.PIPE, text=True,
                          check=False, **more)


@pytest.mark.parametrize("shape", [(), ("--json",), ("--machine-readable",), ("--timestamps",)])
def test_standard_output_is_full(shape: tuple[str, ...], tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = build(tmp_path, *shape, stdout=full)
    assert done.returncode == 0
    assert (tmp_path / "out.txt").read_text() == "hello"
    assert done.stderr.startswith("what happens is no longer written to ")
    assert done.stderr.endswith(": No space left on device\n")
    assert done.stderr.count("\n") == 1
    [record] = (tmp_path / ".ingot" / "runs").iterdir()
    assert json.loads((record / "manifest.json").read_text())["builds"][0]["status"] == "ok"


@pytest.mark.parametrize("shape", [(), ("--json",), ("--machine-readable",)])
def test_nobody_reads_standard_output(shape: tuple[str, ...], tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = build(tmp_path, *shape, stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out.txt").read_text() == "hello"


def test_the_disk_is_full_while_the_record_is_kept(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: the record's are the only ones that reach it."""
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))

    loud = PLAYBOOK.replace("echo working", "'for i in $(seq 200); do echo $i; done'")
    done = build(tmp_path, playbook=loud, preexec_fn=limit)
    assert done.returncode == 0
    assert (tmp_path / "out.txt").read_text() == "hello"
    assert "events.jsonl: File too large" in done.stderr
    assert "Traceback" not in done.stderr


def test_junit_cannot_be_written(tmp_path: Path) -> None:
    done = build(tmp_path, "--junit", "playbook.yml/report.xml")
    assert done.returncode == 0
    assert done.stderr == "what happens is no longer written to playbook.yml/report.xml: File exists\n"
