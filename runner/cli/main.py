"""The command ``ingot``: find the subcommand, run it, turn what goes wrong into an exit status.

Exit status: 0 done · 1 a build failed (4 when others succeeded) · 2 invalid input · 3 a check found changes ·
130 interrupted.
"""

from __future__ import annotations

import argparse
import errno
import gc
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from io import TextIOWrapper
from keyword import iskeyword
from pathlib import Path
from typing import Any

from runner import __version__

COMMANDS: Mapping[str, str] = {
    "new": "scaffold a project: playbook, role, CI file",
    "init": "install the roles that a playbook requires",
    "validate": "check a playbook: everything that needs no machine and no network",
    "fmt": "write YAML in its canonical form; comments stay",
    "inspect": "show variables, sources, plays and builds",
    "console": "try expressions",
    "plan": "show what would be built, and why",
    "build": "make the images",
    "import": "turn templates of Packer into playbooks",
    "export": "turn a playbook into a template of Packer",
    "images": "list and show what was built",
    "cache": "look at what builds remember, and make room",
    "gc": "remove what killed runs left",
    "doc": "show the manual page of a plugin or of a diagnostic",
    "vault": "encrypt and decrypt as ansible-vault does",
    "schema": "print or write the JSON Schemas",
    "version": "print the version",
    "completion": "print a completion script for a shell",
}
"""Every command and what it does; the module of the same name in this folder has its options and its work.

A name that is a word of Python has an underscore behind it.
"""
INVALID = 2
_GARBAGE = 200_000
"""How many objects may be made before cycles are looked for."""
INTERRUPTED = 130
_CALLS = 15_000
"""How deep functions may call each other: enough for files and values that use each other as deep as they may."""


class _Help(argparse.HelpFormatter):
    """Knows the width of a terminal without what argparse would load to ask for it."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    """Return the width of the terminal: what ``COLUMNS`` says, what it is, or 80."""
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said) > 0:
        return int(said)
    try:
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


class Parser(argparse.ArgumentParser):
    """Reports wrong usage as a diagnostic does: one line, a hint, exit status 2."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(formatter_class=_Help, **settings)

    def error(self, message: str, hint: str | None = None) -> None:  # type: ignore[override]  # argparse's never returns
        """Say what is wrong with the command line and leave."""
        print(f"{self.prog}: error[E700]: {message}", file=sys.stderr)  # noqa: T201 - the bus is not there yet
        hint = hint or f"see '{self.prog} --help'"
        print(f"  = hint: {hint}", file=sys.stderr)  # noqa: T201 - as above
        sys.exit(INVALID)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuse unknown words where the command's own options are at hand, so that the one meant can be told."""
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            from runner.diagnostics import did_you_mean

            hint = did_you_mean(rest[0].partition("=")[0], self._option_string_actions)
            self.error(f"unrecognized arguments: {' '.join(rest)}", hint)
        return found, rest


def make_parser(wanted: str | None = None, *, alone: bool = False) -> Parser:
    """Return the parser; with ``wanted``, only that command's options are filled in, which is quicker.

    When ``alone``, the other commands are left out: nobody can ask for them.
    """
    parser = Parser(prog="ingot", description="Build machine images from Ansible-style YAML playbooks.")
    parser.add_argument("--version", "-v", action="version", version=f"ingot {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    for name in [wanted] if wanted and alone else COMMANDS:
        summary = COMMANDS[name]
        sub = commands.add_parser(name, help=summary, description=f"{summary[:1].upper()}{summary[1:]}.")
        if wanted is None or name == wanted:
            _module(name).configure(sub)
    return parser


def _module(command: str) -> Any:
    return import_module(f"runner.cli.{command}{'_' if iskeyword(command) else ''}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status. Without ``argv`` the process is there for it alone."""
    if argv is not None:
        return _main(list(argv))
    _answer_interrupts(signal.default_int_handler, signal.SIG_DFL)
    _open_streams()
    try:
        return _main(sys.argv[1:])
    finally:
        _answer_interrupts(signal.default_int_handler, signal.SIG_DFL)


def _answer_interrupts(before: Any, after: Any) -> None:
    """Let Ctrl-C do something else, unless somebody else has decided about it.

    It ends the process at once while there is nothing to tidy up: Python would write a traceback.
    """
    if signal.getsignal(signal.SIGINT) is before:
        signal.signal(signal.SIGINT, after)


def _open_streams() -> None:
    """Let every standard stream be one: nothing is read from one that was closed, and what is written is not kept."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for the whole process
    if isinstance(sys.stdout, TextIOWrapper):  # what it has no character for is shown by its number
        sys.stdout.reconfigure(errors="backslashreplace")


def _main(words: Sequence[str]) -> int:
    sys.setrecursionlimit(_CALLS)
    gc.freeze()  # what is loaded stays for good, and
    gc.set_threshold(_GARBAGE)  # reading makes many records and few cycles: looking for them would take a third longer
    command = next((word for word in words if not word.startswith("-")), "")
    wanted = command if command in COMMANDS else None if "completion" in words else ""
    parser = make_parser(wanted, alone=words[:1] == [command])
    if command and command not in COMMANDS:
        from runner.diagnostics import did_you_mean

        parser.error(f"there is no command {command!r}", did_you_mean(command, COMMANDS))
    try:
        arguments = parser.parse_args(words)
        run = _module(arguments.command).run
        _answer_interrupts(signal.SIG_DFL, signal.default_int_handler)
        status: int = run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left unsaid must not fail at exit
        return 1
    except Exception as error:  # noqa: BLE001 - the last edge: nobody should see a traceback
        return _failed(error)
    return status


def _failed(error: Exception) -> int:
    """Report what a command raised: mistakes in the input as diagnostics, anything else in one line."""
    from runner.diagnostics import Invalid

    if isinstance(error, Invalid):
        from runner.cli.output import Output

        Output().diagnostics(error.diagnostics)
        return INVALID
    if isinstance(error, OSError) and error.strerror:
        nameless = "the working directory" if error.errno == errno.ENOENT else "standard output"
        sys.stderr.write(f"ingot: error[E001]: {error.filename or nameless}: {error.strerror}\n")
        return INVALID
    if os.environ.get("INGOT_TRACEBACK"):
        raise error
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "?"
    message = f"error[E900]: {type(error).__name__}: {error}\n  = note: at {place}\n"
    hint = "  = hint: this is a mistake in Ingot; INGOT_TRACEBACK=1 shows where it was made\n"
    sys.stderr.write(f"ingot: {message}{hint}")
    return INVALID
