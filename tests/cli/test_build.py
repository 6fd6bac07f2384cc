"""Builds from playbook to files, and exactly what a terminal shows of them.

A case is a directory in ``cases/builds``. In it

- ``command`` holds the words after ``ingot``, one command a line; left out, it is ``build playbook.yml``
- ``env`` holds the environment, as lines NAME=VALUE
- ``expected.txt`` is what a terminal shows: each command, the answer, the exit status
- ``expected/`` holds the files that are there afterwards
- everything else is the playbook.

In expectations, lengths of time, moments, UUIDs and keys of plans are replaced by their names.
``python tests/cli/test_build.py --write`` writes the expectations anew.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest

from runner.cli.main import main

CASES = Path(__file__).parents[1] / "cases" / "builds"
NAMES = sorted(path.name for path in CASES.iterdir())
OURS = ("command", "env", "expected.txt", "expected")
"""Files of a case that are no part of its playbook."""
REPLACED = {
    r"\b[0-9]+(\.[0-9]+)? (ms|s)\b": "TIME",
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b": "UUID",
    r"\b20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9:]{8}(\.[0-9]+)?(Z|[-+][0-9:]{5})?": "MOMENT",
    r'("(?:at|took|build_time)": )[0-9.e-]+': r"\1NUMBER",
    r'("key": ")[0-9a-f]{64}': r"\1KEY",
    r"^[0-9]{10},": "SECONDS,",
    r"20[0-9]{6}T[0-9]{6}\.[0-9]{3}Z-[0-9a-f]{8}": "RUN",
    r"(?<=after )[0-9]+ [a-z]*seconds?( [0-9]+ [a-z]+)?": "TIME",
}


def steady(text: str, here: Path) -> str:
    """Return a text without what differs from run to run."""
    text = text.replace(str(here), "HERE")
    for pattern, name in REPLACED.items():
        text = re.sub(pattern, name, text, flags=re.MULTILINE)
    return text


def commands(case: Path) -> list[str]:
    words = case / "command"
    return words.read_text().splitlines() if words.exists() else ["build playbook.yml"]


def answer(case: Path, here: Path) -> str:
    """Run a case in a copy of it at ``here``; return what a terminal shows."""
    shutil.copytree(case, here, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*OURS))
    given = (case / "env").read_text().splitlines() if (case / "env").exists() else []
    environ = {"PATH": os.environ["PATH"], "XDG_STATE_HOME": str(here / ".state"), "HOME": str(here)}
    environ |= dict(line.split("=", 1) for line in given)
    shown = io.StringIO()
    with chdir(here), redirect_stdout(shown), redirect_stderr(shown), patch.dict(os.environ, environ, clear=True):
        for command in commands(case):
            shown.write(f"$ ingot {command}\n")
            shown.write(f"exit status {status_of(command)}\n")
    return steady(shown.getvalue(), here)


def status_of(command: str) -> int:
    try:
        return main(shlex.split(command))
    except SystemExit as left:
        return int(left.code or 0)


def made(case: Path, here: Path) -> Iterator[tuple[str, str]]:
    """Yield every file that a case made or changed, by its name."""
    for path in sorted(here.rglob("*")):
        name = path.relative_to(here)
        given = case / name
        same = given.is_file() and path.is_file() and given.read_bytes() == path.read_bytes()
        if path.is_file() and not same and not is_of_no_interest(name):
            yield re.sub(r"former-[0-9a-f]{8}", "former", str(name)), steady(path.read_text(), here)


def is_of_no_interest(name: Path) -> bool:
    """Return whether a file is one whose content says nothing: a saved plan, a local key, records."""
    return name.parts[0] in (".state", ".ingot") or name.name == "saved.json"


def expected_files(case: Path) -> dict[str, str]:
    wanted = case / "expected"
    return {str(path.relative_to(wanted)): path.read_text() for path in sorted(wanted.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("name", NAMES)
def test_a_build(name: str, tmp_path: Path) -> None:
    case = CASES / name
    assert answer(case, tmp_path) == (case / "expected.txt").read_text()
    assert dict(made(case, tmp_path)) == expected_files(case)


def write(names: list[str]) -> None:
    """Write expectations anew."""
    for name in names or NAMES:
        case = CASES / name
        with tempfile.TemporaryDirectory() as here:
            (case / "expected.txt").write_text(answer(case, Path(here)))
            shutil.rmtree(case / "expected", ignore_errors=True)
            for file, text in made(case, Path(here)):
                path = case / "expected" / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)


if __name__ == "__main__":
    if sys.argv[1:2] != ["--write"]:
        sys.exit("usage: python tests/cli/test_build.py --write [CASE ...]")
    write(sys.argv[2:])
