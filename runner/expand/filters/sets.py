"""Filters that treat lists as sets. Results keep the order in which values are first seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from jinja2 import pass_environment
from jinja2.filters import make_attrgetter

from runner.expand.filters.kinds import listed


class Seen:
    """Values met so far, also such as cannot be hashed."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self._hashed: set[Any] = set()
        self._others: list[Any] = []
        for value in values:
            self.add(value)

    def add(self, value: Any) -> bool:
        """Remember a value; tell whether it is new."""
        if value in self:
            return False
        try:
            self._hashed.add(value)
        except TypeError:
            self._others.append(value)
        return True

    def __contains__(self, value: object) -> bool:
        try:
            return value in self._hashed
        except TypeError:
            return value in self._others


@pass_environment
def unique(environment: Any, value: Any, case_sensitive: Any = None, attribute: Any = None) -> list[Any]:
    """Return a list without repetitions; the first of equal items stays.

    Case counts only when ``case_sensitive`` is true, or when an item is a list or mapping. With ``attribute``, items
    are told apart by that attribute.
    """
    items = listed(value)
    if case_sensitive is None and attribute is None and not all(_hashable(item) for item in items):
        case_sensitive = True
    key: Callable[[Any], Any] = make_attrgetter(
        environment, attribute, postprocess=None if case_sensitive else _lowered
    )
    seen = Seen()
    return [item for item in items if seen.add(key(item))]


def _lowered(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _distinct(items: Iterable[Any]) -> list[Any]:
    seen = Seen()
    return [item for item in items if seen.add(item)]


def union(value: Any, other: Any) -> list[Any]:
    """Return what is in either of two lists, once each."""
    return _distinct([*listed(value), *listed(other)])


def intersect(value: Any, other: Any) -> list[Any]:
    """Return what is in both of two lists, once each."""
    there = Seen(listed(other))
    return [item for item in _distinct(listed(value)) if item in there]


def difference(value: Any, other: Any) -> list[Any]:
    """Return what is in the first list and not in the second, once each."""
    there = Seen(listed(other))
    return [item for item in _distinct(listed(value)) if item not in there]


def symmetric_difference(value: Any, other: Any) -> list[Any]:
    """Return what is in exactly one of two lists, once each."""
    return [*difference(value, other), *difference(other, value)]


def _lists(value: Any, others: tuple[Any, ...], *, flatten: Any) -> list[list[Any]]:
    if flatten:
        return [listed(each) for argument in (value, *others) for each in _opened(listed(argument))]
    return [listed(each) for each in (value, *others)]


def _opened(items: list[Any]) -> list[Any]:
    """Return the lists in a list; a list of other things counts as one."""
    return items if items and all(isinstance(item, list | tuple) for item in items) else [items]


def lists_union(value: Any, *lists: Any, flatten: Any = False) -> list[Any]:
    """Return what is in any of several lists, once each; ``flatten``: the lists are given as lists of lists."""
    return _distinct(item for each in _lists(value, lists, flatten=flatten) for item in each)


def lists_intersect(value: Any, *lists: Any, flatten: Any = False) -> list[Any]:
    """Return what is in all of several lists, once each."""
    first, *rest = _lists(value, lists, flatten=flatten)
    result = _distinct(first)
    for each in rest:
        result = intersect(result, each)
    return result


def lists_difference(value: Any, *lists: Any, flatten: Any = False) -> list[Any]:
    """Return what is in the first of several lists and in no other, once each."""
    first, *rest = _lists(value, lists, flatten=flatten)
    result = _distinct(first)
    for each in rest:
        result = difference(result, each)
    return result


def lists_symmetric_difference(value: Any, *lists: Any, flatten: Any = False) -> list[Any]:
    """Return what is in exactly one of two lists; further lists are taken with the result so far."""
    first, *rest = _lists(value, lists, flatten=flatten)
    result = _distinct(first)
    for each in rest:
        result = symmetric_difference(result, each)
    return result
