"""Scripts that are brought to the machine and run there, as Packer's provisioners do."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.sdk import Answer, Do, Evaluate, Failed, Put, Verb

_FIELD = re.compile(r"\{\{-?\s*\.(\w+)\s*-?\}\}")
_IDENTITY = "[inventory_hostname, build.type, build.PackerHTTPAddr | default('')]"
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
            yield Put(fields["EnvVarFile"], text.encode(), 0o600)
        yield Put(path, content, 0o755)
        command = _filled(self._command, fields)
        keep = "keep" if self.skip_clean else ""
        answer: Answer = yield Do(("/bin/sh", "-c", _RUN, "sh", command, keep, *made), stdin, chdir=chdir)
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


def _filled(command: str, fields: Mapping[str, str]) -> str:
    for match in _FIELD.finditer(command):
        if match[1] not in fields:
            known = ", ".join(f"{{{{.{name}}}}}" for name in fields)
            raise Failed(f"execute_command: {match[0]} is not known here", f"these are: {known}")
    return _FIELD.sub(lambda match: fields[match[1]], command)
