"""Filters that choose, drop and rename keys in each mapping of a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import kind, listed, mapping, one_of

_Match = Callable[[str], bool]
_WAYS: dict[str, Callable[[str, str], bool]] = {
    "equal": lambda key, wanted: key == wanted,
    "starts_with": lambda key, wanted: key.startswith(wanted),
    "ends_with": lambda key, wanted: key.endswith(wanted),
    "regex": lambda key, wanted: re.match(wanted, key) is not None,
}


def keep_keys(value: Any, target: Any = None, matching_parameter: str = "equal") -> list[dict[Any, Any]]:
    """Return a list of mappings with only the keys in ``target``.

    ``matching_parameter`` is how keys are compared: equal, starts_with, ends_with, or regex with a single target.
    """
    match = _matcher(_targets(target, matching_parameter), matching_parameter)
    return [{key: each for key, each in item.items() if match(str(key))} for item in _items(value)]


def remove_keys(value: Any, target: Any = None, matching_parameter: str = "equal") -> list[dict[Any, Any]]:
    """Return a list of mappings without the keys in ``target``; see ``keep_keys``."""
    match = _matcher(_targets(target, matching_parameter), matching_parameter)
    return [{key: each for key, each in item.items() if not match(str(key))} for item in _items(value)]


def replace_keys(value: Any, target: Any = None, matching_parameter: str = "equal") -> list[dict[Any, Any]]:
    """Return a list of mappings with other keys: ``target`` is a list of ``{before: old, after: new}``.

    ``matching_parameter`` is how keys are compared: equal, starts_with, ends_with, regex.
    """
    way = _WAYS[one_of(matching_parameter, _WAYS, "matching_parameter")]
    changes = renamings(target)
    if not changes:
        raise FilterError("target is an empty list")
    return [
        {
            next((after for before, after in changes if way(str(key), before)), key): each
            for key, each in item.items()
        }
        for item in _items(value)
    ]  # fmt: skip


def renamings(target: Any) -> list[tuple[str, Any]]:
    """Return the pairs of old and new key that a list of ``{before: old, after: new}`` names."""
    if isinstance(target, str | Mapping):
        raise FilterError(f"target is a list of mappings with before and after, not {kind(target)}")
    pairs = []
    for each in listed(target, "a list of mappings with before and after"):
        change = mapping(each, "a list of mappings with before and after")
        if "before" not in change or "after" not in change:
            raise FilterError("each mapping in target has before and after")
        pairs.append((str(change["before"]), change["after"]))
    return pairs


def _targets(target: Any, matching_parameter: str) -> list[str]:
    if not isinstance(target, str | list | tuple):
        raise FilterError(f"target is a key or a list of keys, not {kind(target)}")
    targets = [target] if isinstance(target, str) else [str(each) for each in target]
    if not targets:
        raise FilterError("target is an empty list")
    if matching_parameter == "regex" and len(targets) > 1:
        raise FilterError("target is a single regular expression when matching_parameter is regex")
    return targets


def _matcher(targets: list[str], matching_parameter: str) -> _Match:
    way = _WAYS[one_of(matching_parameter, _WAYS, "matching_parameter")]
    return lambda key: any(way(key, wanted) for wanted in targets)


def _items(value: Any) -> list[Mapping[Any, Any]]:
    if isinstance(value, str | Mapping):
        raise FilterError(f"a list of mappings is wanted, not {kind(value)}")
    return [mapping(item, "a mapping as each item") for item in listed(value)]
