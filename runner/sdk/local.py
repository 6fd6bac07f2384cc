"""What ``shell_local`` runs: shared by the module and the post-processor of that name."""

from __future__ import annotations

import platform
import re
import shlex
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Self

from runner.frozen import frozen
from runner.sdk.build import Failed
from runner.sdk.work import Local

_SHORTHAND = re.compile(r"\{\{\s*\.(Script|Vars)\s*\}\}")
_SCRIPT = "{{.Script}}"


@frozen
class LocalScripts:
    """A command line, commands or scripts for this computer. The fields are options of the same names."""

    command: str | None
    inline: Sequence[str] | None
    script: str | None
    scripts: Sequence[str] | None
    inline_shebang: str
    env: dict[str, str] | None
    environment_vars: Sequence[str] | None
    env_var_format: str | None
    execute_command: Sequence[str] | None
    valid_exit_codes: Sequence[int]
    only_on: Sequence[str] | None
    tempfile_extension: str | None

    @classmethod
    def of(cls, options: Any) -> Self:
        """Take the fields from an options record that has them all."""
        return cls(**{field.name: getattr(options, field.name) for field in fields(cls)})

    @property
    def run_here(self) -> bool:
        """Whether ``only_on`` names the system of this computer, or no system."""
        return not self.only_on or platform.system().lower() in self.only_on

    @property
    def names(self) -> Sequence[str]:
        """The scripts that are named."""
        return [self.script] if self.script is not None else self.scripts or []

    def inline_call(self, chdir: str | None = None) -> Local | None:
        """Return what runs ``inline`` or ``command`` as one script; nothing when scripts are named instead."""
        lines = [self.command] if self.command is not None else self.inline
        if lines is None:
            return None
        return self._call(_SCRIPT, "\n".join((f"#!{self.inline_shebang}", *lines, "")), chdir)

    def script_call(self, path: str, chdir: str | None = None) -> Local:
        """Return what runs the script at ``path``."""
        return self._call(path, None, chdir)

    def complaint(self, status: int) -> str | None:
        """Return why an exit status does not mean success; nothing when it does."""
        if status in self.valid_exit_codes:
            return None
        wanted = ", ".join(map(str, self.valid_exit_codes))
        return f"the script ended with exit status {status}; {wanted} means success"

    def _call(self, script: str, text: str | None, chdir: str | None) -> Local:
        if self.execute_command:
            words = (_SHORTHAND.sub(lambda match: f"{{{{.{match[1]}}}}}", word) for word in self.execute_command)
            argv = tuple(word.replace(_SCRIPT, script) for word in words)
        else:
            # The script takes the shell's place, so that it is the one that is told to end.
            argv = ("/bin/sh", "-c", f"exec {script if text is not None else shlex.quote(script)}")
        extension, variable = self.tempfile_extension or "", self.env_var_format or "%s='%s' "
        return Local(argv, self._environment(), chdir, text, extension, variable)

    def _environment(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for each in self.environment_vars or ():
            name, equals, value = each.partition("=")
            if not equals:
                raise Failed(f"environment_vars: {each!r} is not of the form NAME=value")
            found[name.strip()] = value
        return found | (self.env or {})
