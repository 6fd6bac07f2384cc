"""What the modules that run commands have in common: words to be expanded, ``creates`` and ``removes``, results."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import Any

from runner.sdk import Answer, Ask, Failed, Outcome, Verb
from runner.sdk.results import command_values

_NAMES = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})")
_HOME = re.compile(r"~[A-Za-z0-9_.-]*(?=/|$)")
_VALUES = """
for name; do
  case $name in
    "~"*) eval "printf 'x%s\\\\0' $name" ;;
    *) eval "printf '%s%s\\\\0' \\"\\${$name+x}\\" \\"\\${$name-}\\"" ;;
  esac
done
"""
"""Tells each variable's value with an ``x`` before it, or nothing; of ``~`` and ``~user``, the home directory."""
_THERE = """
cd "${1:-.}" || exit 3
IFS=
for each in $2; do [ -e "$each" ] || [ -L "$each" ] && exit 0; done
exit 1
"""
"""Ends with 0 when something matches the pattern, with 1 when nothing does, with 3 when there is no such directory."""
_NOT_STARTED = (126, 127)
"""The statuses of a shell for programs that cannot be run."""

_NAME = 'mktemp -u "${TMPDIR:-/tmp}/$1.XXXXXXXX"'
"""Chooses a name that nobody has. What is made of it is made by that name: done again, it is the same."""

NON_ZERO = "non-zero return code"


def expanded(words: Sequence[str]) -> Generator[Verb, Any, list[str]]:
    """Replace ``$NAME``, ``${NAME}`` and ``~`` at the beginning by what they are on the machine.

    As in Ansible, names that are not set stay as they are. Only a machine that is needed for it is asked.
    """
    wanted = {match[1] or match[2]: "" for word in words for match in _NAMES.finditer(word)}
    wanted |= {match[0]: "" for word in words if (match := _HOME.match(word))}
    if not wanted:
        return list(words)
    answer: Answer = yield Ask(("/bin/sh", "-c", _VALUES, "sh", *wanted))
    values = dict(zip(wanted, answer.stdout.split("\0"), strict=False))

    def value(name: str, written: str) -> str:
        found = values.get(name, "")
        return found[1:] if found else written

    homes = [_HOME.sub(lambda match: value(match[0], match[0]), word, count=1) for word in words]
    return [_NAMES.sub(lambda match: value(match[1] or match[2], match[0]), word) for word in homes]


def needless(creates: str | None, removes: str | None, chdir: str | None) -> Generator[Verb, Any, str | None]:
    """Return why there is nothing to do, as ``creates`` and ``removes`` say; nothing when there is."""
    for path, there, verb in ((creates, True, "exists"), (removes, False, "does not exist")):
        if path is None:
            continue
        where, pattern = yield from expanded([chdir or "", path])
        answer: Answer = yield Ask(("/bin/sh", "-c", _THERE, "sh", where, pattern))
        if answer.status in (0, 1) and (answer.status == 0) == there:
            return f"{path} {verb}"
    return None


def typed(stdin: str | None, *, newline: bool) -> str | None:
    """Return a text as standard input, with a line end if one is wanted."""
    return f"{stdin}\n" if stdin is not None and newline else stdin


def left_alone(command: str | Sequence[str], why: str) -> Outcome:
    """Return the outcome of a command that was not run because of ``creates`` or ``removes``."""
    values = command_values(command, [Answer(0, f"skipped, since {why}")])
    path, _, rest = why.partition(" ")
    return Outcome({**values, "msg": f"Did not run command since '{path}' {rest}"}, changed=False)


def cannot_start(program: str, answer: Answer) -> Generator[Verb, Any, bool]:
    """Return whether a command ended as it did because its program is not there or cannot be run."""
    if answer.status not in _NOT_STARTED:
        return False
    found: Answer = yield Ask(("/bin/sh", "-c", 'command -v -- "$1"', "sh", program))
    return found.status != 0


def never_started(command: str | Sequence[str], program: str, answer: Answer) -> Outcome:
    """Return the outcome of a command whose program is not there; its status is 2, as in Ansible."""
    values = command_values(command, [answer])
    return Outcome({**values, "rc": 2}, changed=False, failed=f"the program {program!r} is not there or cannot be run")


def ended(values: dict[str, Any], status: int, valid: Sequence[int] = (0,)) -> Outcome:
    """Return the outcome of a command by its exit status."""
    if status in valid:
        return Outcome(values)
    return Outcome(values, failed=NON_ZERO, shown=str(status))


def plain_values(answer: Answer) -> dict[str, Any]:
    """Return what ``register`` keeps of ``raw`` and ``script``: the output as it is, and no times."""
    return {
        "rc": answer.status,
        "stdout": answer.stdout, "stdout_lines": answer.stdout.splitlines(),
        "stderr": answer.stderr, "stderr_lines": answer.stderr.splitlines(),
    }


def unused(prefix: str) -> Generator[Verb, Any, str]:
    """Choose a path for something temporary. Raises ``Failed``."""
    answer: Answer = yield Ask(("/bin/sh", "-c", _NAME, "sh", prefix))
    if answer.status:
        raise Failed(f"there is no place for temporary files: {answer.stderr.strip()}")
    return answer.stdout.strip()
