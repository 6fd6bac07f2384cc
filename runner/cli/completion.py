"""``ingot completion SHELL``: a completion script made from the options of all commands."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from runner.cli.output import Output


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="the shell to write for")


def run(arguments: Namespace) -> int:
    """Print the script."""
    import shtab

    from runner.cli.main import make_parser

    Output().line(shtab.complete(make_parser(), shell=arguments.shell))
    return 0
