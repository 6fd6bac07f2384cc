"""The ``command`` module."""

from __future__ import annotations

from typing import Annotated

from runner.sdk import Deprecated, ExactlyOne, Module, options


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
