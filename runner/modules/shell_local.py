"""The ``shell_local`` module."""

from __future__ import annotations

from runner.modules.shared import Scripts
from runner.sdk import ExactlyOne, Module, options


@options(ExactlyOne("command", "inline", "script", "scripts"))
class Options(Scripts):
    """What ``shell_local`` accepts."""

    command: str | None = None
    """Command line, which may be of several lines."""
    execute_command: list[str] | None = None
    """Program and arguments that start a script; {{.Script}} stands for the script and {{.Vars}} for its
    variables.
    """
    inline_shebang: str = "/bin/sh -e"
    """Interpreter of inline commands."""
    only_on: list[str] | None = None
    """Operating systems, such as linux or darwin; on other ones nothing runs."""
    tempfile_extension: str | None = None
    """Ending of the temporary script's name, such as .ps1."""
    use_linux_pathing: bool = False
    """On Windows, write paths as its Linux subsystem wants them."""
    chdir: str | None = None
    """Directory in which it runs, instead of the playbook's."""


class ShellLocal(Module[Options]):
    """Run a command line, commands or scripts with a shell on this computer."""

    name = "shell_local"
    aliases = ("shell-local",)
    free_form = "command"
    controller = True
