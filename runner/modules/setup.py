"""The ``setup`` module."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from fnmatch import fnmatch
from typing import Annotated, Any

from runner.modules.shared import Texts
from runner.sdk import Answer, Ask, Failed, Gather, Module, Outcome, Separated, Verb, Work, options
from runner.sdk.facts import PROBE, facts_of

_LIMITED = """
if command -v timeout >/dev/null; then exec timeout "$1" /bin/sh -c "$0" sh "$2"; fi
exec /bin/sh -c "$0" sh "$2"
"""
_USUAL_PATH = "/etc/ansible/facts.d"
_USUAL_TIME = 10
_KINDS = {
    "hardware": (
        "processor*", "mem*_mb", "memory_mb", "swap*_mb", "mounts", "bios_*", "board_*", "chassis_*", "product_*",
        "form_factor", "system_vendor", "uptime_seconds", "loadavg", "flags",
    ),
    "network": ("interfaces", "all_ipv?_addresses", "default_ipv?", "locally_reachable_ips"),
    "virtual": ("virtualization_*",),
}
"""Kinds of facts and the names of theirs; all others are of the kind ``min``."""


@options()
class Options:
    """What ``setup`` accepts."""

    gather_subset: Annotated[tuple[str, ...], Separated()] = ("all",)
    """Kinds of facts, such as network or !hardware."""
    filter: Texts | None = None
    """Patterns of names of facts; only these are kept."""
    gather_timeout: int = 10
    """How many seconds one kind of facts may take."""
    fact_path: str = "/etc/ansible/facts.d"
    """Directory on the machine with facts of its own."""


class Setup(Module[Options]):
    """Find out about the machine: its facts."""

    name = "setup"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Gather the facts; keep those that are wanted."""
        del facts
        wanted = self.options
        told = yield from self._gathered()
        kept = {name: value for name, value in told.items() if self._of_kind(name, told)}
        patterns = [each for each in wanted.filter or ["*"] if each]
        found = {
            name if name in ("gather_subset", "module_setup") else f"ansible_{name}": value
            for name, value in kept.items()
            if any(fnmatch(name, each) or fnmatch(f"ansible_{name}", each) for each in patterns)
        }
        return Outcome(facts=found | {"gather_subset": list(wanted.gather_subset), "module_setup": True}, changed=False)

    def _gathered(self) -> Generator[Verb, Any, Mapping[str, Any]]:
        wanted = self.options
        if wanted.fact_path == _USUAL_PATH and wanted.gather_timeout == _USUAL_TIME:
            found: Mapping[str, Any] = yield Gather(again=True)
            return found
        answer: Answer = yield Ask(("/bin/sh", "-c", _LIMITED, PROBE, str(wanted.gather_timeout), wanted.fact_path))
        if answer.status not in (0, 1):
            raise Failed(f"the facts were not gathered within {wanted.gather_timeout} seconds")
        return facts_of(answer.stdout)

    def _of_kind(self, name: str, told: Mapping[str, Any]) -> bool:
        """Return whether a fact is of a kind that is wanted."""
        kinds = self.options.gather_subset
        links = {re.sub(r"[-:]", "_", each) for each in told.get("interfaces", ())}
        own = next((kind for kind, names in _KINDS.items() if any(fnmatch(name, each) for each in names)), "min")
        own = "network" if name in links else own
        closer = {name, *(each for each in kinds if name.startswith(f"{each}_"))}
        refused = {each.removeprefix("!") for each in kinds if each.startswith("!")}
        named = {each for each in kinds if not each.startswith("!")}
        if refused & {own, *closer}:
            return bool(named & closer) and not refused & closer
        if own == "min" or named & {own, *closer}:
            return True
        return ("all" in named or not named) and "all" not in refused
