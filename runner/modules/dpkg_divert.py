"""The ``dpkg_divert`` module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from runner.modules.support.attributes import done
from runner.sdk import Ask, Do, Failed, Module, Outcome, Work, options

_DIVERSION = re.compile(
    r"^(?P<local>local )?diversion of (?P<path>.+?) to (?P<divert>\S+)(?: by (?P<holder>\S+))?$", re.MULTILINE
)


@options()
class Options:
    """What ``dpkg_divert`` accepts."""

    path: str
    """Which file."""
    state: Literal["absent", "present"] = "present"
    """Whether packages' versions of the file go elsewhere."""
    divert: str | None = None
    """Where they go."""
    holder: str | None = None
    """Package whose version is let through."""
    rename: bool = False
    """Move the present file too."""
    force: bool = False
    """Move it even over a file that is there."""


class DpkgDivert(Module[Options]):
    """Keep Debian packages from writing over a file."""

    name = "dpkg_divert"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See where the file is diverted to, and divert it or not. Raises ``Failed``."""
        del facts
        wanted = self.options
        listed = yield Ask(("dpkg-divert", "--list", wanted.path))
        if listed.status in (126, 127):
            raise Failed("the machine has no dpkg-divert", "dpkg_divert is for Debian and its kin")
        match = _DIVERSION.search(listed.stdout)
        now = (match["divert"], "local" if match["local"] else match["holder"]) if match else None
        target = wanted.divert or f"{wanted.path}.distrib"
        holder = wanted.holder or "LOCAL"
        holding = "local" if holder == "LOCAL" else holder
        if (wanted.state == "present" and now == (target, holding)) or (wanted.state == "absent" and now is None):
            return Outcome({"diversion": _told(wanted.path, now, wanted.state)}, changed=False)
        who = ("--local",) if holder == "LOCAL" else ("--package", holder)
        renames = ("--rename",) if wanted.rename else ("--no-rename",)
        steps: list[tuple[str, ...]] = []
        if now is not None:
            if wanted.state == "present" and not wanted.force:
                raise Failed(f"{wanted.path} is diverted to {now[0]} by {now[1]}", "force replaces that")
            steps.append(("dpkg-divert", *renames, "--remove", wanted.path))
        if wanted.state == "present":
            steps.append(("dpkg-divert", *who, "--divert", target, *renames, "--add", wanted.path))
        for argv in steps:
            yield from done(Do(argv), f"{wanted.path} cannot be diverted")
        return Outcome({"diversion": _told(wanted.path, (target, holding), wanted.state)}, changed=True)


def _told(path: str, diversion: tuple[str, str] | None, state: str) -> dict[str, Any]:
    """Return what results say of a diversion."""
    target, holder = diversion or (None, None)
    return {"path": path, "divert": target, "holder": holder, "state": state}
