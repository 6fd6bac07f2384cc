"""Filters that make mappings, merge lists of them and query them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.expand.filters.collections_ import LIST_MERGES, merge
from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import kind, listed, mapping, one_of, shown, text


def dict_(value: Any) -> dict[Any, Any]:
    """Return the mapping that a list of pairs describes."""
    pairs = [listed(pair, "a list of pairs") for pair in listed(value, "a list of pairs")]
    if wrong := [pair for pair in pairs if len(pair) != 2]:  # noqa: PLR2004 - a pair
        raise FilterError(f"a pair has two items, unlike {shown(wrong[0])}")
    return dict(pairs)


def dict_kv(value: Any, key: Any) -> dict[Any, Any]:
    """Return a mapping with one entry: the value under ``key``."""
    return {key: value}


def groupby_as_dict(value: Any, attribute: Any) -> dict[Any, Any]:
    """Return a mapping of the mappings in a list, each under its value of ``attribute``, which occurs once only."""
    if isinstance(value, str | Mapping):
        raise FilterError(f"a list of mappings is wanted, not {kind(value)}")
    result: dict[Any, Any] = {}
    for item in listed(value):
        entry = mapping(item, "a mapping as each item")
        if attribute not in entry:
            raise FilterError(f"there is no {attribute!r} in {shown(dict(entry))}")
        if entry[attribute] in result:
            raise FilterError(f"{entry[attribute]!r} occurs twice as {attribute!r}")
        result[entry[attribute]] = item
    return result


def json_query(value: Any, expression: Any) -> Any:
    """Return what a JMESPath expression selects: ``users[?admin].name``."""
    import jmespath

    try:
        return jmespath.search(text(expression, "a JMESPath expression"), value)
    except jmespath.exceptions.JMESPathError as error:
        raise FilterError(f"the JMESPath expression fails: {' '.join(str(error).split())}") from error


def lists_mergeby(*arguments: Any, recursive: Any = False, list_merge: str = "replace") -> list[Any]:
    """Merge lists of mappings: those with the same value under the key named last become one, later ones win.

    The result is sorted by that value. A single list is returned as it is; empty ones do not count.
    """
    *values, index = arguments
    one_of(list_merge, LIST_MERGES, "list_merge")
    lists: list[list[Any]] = []
    for value in values:
        if not isinstance(value, list | tuple):
            raise FilterError(f"lists of mappings are wanted, not {kind(value)}")
        lists += value if value and all(isinstance(each, list | tuple) for each in value) else [list(value)]
    lists = [each for each in lists if each]
    if len(lists) <= 1:
        return lists[0] if lists else []
    merged: dict[Any, dict[Any, Any]] = {}
    for item in (item for each in lists for item in each):
        entry = mapping(item, "a mapping as each item")
        if index in entry:
            old = merged.get(entry[index], {})
            merged[entry[index]] = merge(old, entry, recursive=bool(recursive), list_merge=list_merge)
    return [merged[key] for key in sorted(merged)]
