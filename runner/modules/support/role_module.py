"""Modules that roles bring along in ``library``: programs that are taken to the machine and run there.

The form of what they are given and of what they answer is that of Ansible's developer guide ("developing modules"): a
module in Python imports ``AnsibleModule``, one whose text has ``WANT_JSON`` gets a file of JSON, any other a file of
``name=value``; all write JSON.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Generator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from runner.modules.support.role_python import program
from runner.sdk import Answer, Ask, Do, Evaluate, Failed, Files, Look, Module, Outcome, Read, Verb, Work, options

_PYTHON = """
for each in "$1" python3 /usr/libexec/platform-python python; do
  [ -n "$each" ] && command -v "$each" && exit
done
exit 44
"""
_RUN = """
directory=$(umask 077; mktemp -d "${TMPDIR:-/tmp}/ingot.XXXXXX") || exit
trap 'rm -rf "$directory"' EXIT
trap 'exit 143' HUP INT TERM
cat >"$directory/module" && printf '%s' "$1" >"$directory/args" && chmod 700 "$directory/module" || exit
if [ -n "$2" ]; then "$2" "$directory/module" "$directory/args" </dev/null
else "$directory/module" "$directory/args" </dev/null
fi
"""
"""Runs the program in standard input with the arguments ``$1``, by the interpreter ``$2`` if that is not empty."""


@options(open_ended=True)
class Options:
    """What a role's own module accepts, only it knows."""

    extra: dict[str, Any]
    """Its options."""


class RoleModule(Module[Options]):
    """A module that a role brings along. It is skipped in check mode, for nobody can tell what it would do."""

    foresees = False
    path: ClassVar[Path]

    @staticmethod
    @cache
    def of(name: str, path: str) -> type[RoleModule]:
        """Return the class of the module in a file."""
        return type(name, (RoleModule,), {"name": name, "path": Path(path)})

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Take it to the machine, run it, and read what it answers. Raises ``Failed``."""
        del facts
        source: bytes = yield Read(str(self.path))
        text = source.decode("utf-8", "replace")
        first = text.partition("\n")[0]
        python = "python" in first if first.startswith("#!") else self.path.suffix == ".py"
        interpreter = (yield from self._interpreter()) if python else ""
        if python and "WANT_JSON" not in text and "ansible.module_utils" in text:
            answer = yield from self._in_python(text, interpreter)
        else:
            given = self.options.extra
            pairs = " ".join(f"{name}={shlex.quote(_plain(value))}" for name, value in given.items())
            arguments = json.dumps(given) if "WANT_JSON" in text or "\0" in text else pairs
            answer = yield Do(("/bin/sh", "-c", _RUN, "sh", arguments, interpreter), source, shown=False)
        return self._outcome(answer)

    def _in_python(self, text: str, interpreter: str) -> Generator[Verb, Any, Answer]:
        job = {"name": self.name, "source": text, "args": self.options.extra, "utils": (yield from self._utils())}
        answer: Answer = yield Do((interpreter, "-c", program()), json.dumps(job), shown=False)
        return answer

    def _interpreter(self) -> Generator[Verb, Any, str]:
        """Return which Python the machine has. Raises ``Failed`` when it has none."""
        wanted = yield Evaluate("ansible_python_interpreter", undefined="")
        wanted = "" if str(wanted).startswith("auto") else str(wanted)
        answer: Answer = yield Ask(("/bin/sh", "-c", _PYTHON, "sh", wanted))
        if answer.status:
            raise Failed(
                f"{self.name} is a module in Python, and the machine has no Python",
                "install it first, as with package: {name: python3}",
            )
        return answer.stdout.strip()

    def _utils(self) -> Generator[Verb, Any, dict[str, str]]:
        """Return the texts of the ``module_utils`` beside it, by name."""
        directory = self.path.parent.parent / "module_utils"
        if (yield Look(str(directory))) is None:
            return {}
        found = {}
        for each in (yield Files(str(directory))):
            if each.endswith(".py") and "/" not in each and each != "__init__.py":
                content: bytes = yield Read(str(directory / each))
                found[each.removesuffix(".py")] = content.decode("utf-8", "replace")
        return found

    def _outcome(self, answer: Answer) -> Outcome:
        """Read what the module answers: the last of its lines that is a mapping in JSON, or all of them together."""
        values = _said(answer.stdout)
        if values is None:
            said = {"rc": answer.status, "module_stdout": answer.stdout, "module_stderr": answer.stderr}
            reason = answer.stderr.strip().rpartition("\n")[2] or f"it ended with status {answer.status}"
            return Outcome(said, changed=False, failed=f"{self.name} answers with no JSON: {reason}")
        facts = values.pop("ansible_facts", None)
        values.pop("invocation", None)
        changed = bool(values.pop("changed", False))
        failed = values.pop("failed", False) or (values.get("rc") or 0) != 0
        skipped = values.pop("skipped", False)
        return Outcome(
            values, changed=changed, failed=str(values.get("msg") or f"{self.name} failed") if failed else None,
            skipped=str(values.get("msg") or "the module says so") if skipped and not failed else None,
            facts={str(name).removeprefix("ansible_"): value for name, value in facts.items()} if facts else {},
            variables=facts or {},
        )


class RoleAction(Module[Options]):
    """An action plugin that a role brings along: it is part of Ansible's own process, and cannot run without."""

    path: ClassVar[Path]

    @staticmethod
    @cache
    def of(name: str, path: str) -> type[RoleAction]:
        """Return the class of the action plugin in a file."""
        return type(name, (RoleAction,), {"name": name, "path": Path(path)})


def _said(text: str) -> dict[str, Any] | None:
    for each in (text, *reversed(text.splitlines())):
        if each.lstrip().startswith("{"):
            try:
                found = json.loads(each)
            except ValueError:
                continue
            if isinstance(found, dict):
                return found
    return None


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
