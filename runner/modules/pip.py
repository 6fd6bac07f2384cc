"""The ``pip`` module."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any, Literal

from runner.modules.shared import Texts
from runner.sdk import Answer, Ask, AtLeastOne, AtMostOne, Do, Failed, Module, Outcome, Requires, Work, options

_LOOK = """
if [ -n "$2" ]; then
  for each in "$2/bin/pip3" "$2/bin/pip"; do [ -x "$each" ] && found=$each && break; done
elif [ -n "$1" ]; then
  found=$(command -v "$1")
else
  found=$(command -v pip3 || command -v pip)
  if [ -z "$found" ] && python3 -m pip --version >/dev/null 2>&1; then found="python3 -m pip"; fi
fi
[ -n "$found" ] || exit 44
echo "$found"
$found freeze --all 2>/dev/null | sed -n '/==/p; s/ @ .*/==/p'
exit 0
"""
_MAKE = """
if command -v virtualenv >/dev/null; then exec "$@"; fi
shift
exec python3 -m venv "$@"
"""
"""Makes an environment by Python's own means where there is no program called virtualenv."""
_NO_PROGRAM = 44
_DID = re.compile("Successfully (?:installed|uninstalled)")


@options(
    AtLeastOne("name", "requirements"),
    AtMostOne("name", "requirements"),
    AtMostOne("executable", "virtualenv"),
    Requires("version", "name"),
)
class Options:
    """What ``pip`` accepts."""

    name: Texts | None = None
    """Packages, each with its version if need be, as in django>=4,<5."""
    requirements: str | None = None
    """File on the machine that lists packages."""
    version: str | None = None
    """Version of the one package that is named."""
    state: Literal["absent", "forcereinstall", "latest", "present"] = "present"
    """Whether they are to be there; latest updates, forcereinstall installs once more."""
    virtualenv: str | None = None
    """Directory of the virtual environment to install into; it is made if there is none."""
    virtualenv_command: str = "virtualenv"
    """Command that makes virtual environments."""
    virtualenv_python: str | None = None
    """Python of a new virtual environment."""
    virtualenv_site_packages: bool = False
    """Let a new virtual environment use the system's packages."""
    executable: str | None = None
    """The pip to use, such as pip3.12."""
    chdir: str | None = None
    """Directory in which pip runs."""
    editable: bool = False
    """Install a package so that its sources can be edited in place."""
    extra_args: str | None = None
    """More arguments for pip."""
    umask: str | None = None
    """Mask for the permissions of installed files."""
    break_system_packages: bool = False
    """Let pip change a Python that the system's package manager looks after."""


class Pip(Module[Options]):
    """Install and remove Python packages."""

    name = "pip"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what is installed, and have pip install or remove what is wanted. Raises ``Failed``."""
        del facts
        wanted = self.options
        looked: Answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", wanted.executable or "", wanted.virtualenv or ""))
        program, _, listed = looked.stdout.partition("\n")
        made = False
        steps: list[Answer] = []
        if wanted.virtualenv and looked.status == _NO_PROGRAM:
            steps.append((yield Do(self._environment(), chdir=wanted.chdir)))
            if steps[-1].status:
                return self._outcome(steps, program, changed=False)
            made, program, listed = True, f"{wanted.virtualenv.rstrip('/')}/bin/pip", ""
        elif looked.status == _NO_PROGRAM:
            raise Failed("Unable to find any of pip3, pip to use.  pip needs to be installed.",
                         "install the package python3-pip first")
        words = shlex.split(program)
        names = self._names()
        if not self._needed(names, listed) and not made:
            return self._outcome(steps, program, changed=False)
        if names or wanted.requirements:
            argv = (*words, *self._words(names))
            steps.append((yield Do(argv, chdir=wanted.chdir, environment={"LC_ALL": "C.UTF-8"})))
            if steps[-1].status == 0 and self._sees_itself():
                changed = _DID.search(steps[-1].stdout) is not None
                return self._outcome(steps, program, changed=changed or made)
        return self._outcome(steps, program, changed=True)

    def _names(self) -> list[str]:
        """Return the requirements: a name with a comma in its versions is one."""
        wanted = self.options
        found: list[str] = []
        for each in wanted.name or ():
            if found and re.match(r"\s*[<>=!~]", each):
                found[-1] += f",{each}"
            else:
                found.append(each.strip())
        return [f"{name}=={wanted.version}" for name in found] if wanted.version else found

    def _needed(self, names: list[str], listed: str) -> bool:
        """Return whether pip has anything to do, as far as the names say."""
        wanted = self.options
        if wanted.requirements or wanted.state in ("latest", "forcereinstall") or wanted.editable:
            return wanted.state != "absent" or wanted.requirements is not None
        there = {_plain(name): version for name, _, version in (line.partition("==") for line in listed.split())}
        found = [_is_there(name, there) for name in names]
        return any(found) if wanted.state == "absent" else not all(found)

    def _sees_itself(self) -> bool:
        """Return whether only what pip says tells if it has changed anything."""
        return self.options.requirements is not None or self.options.state == "latest" or self.options.editable

    def _words(self, names: list[str]) -> list[str]:
        """Return what pip is told."""
        wanted = self.options
        if wanted.state == "absent":
            return ["uninstall", "-y", *self._extra(), *(["-r", wanted.requirements] if wanted.requirements else names)]
        words = ["install"]
        words += ["-U"] if wanted.state == "latest" else []
        words += ["-U", "--force-reinstall"] if wanted.state == "forcereinstall" else []
        words += ["-e"] if wanted.editable else []
        words += self._extra()
        return [*words, *(["-r", wanted.requirements] if wanted.requirements else names)]

    def _extra(self) -> list[str]:
        wanted = self.options
        words = ["--break-system-packages"] if wanted.break_system_packages else []
        return [*words, *shlex.split(wanted.extra_args or "")]

    def _environment(self) -> tuple[str, ...]:
        """Return the call that makes the virtual environment."""
        wanted = self.options
        command = shlex.split(wanted.virtualenv_command)
        words = ["--system-site-packages"] if wanted.virtualenv_site_packages else []
        if wanted.virtualenv_python and "venv" not in command:
            words += [f"-p{wanted.virtualenv_python}"]
        script = _MAKE if command == ["virtualenv"] else '"$@"'
        if wanted.umask:
            script = f"umask {shlex.quote(wanted.umask)}; {script}"
        return ("/bin/sh", "-c", script, "sh", *command, *words, wanted.virtualenv or "")

    def _outcome(self, steps: list[Answer], program: str, *, changed: bool) -> Outcome:
        wanted = self.options
        values: dict[str, Any] = {
            "name": wanted.name, "version": wanted.version, "state": wanted.state, "requirements": wanted.requirements,
            "virtualenv": wanted.virtualenv, "cmd": shlex.split(program),
        }
        for stream in ("stdout", "stderr"):
            text = "".join(getattr(each, stream) for each in steps)
            values |= {stream: text, f"{stream}_lines": text.splitlines()}
        if steps and steps[-1].status:
            lines = steps[-1].stderr.strip().splitlines()
            why = next((line for line in lines if line.startswith(("error:", "ERROR:"))), lines[-1] if lines else "")
            return Outcome({**values, "rc": steps[-1].status}, changed=False, failed=f"pip failed: {why}")
        return Outcome(values, changed=changed)


def _plain(name: str) -> str:
    """Return a name as packages are compared by (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_there(requirement: str, there: Mapping[str, str]) -> bool:
    """Return whether something that is installed is what is asked for (PEP 508); of a URL or a file nobody knows."""
    match = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*])?\s*([<>=!~].*)?$", requirement.partition(";")[0])
    if match is None or _plain(match[1]) not in there:
        return False
    if not match[2]:
        return True
    from runner.modules.support.versions import holds

    return holds(there[_plain(match[1])], match[2])
