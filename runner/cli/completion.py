"""``ingot completion SHELL``: a completion script made from the options of all commands."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

from runner.cli.output import Output

_FILES = ("PLAYBOOK", "FILE", "PATH")
_DIRECTORIES = ("DIR",)


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="the shell to write for")


def run(arguments: Namespace) -> int:
    """Print the script."""
    import shtab

    from runner.cli.main import make_parser

    parser = make_parser()
    _complete_paths(parser, {**dict.fromkeys(_FILES, shtab.FILE), **dict.fromkeys(_DIRECTORIES, shtab.DIRECTORY)})
    Output().line(shtab.complete(parser, shell=arguments.shell))
    return 0


def _complete_paths(parser: ArgumentParser, kinds: Mapping[str, object]) -> None:
    """Say for each argument that is a path, in this command and in those below, how shells complete it."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to its arguments
        if isinstance(action.choices, dict):
            for each in action.choices.values():
                _complete_paths(each, kinds)
        elif action.metavar in kinds:
            action.complete = kinds[action.metavar]  # type: ignore[attr-defined, index]  # where shtab looks
