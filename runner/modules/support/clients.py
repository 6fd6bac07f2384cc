"""Client programs of database servers, which are told secrets by a file of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from runner.sdk import Answer, Ask, Do, Failed

Kind = Callable[..., Ask | Do]
"""What makes a command: ``Ask``, ``Do`` or ``unheard``."""
unheard: Kind = partial(Do, shown=False)
"""Makes a command that changes something, and whose output is no user's business: it has marks, and statements."""

_MARK = "#-- what follows is for the program --#"
_PROLOGUE = f"""
private=$(mktemp -d "${{TMPDIR:-/tmp}}/ingot.XXXXXX") || exit
trap 'rm -rf "$private"' EXIT
trap 'exit 143' HUP INT TERM
while IFS= read -r line && [ "$line" != '{_MARK}' ]; do printf '%s\\n' "$line"; done >"$private/settings"
program() {{
  for each; do command -v "$each" && return; done
  echo "none of these programs is there: $*" >&2
  exit {(_MISSING := 44)}
}}
"""
"""Puts the first lines of standard input into a file that only this user can read, and that goes with the script."""


def call(
    kind: Kind, script: str, *args: str, settings: str, stdin: str = "", chdir: str | None = None
) -> Ask | Do:
    """Return a command that runs a script beside ``$private/settings``, with ``stdin`` as its standard input.

    Arguments and environment of a command can be seen by others while somebody becomes another user: only what is no
    secret may be in ``args``. In the script, ``$(program A B)`` is the first of the programs that is there.
    """
    return kind(("/bin/sh", "-c", _PROLOGUE + script, "sh", *args), f"{settings}{_MARK}\n{stdin}", chdir=chdir)


def check_programs(answer: Answer, hint: str) -> None:
    """Raise ``Failed`` if a command ended because its program is not there."""
    if answer.status == _MISSING:
        raise Failed(answer.stderr.strip(), hint)


def setting(value: str) -> str:
    """Return a text as it can stand in a line of its own. Raises ``Failed``."""
    if "\n" in value or "\r" in value:
        raise Failed("what is needed to log in has a line end in it")
    return value
