"""The ``shell_local`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.modules.shared import Scripts
from runner.sdk import Answer, ExactlyOne, Find, Module, Outcome, Work, options
from runner.sdk.local import LocalScripts
from runner.sdk.results import command_values


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
    foresees = False

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Run the commands; stop at the first script that does not end well."""
        del facts
        scripts, chdir = LocalScripts.of(self.options), self.options.chdir
        if not scripts.run_here:
            return Outcome(changed=False, skipped=f"only on {', '.join(scripts.only_on or ())}")
        inline = scripts.inline_call(chdir)
        if inline is not None:
            answer = yield inline
            shown = self.options.command or self.options.inline or []
            return Outcome(command_values(shown, [answer]), failed=scripts.complaint(answer.status))
        answers: list[Answer] = []
        for name in scripts.names:
            path = yield Find(name)
            if path is None:
                return Outcome(command_values(scripts.names, answers), failed=f"there is no script {name!r}")
            answers.append((yield scripts.script_call(path, chdir)))
            complaint = scripts.complaint(answers[-1].status)
            if complaint:
                return Outcome(command_values(scripts.names, answers), failed=f"{name}: {complaint}")
        return Outcome(command_values(scripts.names, answers))
