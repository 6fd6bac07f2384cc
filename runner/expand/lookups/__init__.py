"""Ansible's lookups, as plain Python.

A lookup is called with a list of terms, a ``context.LookupContext`` and its options, and returns a list. What
``lookup(...)`` and ``query(...)`` of an expression make of that list is in ``call``; a ``with_items`` loop takes it
as it is. A lookup raises ``filters.error.FilterError`` for what it cannot work with.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

_BUILTIN = {
    "commands": "lines pipe",
    "files": "file fileglob first_found template unvault",
    "lists": "dict indexed_items items list nested random_choice subelements together",
    "password": "password",
    "refused": "config inventory_hostnames",
    "sequence": "sequence",
    "tables": "csvfile ini",
    "url": "url",
    "variables": "env varnames vars",
}
"""Module of this package -> the lookups of ansible.builtin in it."""

_GENERAL = {"lists": "cartesian flattened"}
"""Module of this package -> the lookups of community.general in it."""

_WORLD = frozenset({"lines", "password", "pipe", "url"})

_TABLE = {
    name: (module, short)
    for collections, groups in (
        (("", "ansible.builtin.", "ansible.legacy."), _BUILTIN), (("", "community.general."), _GENERAL),
    )
    for module, names_ in groups.items()
    for short in names_.split()
    for name in (collection + short for collection in collections)
}  # fmt: skip


def names() -> frozenset[str]:
    """Return every name a lookup can be used by, fully qualified ones included."""
    return frozenset(_TABLE)


def find(name: str) -> Callable[..., Any] | None:
    """Return the lookup called ``name``, or None; only the module it is in is imported.

    It is called as ``lookup(terms, context=context, **options)``.
    """
    if name not in _TABLE:
        return None
    from runner.expand.filters.guard import guarded

    module, own = _TABLE[name]
    functions = vars(import_module(f"{__name__}.{module}"))
    return guarded(f"lookup {name}", functions.get(f"{own}_") or functions[own])


def reads_world(name: str) -> bool:
    """Tell whether a lookup runs a program, uses the network or writes a file, which planning must not do."""
    return name in _TABLE and _TABLE[name][1] in _WORLD
