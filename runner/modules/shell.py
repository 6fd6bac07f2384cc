"""The ``shell`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Annotated, Any

from runner.modules.shared import RemoteScripts
from runner.modules.support.commands import (
    cannot_start,
    ended,
    expanded,
    left_alone,
    needless,
    never_started,
    typed,
)
from runner.modules.support.scripts import Way, own_variables, shebanged, variables
from runner.sdk import (
    Answer,
    Deprecated,
    Do,
    ExactlyOne,
    Failed,
    Find,
    Lost,
    Module,
    Outcome,
    Read,
    Requires,
    Verb,
    Wait,
    Work,
    options,
)
from runner.sdk.durations import seconds_of
from runner.sdk.results import command_values

_OF_SCRIPTS = (
    "binary", "env_var_format", "execute_command", "inline_shebang", "remote_file", "remote_folder", "remote_path",
    "skip_clean", "start_retry_timeout", "use_env_var_file",
)


@options(ExactlyOne("cmd", "inline", "script", "scripts"), Requires("executable", "cmd"))
class Options(RemoteScripts):
    """What ``shell`` accepts."""

    cmd: str | None = None
    """Command line, which may be of several lines."""
    chdir: str | None = None
    """Directory in which the command line or script runs."""
    creates: str | None = None
    """Do nothing if this file, or one that matches this pattern, is there."""
    removes: str | None = None
    """Do nothing unless this file, or one that matches this pattern, is there."""
    executable: str | None = None
    """Shell that runs the command line, by its full path, instead of /bin/sh."""
    stdin: str | None = None
    """Text for standard input."""
    stdin_add_newline: bool = True
    """End that text with a new line."""
    warn: Annotated[bool | None, Deprecated("leave it out")] = None
    """Switch of warnings in old roles; there are no such warnings."""
    inline_shebang: str = "/bin/sh -e"
    """Interpreter of inline commands that do not begin with a #! line of their own."""
    remote_folder: str = "/tmp"  # noqa: S108 - a directory of the machine, not of this computer
    """Directory on the machine that scripts are put into."""
    remote_file: str | None = None
    """Name of the script in that directory, instead of a random one."""
    use_env_var_file: bool = False
    """Bring the variables over as a file that is read before the script, not on the command line."""
    expect_disconnect: bool = False
    """Go on if the connection breaks while the script or command runs, as when it restarts the machine: that counts as
    success, and the next task waits until the machine answers again. The script is removed then, too, unless
    `skip_clean` says otherwise."""


class Shell(Module[Options]):
    """Run a command line, commands or scripts with a shell on the machine.

    The options are both Ansible's (``cmd``) and Packer's (``inline``, ``script``, ``scripts``).
    """

    name = "shell"
    free_form = "cmd"
    foresees = False

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return what cannot be done: Packer's way with Ansible's form."""
        found = [name for name in _OF_SCRIPTS if name in options] if "cmd" in options else []
        return f"{found[0]} with cmd, which is no script; write inline instead of cmd" if found else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Run the command line or the scripts, unless ``creates`` or ``removes`` says that there is no need."""
        del facts
        wanted = self.options
        command = wanted.cmd or wanted.inline or wanted.scripts or [wanted.script or ""]
        why = yield from needless(wanted.creates, wanted.removes, wanted.chdir)
        if why is not None:
            return left_alone(command, why)
        chdir = (yield from expanded([wanted.chdir]))[0] if wanted.chdir else None
        outcome = yield from (self._line(chdir) if wanted.cmd is not None else self._scripts(chdir))
        pause = seconds_of(wanted.pause_after)
        if pause and outcome.failed is None:
            yield Wait(pause)
        return outcome

    def _line(self, chdir: str | None) -> Work:
        wanted = self.options
        command, shell = wanted.cmd or "", wanted.executable or "/bin/sh"
        environment = own_variables(wanted.env, wanted.environment_vars)
        try:
            answer = yield Do((shell, "-c", command), self._typed(), environment, chdir)
        except Lost:
            if self._disconnected is None:
                raise
            answer = self._disconnected
        if wanted.executable is not None and (yield from cannot_start(shell, answer)):
            return never_started(command, shell, answer)
        return ended(command_values(command, [answer]), answer.status, wanted.valid_exit_codes)

    def _scripts(self, chdir: str | None) -> Work:
        """Run the scripts one after the other; stop at the first that does not end well."""
        wanted = self.options
        way = Way(
            wanted.remote_folder, wanted.remote_file, wanted.remote_path, wanted.execute_command,
            wanted.env_var_format, wanted.use_env_var_file, wanted.skip_clean,
            (yield from variables(wanted.env, wanted.environment_vars)),
            seconds_of(wanted.start_retry_timeout), self._disconnected,
        )
        if wanted.inline is not None:
            content = shebanged(wanted.inline, wanted.inline_shebang)
            answer = yield from way.run(content, chdir=chdir, stdin=self._typed())
            return ended(command_values(wanted.inline, [answer]), answer.status, wanted.valid_exit_codes)
        names = wanted.scripts or [wanted.script or ""]
        contents: list[bytes] = []
        for name in names:  # a name that is wrong is told before the first one runs
            contents += [(yield from self._content(name))]
        answers: list[Answer] = []
        for content in contents:
            answers.append((yield from way.run(content, chdir=chdir, stdin=self._typed())))
            if answers[-1].status not in wanted.valid_exit_codes:
                break
        outcome = ended(command_values(names, answers), answers[-1].status, wanted.valid_exit_codes)
        return outcome if outcome.failed is None else _blamed(outcome, names[len(answers) - 1])

    def _content(self, name: str) -> Generator[Verb, Any, bytes]:
        path = yield Find(name)
        if path is None:
            raise Failed(f"there is no script {name!r}", "paths are relative to the playbook's directory")
        content: bytes = yield Read(path, decrypt=False)
        return content if self.options.binary else content.replace(b"\r\n", b"\n")

    @property
    def _disconnected(self) -> Answer | None:
        wanted = self.options
        return Answer(next(iter(wanted.valid_exit_codes), 0)) if wanted.expect_disconnect else None

    def _typed(self) -> str | None:
        return typed(self.options.stdin, newline=self.options.stdin_add_newline)


def _blamed(outcome: Outcome, script: str) -> Outcome:
    return replace(outcome, failed=f"{script}: {outcome.failed}")
