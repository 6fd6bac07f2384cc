"""The ``kernel_blacklist`` module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from runner.modules.shared import Edited
from runner.modules.support.editing import opened, saved
from runner.sdk import Module, Outcome, Work, options


@options()
class Options:
    """What ``kernel_blacklist`` accepts."""

    name: str
    """Which module."""
    state: Literal["absent", "present"] = "present"
    """Whether it is kept out."""
    blacklist_file: str = "/etc/modprobe.d/blacklist-ansible.conf"
    """File that says so."""


class KernelBlacklist(Module[Options]):
    """Keep modules of the kernel from being loaded."""

    name = "kernel_blacklist"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Have the line in the file, or not."""
        del facts
        wanted = self.options
        found, former = yield from opened(wanted.blacklist_file, Edited())
        lines = (former or b"").splitlines(keepends=True)
        own = re.compile(rb"^blacklist\s+" + re.escape(wanted.name.encode()) + rb"\s*$")
        there = [line for line in lines if own.match(line)]
        if wanted.state == "absent":
            kept = [line for line in lines if not own.match(line)]
        elif there:
            kept = lines
        else:
            if lines and not lines[-1].endswith(b"\n"):
                lines[-1] += b"\n"
            kept = [*lines, f"blacklist {wanted.name}\n".encode()]
        values = {"name": wanted.name, "state": wanted.state}
        if former is None and wanted.state == "absent":
            return Outcome(values, changed=False)
        changed, _, _ = yield from saved(found, former, b"".join(kept), Edited(), "")
        return Outcome(values, changed=changed)
