"""Bad playbooks, and exactly what Ingot answers to each.

A case is a directory in ``cases/invalid``, named after the code of its first diagnostic. In it

- ``command`` holds the words after ``ingot``, a line for each command; left out, they are ``validate playbook.yml``
- ``env`` holds the environment, as lines NAME=VALUE
- ``stdin`` is what standard input gives
- ``expected.txt`` is what a terminal shows: the command, the answer, the exit status
- everything else is the playbook.

The case whose name is nothing but a code is the example on that code's reference page.

``python tests/test_invalid.py --write [CASE ...]`` writes the answers and the examples anew. Read what ``git diff``
shows then: is the place the one a reader looks at, is the message plain and true, does the hint help?
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest

from runner import __version__
from runner.cli.main import main
from runner.cli.reference import diagnostic_page
from runner.diagnostics.catalogue import CATALOGUE, EXAMPLES

CASES = Path(__file__).parent / "cases" / "invalid"
NAMES = sorted(path.name for path in CASES.iterdir())
CODE = re.compile(r"[EW]\d{3}")
HEAD = re.compile(r"^.*: (?:error|warning)\[[EW]\d{3}\]: .*$", re.MULTILINE)
OURS = ("command", "env", "stdin", "expected.txt")
"""Files of a case that are no part of its playbook."""
LINES = 40
"""The most lines of an answer that a page shows."""
SECRET = "hunter2"
"""What every sensitive value in the cases holds."""
WITHOUT_CASE = {
    "E411": "it takes a thousand values; tests/planning/test_depth.py has them",
    **dict.fromkeys(
        ("E760", "E761", "E762", "E763"),
        "an image has been made; builders/test_amazon_images.py and cli/test_images_delete.py have them",
    ),
    "E810": "only a plugin that goes wrong gets it",
    "E813": "it stands in the journal of another run, which no playbook can leave so that it cannot be removed",
    "E815": "the build begins again by itself, so that nobody is told of it as an error",
    "W814": "only a builder that remembers machines gets it, which needs an engine",
    "E900": "a mistake in Ingot itself: none is known",
}
"""Codes without an example, and why."""


def commands(case: Path) -> list[str]:
    lines = case / "command"
    return lines.read_text().splitlines() if lines.exists() else ["validate playbook.yml"]


def environment(case: Path) -> dict[str, str]:
    lines = (case / "env").read_text().splitlines() if (case / "env").exists() else []
    return {"PATH": os.environ["PATH"], **dict(line.split("=", 1) for line in lines)}


def answer(case: Path) -> str:
    """Return what a terminal shows for a case, in a copy of it."""
    shown, given = io.StringIO(), case / "stdin"
    stdin = io.TextIOWrapper(io.BytesIO(given.read_bytes() if given.exists() else b""), encoding="utf-8")
    with copied(case) as here, redirect_stdout(shown), redirect_stderr(shown):
        replaced = patch.dict(os.environ, {**environment(case), "XDG_STATE_HOME": str(here.parent)}, clear=True)
        with chdir(here), replaced, patch.object(sys, "stdin", stdin):
            for line in commands(case):
                shown.write(f"$ ingot {line}\n")
                shown.write(f"exit status {status_of(line)}\n")
    return steady(shown.getvalue())


def status_of(line: str) -> int:
    try:
        return main(shlex.split(line))
    except SystemExit as left:
        return int(left.code or 0)


def steady(shown: str) -> str:
    """Return an answer without what differs from run to run: how long a build takes, the version of Ingot."""
    shown = re.sub(r"\b(after|took) [\d.]+ m?s\b", r"\1 1 ms", shown)
    return shown.replace(f"this is {__version__}", "this is 0.1.0")


@contextmanager
def copied(case: Path) -> Iterator[Path]:
    """Provide a copy of a case's playbook: builds write beside it."""
    with tempfile.TemporaryDirectory() as directory:
        here = Path(directory) / "here"
        shutil.copytree(case, here, ignore=shutil.ignore_patterns(*OURS))
        yield here


def expected(name: str) -> str:
    return (CASES / name / "expected.txt").read_text()


def examples() -> dict[str, dict[str, object]]:
    """Return the example of each code's page: its files, and the transcript."""
    return {name: {"files": dict(files(CASES / name)), "transcript": shortened(expected(name))}
            for name in NAMES if CODE.fullmatch(name)}


def shortened(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return text if len(lines) <= LINES else "".join((*lines[: LINES // 2], "...\n", *lines[-LINES // 2 :]))


def files(case: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(case.rglob("*")):
        name = path.relative_to(case).as_posix()
        if path.is_file() and name not in OURS:
            text = path.read_bytes().decode("utf-8", "backslashreplace")
            yield name, re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", lambda found: f"\\x{ord(found[0]):02x}", text)
    if (case / "env").exists():
        yield "environment", (case / "env").read_text()
    if (case / "stdin").exists():
        yield "standard input", (case / "stdin").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_to_a_bad_playbook(name: str) -> None:
    assert answer(CASES / name) == expected(name)


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_tells_its_mistakes_once_and_no_secrets(name: str) -> None:
    text = expected(name)
    assert name[:4] in text
    assert SECRET not in re.sub(r"(?m)^\$ .*$", "", text)
    heads = HEAD.findall(text)
    assert len(set(heads)) == len(heads)
    failed = any("error[" in head for head in heads) or "--format" in text
    assert text.endswith(("exit status 1\n", "exit status 2\n", "exit status 3\n")) is failed


@pytest.mark.parametrize("name", ["E001", "E101", "E305-sensitive", "E003"])
def test_the_installed_command_answers_the_same(name: str) -> None:
    case = CASES / name
    with copied(case) as here:
        done = subprocess.run(
            [Path(sys.executable).with_name("ingot"), *shlex.split(commands(case)[0])],
            cwd=here, env={**environment(case), "XDG_STATE_HOME": str(here.parent)}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )
    assert f"$ ingot {commands(case)[0]}\n{done.stdout}exit status {done.returncode}\n" == expected(name)


def test_every_code_has_an_example() -> None:
    assert {name for name in NAMES if CODE.fullmatch(name)} == set(CATALOGUE) - WITHOUT_CASE.keys()


def test_the_examples_of_the_reference_are_the_cases() -> None:
    assert json.loads(EXAMPLES.read_text(encoding="utf-8")) == examples(), "run tests/test_invalid.py --write"


@pytest.mark.parametrize("code", [name for name in NAMES if CODE.fullmatch(name)])
def test_a_page_shows_the_example(code: str) -> None:
    page = diagnostic_page(CATALOGUE[code])
    assert shortened(expected(code)) in page
    assert all(f"{name}:\n" in page and text.rstrip("\n") in page for name, text in files(CASES / code))


def write(names: list[str]) -> None:
    """Write expectations anew, those of all cases unless some are named, and the examples of the reference."""
    for name in names or NAMES:
        (CASES / name / "expected.txt").write_text(answer(CASES / name))
    EXAMPLES.write_text(json.dumps(examples(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] != ["--write"]:
        sys.exit("usage: python tests/test_invalid.py --write [CASE ...]")
    write(sys.argv[2:])
