"""What tests of several rooms share: the command line, run in this process in a directory of its own."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest

from runner.cli.main import main


class Answer(NamedTuple):
    """What a command gave."""

    status: int
    stdout: str
    stderr: str


class Ingot:
    """Runs commands in ``directory``, with an environment that holds nothing of the tester's."""

    def __init__(self, directory: Path, state: Path) -> None:
        self.directory = directory
        self.environment = {
            "PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": "1700000000", "XDG_STATE_HOME": str(state),
        }

    def __call__(self, *words: str, stdin: str = "", **environment: str) -> Answer:
        """Return what ``ingot WORDS`` gives."""
        shown, remarks = io.StringIO(), io.StringIO()
        given = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
        replaced = patch.dict(os.environ, {**self.environment, **environment}, clear=True)
        piped = patch.object(sys, "stdin", given)
        with chdir(self.directory), redirect_stdout(shown), redirect_stderr(remarks), replaced, piped:
            try:
                status = main(words)
            except SystemExit as left:
                status = int(left.code or 0)
        return Answer(status, shown.getvalue(), remarks.getvalue())

    def write(self, files: Mapping[str, str]) -> None:
        """Write files; a text without a line end gets one."""
        for name, text in files.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")

    def plan(self, *words: str, **environment: str) -> dict[str, Any]:
        """Return the plan that ``ingot plan WORDS`` makes; ``playbook.yml`` when no word names another one."""
        playbook = () if words and not words[0].startswith("-") else ("playbook.yml",)
        answer = self("plan", *playbook, *words, "--json", **environment)
        assert answer.status == 0, answer.stderr
        found: dict[str, Any] = json.loads(answer.stdout)
        return found


@pytest.fixture
def ingot(tmp_path: Path) -> Ingot:
    directory = tmp_path / "project"
    directory.mkdir()
    return Ingot(directory, tmp_path / "state")
