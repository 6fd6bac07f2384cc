"""Operations that are yet to be done to a machine, and whether one answers them as before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from runner.execution.remembering.fingerprints import Operation
from runner.execution.telling import Telling
from runner.sdk import Answer, Command, Communicator, Failed, Put, Upload

Again = Callable[[Communicator], Awaitable[Any]]
"""Does an operation over a line, with nobody told what it says."""
_SHORT = 200
"""Up to how many characters an answer of one line is taken for a value, of which every character counts."""
_WORD = 3
"""How long a word is, in characters, that is known again in other texts."""


class Step(NamedTuple):
    """An operation that was answered although it changes the machine: it is yet to be done if one is launched."""

    key: str
    after: str
    """The state in which the machine is then."""
    operation: Operation
    again: Again
    answer: Any
    strict: bool
    """Whether somebody may have used what the machine has said, and not only how it ended."""
    task: Telling | None


def differs(step: Step, answer: Any, later: Sequence[Step], *, lenient: bool) -> bool:
    """Return whether a machine answers otherwise than it is kept, in a way that counts.

    How a command has ended always does. What it has said does where it may have been used, unless one is ``lenient``:
    if it is a value, or if a word of it that is another one now stands in what was done ``later``.
    """
    kept = step.answer
    if not isinstance(kept, Answer) or not isinstance(answer, Answer):
        return isinstance(kept, Failed) is not isinstance(answer, Failed)
    if kept.status != answer.status:
        return True
    if lenient or not step.strict or (kept.stdout, kept.stderr) == (answer.stdout, answer.stderr):
        return False
    if _is_value(kept.stdout) or _is_value(answer.stdout):
        return kept.stdout != answer.stdout
    gone = {*kept.stdout.split(), *kept.stderr.split()} - {*answer.stdout.split(), *answer.stderr.split()}
    return any(word in text for each in later for text in _texts(each.operation) for word in gone
               if len(word) >= _WORD)


def _is_value(text: str) -> bool:
    line = text.strip()
    return bool(line) and "\n" not in line and len(line) <= _SHORT


def _texts(operation: Operation) -> tuple[str, ...]:
    """Return the texts in which an operation says what it does."""
    match operation:
        case Command():
            given = operation.stdin or ""
            read = given.decode(errors="replace") if isinstance(given, bytes) else given
            return (*operation.argv, *operation.environment.values(), read, operation.chdir or "")
        case Put():
            return (operation.path, operation.content.decode(errors="replace"))
        case Upload():
            return (operation.directory, *(each.path for each in operation.entries))
        case _:
            return ()
