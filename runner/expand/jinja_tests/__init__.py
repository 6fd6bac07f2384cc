"""Ansible's Jinja tests, what stands after ``is``, as plain Python.

A test takes the value and its arguments and returns a boolean; it raises ``filters.error.FilterError`` for what it
cannot judge. Behaviour is that of ansible-core 2.19 and later.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

_BUILTIN = {
    "collections_": "all any contains issubset issuperset subset superset",
    "paths": (
        "abs directory exists file is_abs is_dir is_file is_link is_mount is_same_file link link_exists mount"
        " same_file vaulted_file"
    ),
    "results": (
        "change changed failed failure finished reachable skip skipped started succeeded success successful timedout"
        " unreachable"
    ),
    "text": "match regex search uri url urn vault_encrypted",
    "values": "falsy isnan nan truthy",
    "versions": "version version_compare",
}
"""Module of this package -> the tests of ansible.builtin in it."""

_UTILS = {
    "network": (
        "in_any_network in_network in_one_network ip ip_address ipv4 ipv4_address ipv4_hostmask ipv4_netmask ipv6"
        " ipv6_address ipv6_ipv4_mapped ipv6_sixtofour loopback mac multicast private public reserved subnet_of"
        " supernet_of unspecified"
    ),
}
"""Module of this package -> the tests of ansible.utils in it."""

_JINJA = (
    "boolean callable defined divisibleby eq equalto escaped even false filter float ge greaterthan gt in integer "
    "iterable le lessthan lower lt mapping ne none number odd sameas sequence string test true undefined upper"
)
"""Tests that are Jinja's own; ansible.builtin lists them too, and they behave the same."""

_TABLE = {
    name: (module, short)
    for module, names_ in _BUILTIN.items()
    for short in names_.split()
    for name in (short, f"ansible.builtin.{short}", f"ansible.legacy.{short}")
} | {f"ansible.utils.{name}": (module, name) for module, names_ in _UTILS.items() for name in names_.split()}
_BY_JINJA = {f"ansible.builtin.{name}": name for name in _JINJA.split()}


def names() -> frozenset[str]:
    """Return every name a test can be used by, fully qualified ones included."""
    return frozenset(_TABLE) | frozenset(_BY_JINJA)


def find(name: str) -> Callable[..., Any] | None:
    """Return the test called ``name``, or None; only the module it is in is imported."""
    if name in _BY_JINJA:
        from jinja2.tests import TESTS

        jinjas: Any = TESTS[_BY_JINJA[name]]
        return cast(Callable[..., Any], jinjas)
    if name not in _TABLE:
        return None
    from runner.expand.filters.guard import guarded

    module, own = _TABLE[name]
    functions = vars(import_module(f"{__name__}.{module}"))
    return guarded(name, functions.get(f"{own}_") or functions[own])
