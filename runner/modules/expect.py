"""The ``expect`` module."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.modules.support.commands import NON_ZERO, expanded, left_alone, needless
from runner.sdk import Answer, Ask, Do, Duration, Failed, Module, Outcome, Work, options
from runner.sdk.durations import seconds_of
from runner.sdk.results import command_values

_THERE = 'command -v python3 >/dev/null || exit 44; cd "${2:-.}" || exit 45; command -v -- "$1" >/dev/null || exit 46'
_NO_PYTHON, _NO_DIRECTORY = 44, 45
_WAYS_OUT = "install python3 first; a program that reads its answers from a pipe can have them as stdin of 'command'"


@options()
class Options:
    """What ``expect`` accepts."""

    command: str
    """Program and its arguments."""
    responses: dict[str, Any]
    """Answers by the regular expression that a question matches; a list is used up one by one."""
    timeout: Duration | None = "30"
    """How long to wait for a question; a bare number is seconds, nothing is no limit."""
    echo: bool = False
    """Show the answers."""
    chdir: str | None = None
    """Directory in which it runs."""
    creates: str | None = None
    """Do nothing if this file is there."""
    removes: str | None = None
    """Do nothing unless this file is there."""


class Expect(Module[Options]):
    """Run a program on the machine and answer its questions."""

    name = "expect"
    foresees = False

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Run the program in a terminal, by a script that answers on the machine. Raises ``Failed``."""
        del facts
        wanted = self.options
        try:
            argv = shlex.split(wanted.command)
        except ValueError as error:
            raise Failed(f"command cannot be cut into words: {error}", "close the quotes") from error
        if not argv:
            raise Failed("no command given")
        task = {
            "argv": argv, "echo": wanted.echo, "responses": self._responses(),
            "timeout": None if wanted.timeout is None else seconds_of(wanted.timeout),
        }
        why = yield from needless(wanted.creates, wanted.removes, wanted.chdir)
        if why is not None:
            return left_alone(wanted.command, why)
        chdir = (yield from expanded([wanted.chdir]))[0] if wanted.chdir else None
        looked: Answer = yield Ask(("/bin/sh", "-c", _THERE, "sh", argv[0], chdir or ""))
        if looked.status == _NO_PYTHON:
            raise Failed("the machine has no python3 to answer a program's questions with", _WAYS_OUT)
        if looked.status == _NO_DIRECTORY:
            raise Failed(f"{chdir} is no directory to run a program in")
        if looked.status:
            raise Failed(f"The command was not found or was not executable: {argv[0]}.")
        script = (Path(__file__).parent / "support/dialogue.py").read_text("utf-8")
        answer: Answer = yield Do(("python3", "-c", script), json.dumps(task), chdir=chdir)
        why = answer.stderr.strip()  # the program's own errors come through its terminal
        if why.startswith("Traceback"):
            raise Failed(f"the script that answers questions broke down: {why.splitlines()[-1]}")
        values = command_values(wanted.command, [answer])
        told = {name: value for name, value in values.items() if not name.startswith("stderr")}
        if why:
            return Outcome({**told, "rc": None}, changed=True, failed=why)
        return Outcome(told, changed=True, failed=NON_ZERO if answer.status else None)

    def _responses(self) -> list[tuple[str, Any]]:
        """Return the questions with their answers, as texts. Raises ``Failed``."""
        found: list[tuple[str, Any]] = []
        for pattern, said in self.options.responses.items():
            try:
                re.compile(pattern.encode(), re.DOTALL)
            except re.error as error:
                raise Failed(f"responses: {pattern!r} is no regular expression: {error}") from None
            found.append((pattern, [str(each) for each in said] if isinstance(said, list | tuple) else str(said)))
        return found
