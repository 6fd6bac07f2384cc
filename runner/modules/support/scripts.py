"""Scripts that are brought to the machine and run there, as Packer's provisioners do."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runner.sdk import Answer, Do, Evaluate, Failed, Lost, Put, Verb, Wait, Waited

_FIELD = re.compile(r"\{\{-?\s*\.(\w+)\s*-?\}\}")
_IDENTITY = "[inventory_hostname, build.type, build.PackerHTTPAddr | default('')]"
_PAUSE = 2.0
"""How long to wait, in seconds, before a machine that is not there is tried again."""
_RUN = """
cmd=$1 keep=$2
shift 2
/bin/sh -c "$cmd"
status=$?
[ -n "$keep" ] || rm -f -- "$@"
exit $status
"""


def variables(env: Mapping[str, str] | None, pairs: Sequence[str] | None) -> Generator[Verb, Any, dict[str, str]]:
    """Return the variables of a script: those by which it knows its build, as in Packer, and its own.

    Raises ``Failed`` when one of ``pairs`` is not of the form ``NAME=value``.
    """
    known = yield Evaluate(_IDENTITY, undefined="")
    host, builder, address = known or ("", "", "")
    found = {"PACKER_BUILD_NAME": host, "PACKER_BUILDER_TYPE": builder}
    if address:
        ip, _, port = address.rpartition(":")
        found |= {"PACKER_HTTP_ADDR": address, "PACKER_HTTP_IP": ip, "PACKER_HTTP_PORT": port}
    return found | own_variables(env, pairs)


def own_variables(env: Mapping[str, str] | None, pairs: Sequence[str] | None) -> dict[str, str]:
    """Return the variables that the options ``env`` and ``environment_vars`` give a script. Raises ``Failed``."""
    found: dict[str, str] = {}
    for each in pairs or ():
        name, equals, value = each.partition("=")
        if not equals:
            raise Failed(f"environment_vars: {each!r} is not of the form NAME=value")
        found[name.strip()] = value
    return found | dict(env or {})


def shebanged(lines: Sequence[str], interpreter: str) -> bytes:
    """Return commands as a script, which names its interpreter if the first line does not."""
    first = () if lines and lines[0].startswith("#!") else (f"#!{interpreter}",)
    return "\n".join((*first, *lines, "")).encode()


@dataclass(frozen=True, slots=True)
class Way:
    """How scripts are run on the machine; the fields are Packer's options."""

    remote_folder: str
    remote_file: str | None
    remote_path: str | None
    execute_command: str | None
    env_var_format: str | None
    use_env_var_file: bool
    skip_clean: bool
    variables: Mapping[str, str]
    patience: float = 0.0
    """How long the machine may be away when a script is to be started, in seconds."""
    disconnected: Answer | None = None
    """How a script has ended that took the connection with it; nothing when that is a failure."""

    def run(
        self, content: bytes, *, chdir: str | None = None, stdin: str | None = None
    ) -> Generator[Verb, Any, Answer]:
        """Bring a script to the machine, run it and remove it. Raises ``Failed``."""
        digest = hashlib.sha256(content).hexdigest()[:12]
        path = self.remote_path or posixpath.join(self.remote_folder, self.remote_file or f"script_{digest}.sh")
        made = [path]
        fields = {"Path": path, "Vars": self._assigned(self.env_var_format or "%s='%s' ")}
        if self.use_env_var_file:
            fields["EnvVarFile"] = posixpath.join(self.remote_folder, f"varfile_{digest}")
            made.append(fields["EnvVarFile"])
            text = self._assigned(self.env_var_format or "export %s='%s'\n")
            yield from _tried(Put(fields["EnvVarFile"], text.encode(), 0o600), self.patience)
        command = _filled(self._command, fields)
        yield from _tried(Put(path, content, 0o755), self.patience)
        keep = "keep" if self.skip_clean else ""
        try:
            answer: Answer = yield Do(("/bin/sh", "-c", _RUN, "sh", command, keep, *made), stdin, chdir=chdir)
        except Lost:
            if self.disconnected is None:
                raise
            if not self.skip_clean:
                yield from _tried(Do(("rm", "-f", "--", *made), shown=False), self.patience)
            return self.disconnected
        return answer

    @property
    def _command(self) -> str:
        if self.execute_command is not None:
            return self.execute_command
        if self.use_env_var_file:
            return "chmod +x {{.Path}}; . {{.EnvVarFile}} && {{.Path}}"
        return "chmod +x {{.Path}}; {{.Vars}} {{.Path}}"

    def _assigned(self, form: str) -> str:
        """Return the variables as ``form`` writes them, in the order of their names."""
        before, _, rest = form.partition("%s")
        between, _, after = rest.partition("%s")
        quoted = {name: value.replace("'", "'\"'\"'") for name, value in sorted(self.variables.items())}
        return "".join(f"{before}{name}{between}{value}{after}" for name, value in quoted.items())


def _tried(verb: Verb, patience: float) -> Generator[Verb, Any, Answer | None]:
    """Have something done; try again while the machine is away. Raises ``Lost`` when it is away for too long."""
    since: datetime | None = None
    while True:
        try:
            answer: Answer | None = yield verb
        except Lost:
            waited: Waited = yield Wait(_PAUSE)
            since = since or waited.start
            if (waited.end - since).total_seconds() >= patience:
                raise
        else:
            return answer


def _filled(command: str, fields: Mapping[str, str]) -> str:
    for match in _FIELD.finditer(command):
        if match[1] not in fields:
            known = ", ".join(f"{{{{.{name}}}}}" for name in fields)
            raise Failed(f"execute_command: {match[0]} is not known here", f"these are: {known}")
    return _FIELD.sub(lambda match: fields[match[1]], command)
