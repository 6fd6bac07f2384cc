"""The ``modprobe`` module."""

from __future__ import annotations

import re
import shlex
from collections.abc import Generator, Mapping
from typing import Any, Literal

from runner.modules.shared import Edited
from runner.modules.support.editing import opened, saved
from runner.sdk import Ask, Do, Module, Outcome, Verb, Work, options

_LOOK = r"""
grep -q "^$1 " /proc/modules 2>/dev/null && echo loaded
release=$(uname -r)
grep -q "/$1[.]ko\|/$2[.]ko" "/lib/modules/$release/modules.builtin" 2>/dev/null && echo loaded
exit 0
"""
"""Tells whether the kernel has the module: loaded, or built in."""


@options()
class Options:
    """What ``modprobe`` accepts."""

    name: str
    """Which module."""
    state: Literal["absent", "present"] = "present"
    """Whether it is to be loaded."""
    params: str = ""
    """Parameters of the module."""
    persistent: Literal["disabled", "absent", "present"] = "disabled"
    """Whether it is also loaded when the machine starts; disabled leaves that as it is."""


class Modprobe(Module[Options]):
    """Load and unload modules of the kernel."""

    name = "modprobe"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See whether the module is loaded, and load or remove it; note it for the next start if wanted."""
        del facts
        wanted = self.options
        answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", wanted.name.replace("-", "_"), wanted.name))
        loaded = "loaded" in answer.stdout.split()
        values = {"name": wanted.name, "params": wanted.params, "state": wanted.state}
        changed = loaded != (wanted.state == "present")
        if changed:
            words = (wanted.name, *shlex.split(wanted.params)) if wanted.state == "present" else ("-r", wanted.name)
            told = yield Do(("modprobe", *words))
            if told.status:
                return Outcome(
                    {**values, "rc": told.status, "stdout": told.stdout, "stderr": told.stderr}, changed=False,
                    failed=told.stderr.strip() or f"modprobe ended with status {told.status}",
                )
        for path, line in self._noted():
            changed = (yield from self._note(path, line)) or changed
        return Outcome(values, changed=changed)

    def _noted(self) -> list[tuple[str, str]]:
        """Return the files that are to have a line, or none; each with the line."""
        wanted = self.options
        if wanted.persistent == "disabled":
            return []
        there = wanted.persistent == "present"
        parameters = f"options {wanted.name} {wanted.params}" if there and wanted.params else ""
        return [
            (f"/etc/modules-load.d/{wanted.name}.conf", wanted.name if there else ""),
            (f"/etc/modprobe.d/{wanted.name}.conf", parameters),
        ]

    def _note(self, path: str, line: str) -> Generator[Verb, Any, bool]:
        found, former = yield from opened(path, Edited())
        if former is None and not line:
            return False
        own = re.compile(rf"^\s*(options\s+)?{re.escape(self.options.name)}(\s.*)?$")
        lines = (former or b"").decode(errors="surrogateescape").splitlines()
        kept = [each for each in lines if not own.match(each) or each == line]
        if line and line not in kept:
            kept.append(line)
        content = "".join(f"{each}\n" for each in kept).encode(errors="surrogateescape")
        changed, _, _ = yield from saved(found, former, content, Edited(), "")
        return changed
