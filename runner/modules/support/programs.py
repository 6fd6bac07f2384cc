"""Programs of the machine that a module cannot do without."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from runner.sdk import Answer, Ask, Do, Failed, Verb

_NO_PROGRAM = (126, 127)
"""The statuses of a shell for programs that cannot be run."""
ENGLISH = {"LC_ALL": "C"}
"""The environment in which programs say what they say as it is looked for."""


def tried(verb: Ask | Do, package: str) -> Generator[Verb, Any, Answer]:
    """Run a program, however it ends. Raises ``Failed`` when it is not there: ``package`` is what has it."""
    answer: Answer = yield verb
    if answer.status in _NO_PROGRAM:
        name = verb.argv[0]
        raise Failed(f'Failed to find required executable "{name}"', f"install the package {package} first")
    return answer


def ran(verb: Ask | Do, package: str) -> Generator[Verb, Any, Answer]:
    """Run a program that has to end well. Raises ``Failed`` with what it says, or when it is not there."""
    answer = yield from tried(verb, package)
    if answer.status:
        said = answer.stderr.strip() or answer.stdout.strip()
        raise Failed(said or f"{verb.argv[0]} ended with status {answer.status}")
    return answer
