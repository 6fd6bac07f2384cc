"""Tests for lists."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import kind, listed


def all_(value: Any) -> bool:
    """Tell whether every item of a list is true."""
    return all(listed(value))


def any_(value: Any) -> bool:
    """Tell whether an item of a list is true."""
    return any(listed(value))


def contains(value: Any, item: Any) -> bool:
    """Tell whether a list has an item, a mapping a key, a text a part."""
    if isinstance(value, Container):
        return item in value
    raise FilterError(f"a list, mapping or text is wanted, not {kind(value)}")


def subset(value: Any, other: Any) -> bool:
    """Tell whether all items of a list are in another."""
    whole = listed(other)
    return all(item in whole for item in listed(value))


def superset(value: Any, other: Any) -> bool:
    """Tell whether a list has all items of another."""
    return subset(other, value)


issubset = subset
issuperset = superset
