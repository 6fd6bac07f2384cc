"""Filters that put the items of lists together."""

from __future__ import annotations

import itertools
from typing import Any

from runner.expand.filters.kinds import integer, listed


def zip_(value: Any, *others: Any, strict: Any = False) -> list[tuple[Any, ...]]:
    """Put the items of lists together, first with first; the shortest list says when to stop.

    With ``strict``, lists of different lengths are an error.
    """
    return list(zip(listed(value), *map(listed, others), strict=bool(strict)))


def zip_longest(value: Any, *others: Any, fillvalue: Any = None) -> list[tuple[Any, ...]]:
    """Put the items of lists together; ``fillvalue`` stands in where a list is too short."""
    return list(itertools.zip_longest(listed(value), *map(listed, others), fillvalue=fillvalue))


def product(value: Any, *others: Any, repeat: Any = 1) -> list[tuple[Any, ...]]:
    """Return every way to take one item of each list."""
    return list(itertools.product(listed(value), *map(listed, others), repeat=integer(repeat, "repeat")))


def permutations(value: Any, r: Any = None) -> list[tuple[Any, ...]]:
    """Return every order of ``r`` items of a list; of all items without it."""
    return list(itertools.permutations(listed(value), None if r is None else integer(r)))


def combinations(value: Any, r: Any) -> list[tuple[Any, ...]]:
    """Return every choice of ``r`` items of a list."""
    return list(itertools.combinations(listed(value), integer(r)))
