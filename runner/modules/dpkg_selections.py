"""The ``dpkg_selections`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from runner.sdk import Ask, Do, Failed, Module, Outcome, Work, options


@options()
class Options:
    """What ``dpkg_selections`` accepts."""

    name: str
    """Which package."""
    selection: Literal["install", "hold", "deinstall", "purge"]
    """The mark."""


class DpkgSelections(Module[Options]):
    """Put Debian packages on hold, or mark them in another way."""

    name = "dpkg_selections"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask what dpkg has noted, and note something else if need be. Raises ``Failed``."""
        del facts
        wanted = self.options
        answer = yield Ask(("dpkg", "--get-selections", wanted.name))
        words = answer.stdout.split()
        before = words[1] if len(words) > 1 else "not present"
        values = {"before": before, "after": wanted.selection}
        if before == wanted.selection:
            return Outcome(values, changed=False)
        told = yield Do(("dpkg", "--set-selections"), stdin=f"{wanted.name} {wanted.selection}\n")
        if told.status:
            raise Failed(f"dpkg does not take the selection: {told.stderr.strip()}")
        if words:
            return Outcome(values, changed=True)
        again = yield Ask(("dpkg", "--get-selections", wanted.name))
        if not again.stdout.split():
            raise Failed(f"dpkg knows no package {wanted.name!r}", "install it first")
        return Outcome(values, changed=True)
