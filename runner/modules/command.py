"""The ``command`` module."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Annotated, Any

from runner.modules.support.commands import cannot_start, ended, expanded, left_alone, needless, never_started, typed
from runner.sdk import Deprecated, Do, ExactlyOne, Failed, Module, Work, options
from runner.sdk.results import command_values


@options(ExactlyOne("cmd", "argv"))
class Options:
    """What ``command`` accepts."""

    cmd: str | None = None
    """Program and its arguments in one text, with quotes around arguments that hold blanks."""
    argv: list[str] | None = None
    """Program and its arguments, one entry each, taken as they are."""
    chdir: str | None = None
    """Directory in which the program runs."""
    creates: str | None = None
    """Do nothing if this file, or one that matches this pattern, is there."""
    removes: str | None = None
    """Do nothing unless this file, or one that matches this pattern, is there."""
    stdin: str | None = None
    """Text for the program's standard input."""
    stdin_add_newline: bool = True
    """End that text with a new line."""
    strip_empty_ends: bool = True
    """Leave out empty lines at the end of what the program printed."""
    expand_argument_vars: bool = True
    """Replace $NAME in the arguments by the variable of the environment."""
    executable: Annotated[str | None, Deprecated("use the shell module, which takes a shell")] = None
    """Shell in old roles; a command runs without one."""
    warn: Annotated[bool | None, Deprecated("leave it out")] = None
    """Switch of warnings in old roles; there are no such warnings."""


class Command(Module[Options]):
    """Run a program on the machine, without a shell.

    Pipes, redirections and other things that a shell does are left to the ``shell`` module.
    """

    name = "command"
    free_form = "cmd"
    foresees = False

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Run the program, unless ``creates`` or ``removes`` says that there is no need."""
        del facts
        wanted = self.options
        argv = self._words()
        why = yield from needless(wanted.creates, wanted.removes, wanted.chdir)
        if why is not None:
            return left_alone(argv, why)
        given = argv  # what results tell: variables may hold what nobody is to see
        if wanted.expand_argument_vars:
            argv = yield from expanded(argv)
        chdir = (yield from expanded([wanted.chdir]))[0] if wanted.chdir else None
        answer = yield Do(tuple(argv), typed(wanted.stdin, newline=wanted.stdin_add_newline), chdir=chdir)
        if (yield from cannot_start(argv[0], answer)):
            return never_started(given, argv[0], answer)
        values = command_values(given, [answer], strip=wanted.strip_empty_ends)
        return ended(values, answer.status)

    def _words(self) -> list[str]:
        if self.options.argv is not None:
            words = self.options.argv
        else:
            try:
                words = shlex.split(self.options.cmd or "")
            except ValueError as error:
                raise Failed(f"cmd cannot be cut into words: {error}", "close the quotes, or use argv") from error
        if not words:
            raise Failed("there is no program to run")
        return words
