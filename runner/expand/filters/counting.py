"""Filters that count, add up and sort."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import as_text, kind, listed


def counter(value: Any) -> dict[Any, int]:
    """Return how often each value occurs in a list, or each character in a text."""
    from collections import Counter

    if isinstance(value, Mapping):
        raise FilterError("a list or a text is wanted, not a mapping")
    try:
        return dict(Counter(listed(value, "a list or a text")))
    except TypeError:
        raise FilterError("only numbers and texts can be counted, not lists and mappings") from None


def accumulate(value: Any) -> list[Any]:
    """Return the sums of a list up to each item: ``[1, 2, 3]`` becomes ``[1, 3, 6]``."""
    from itertools import accumulate as sums

    if not isinstance(value, Iterable) or isinstance(value, Mapping):
        raise FilterError(f"a list is wanted, not {kind(value)}")
    return list(sums(value))


def version_sort(value: Any, reverse: Any = False) -> list[Any]:  # noqa: FBT002 - given by position
    """Return versions in their order: 2.9 stands before 2.10."""
    from runner.expand.jinja_tests.versions import loose

    return sorted(listed(value), key=lambda version: loose(as_text(version)), reverse=bool(reverse))
