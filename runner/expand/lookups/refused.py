"""Lookups for what Ingot has not: they say so, and what to use instead."""

from __future__ import annotations

from typing import Any, NoReturn

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import one_of
from runner.expand.lookups.context import LookupContext


def config(
    terms: list[Any],
    *,
    context: LookupContext,
    on_missing: str = "error",
    plugin_name: Any = None,
    plugin_type: Any = None,
    show_origin: Any = None,
) -> list[Any]:
    """Return nothing for settings of ansible.cfg, which Ingot does not read, if ``on_missing`` is skip or warn."""
    del plugin_name, plugin_type, show_origin
    message = f"Ingot has no settings of ansible.cfg, so none called {', '.join(map(str, terms))}; use a variable"
    if one_of(on_missing, ("error", "warn", "skip"), "on_missing") == "error":
        raise FilterError(message)
    if on_missing == "warn":
        context.warn(message)
    return []


def inventory_hostnames(terms: list[Any], *, context: LookupContext) -> NoReturn:
    """Fail: a playbook of Ingot has builds, not an inventory of hosts."""
    del terms, context
    raise FilterError("Ingot has no inventory of hosts; list the names in a variable and loop over it")
