"""Good playbooks, each form that the language has, and the plan that each comes to.

A case is a directory in ``cases/valid``. In it

- ``command`` holds the words after ``ingot``; left out, they are ``plan playbook.yml``
- ``env`` holds the environment, as lines NAME=VALUE
- ``stdin`` is what standard input gives
- ``plan.json`` is the plan, as ``--json`` prints it
- ``warnings.txt`` holds what goes to standard error; left out, that is nothing
- everything else is the playbook.

``python tests/test_valid.py --write`` writes the plans anew. Read what ``git diff`` shows then: a key that changes
empties everybody's cache.
"""

from __future__ import annotations

import io
import json
import os
import shlex
import sys
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from jsonschema import Draft202012Validator

from runner.cli.main import main
from runner.schema.published import published

CASES = Path(__file__).parent / "cases" / "valid"
NAMES = sorted(path.name for path in CASES.iterdir())
LOCAL_KEY = bytes(range(32))
"""The key under which sensitive values are fingerprinted: a fixed one, so that plans can be compared."""


def command(case: Path) -> list[str]:
    words = case / "command"
    return shlex.split(words.read_text()) if words.exists() else ["plan", "playbook.yml"]


def environment(case: Path, state: Path) -> dict[str, str]:
    lines = (case / "env").read_text().splitlines() if (case / "env").exists() else []
    own = {"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": "1700000000", "XDG_STATE_HOME": str(state)}
    return {**own, **dict(line.split("=", 1) for line in lines)}


def run(case: Path, words: list[str]) -> tuple[int, str, str]:
    """Return the exit status of a command run in a case, and what it writes."""
    shown, remarks, given = io.StringIO(), io.StringIO(), case / "stdin"
    stdin = io.TextIOWrapper(io.BytesIO(given.read_bytes() if given.exists() else b""), encoding="utf-8")
    with tempfile.TemporaryDirectory() as state, chdir(case), redirect_stdout(shown), redirect_stderr(remarks):
        key = Path(state) / "ingot" / "key"
        key.parent.mkdir()
        key.write_bytes(LOCAL_KEY)
        with patch.dict(os.environ, environment(case, Path(state)), clear=True), patch.object(sys, "stdin", stdin):
            status = main(words)
    return status, shown.getvalue(), remarks.getvalue()


def plan(case: Path) -> tuple[dict[str, Any], str]:
    """Return a case's plan, without what differs from version to version, and the warnings."""
    status, shown, remarks = run(case, [*command(case), "--json"])
    assert status == 0, remarks
    found: dict[str, Any] = json.loads(shown)
    del found["ingot"]
    for build in found["builds"]:
        del build["runs"]
    return found, remarks


def warnings(case: Path) -> str:
    return (case / "warnings.txt").read_text() if (case / "warnings.txt").exists() else ""


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_of_a_good_playbook(name: str) -> None:
    case = CASES / name
    assert plan(case) == (json.loads((case / "plan.json").read_text()), warnings(case))


@pytest.mark.parametrize("name", NAMES)
def test_a_good_playbook_is_valid(name: str) -> None:
    words = ["validate", *(each for each in command(CASES / name)[1:] if each != "--no-data")]  # it never looks it up
    called = "standard input" if words[1] == "-" else words[1]
    assert run(CASES / name, words) == (0, f"{called} is valid\n", warnings(CASES / name))


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_fits_the_published_schema(name: str) -> None:
    case = CASES / name
    _, shown, _ = run(case, [*command(case), "--json"])
    Draft202012Validator(published("plan")).validate(json.loads(shown))


@pytest.mark.parametrize("name", NAMES)
def test_people_see_every_build_of_a_plan(name: str) -> None:
    case = CASES / name
    status, shown, _ = run(case, [*command(case), "--all"])
    assert status == 0
    for build in json.loads((case / "plan.json").read_text())["builds"]:
        assert f" {build['name']}  {build['builder']}  {build['reason']}" in shown


def write() -> None:
    for name in NAMES:
        case = CASES / name
        found, remarks = plan(case)
        (case / "plan.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        (case / "warnings.txt").unlink(missing_ok=True)
        if remarks:
            (case / "warnings.txt").write_text(remarks, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python tests/test_valid.py --write")
    write()
