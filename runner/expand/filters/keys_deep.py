"""Filters that choose, drop and rename keys however deep they are in a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.keys_of_lists import renamings
from runner.expand.filters.kinds import kind, listed, one_of

_WAYS: dict[str | None, Callable[[str, str], bool]] = {
    None: lambda key, wanted: key == wanted,
    "starts_with": lambda key, wanted: key.startswith(wanted),
    "ends_with": lambda key, wanted: key.endswith(wanted),
    "regex": lambda key, wanted: re.match(wanted, key) is not None,
}
_Match = Callable[[Any], bool]


def keep_keys(value: Any, target: Any, matching_parameter: str | None = None) -> Any:
    """Return a value with only the keys in ``target`` and what they are in.

    ``matching_parameter`` is how keys are compared: starts_with, ends_with, regex; without it they have to be equal.
    """
    return _kept(_structure(value), _matcher(target, matching_parameter))


def remove_keys(value: Any, target: Any, matching_parameter: str | None = None) -> Any:
    """Return a value without the keys in ``target``, wherever they are; see ``keep_keys``."""
    return _removed(_structure(value), _matcher(target, matching_parameter))


def replace_keys(value: Any, target: Any, matching_parameter: str | None = None) -> Any:
    """Return a value with other keys: ``target`` is a list of ``{before: old, after: new}``; see ``keep_keys``."""
    way = _way(matching_parameter)
    changes = renamings(target)

    def renamed(key: Any) -> Any:
        return next((after for before, after in changes if way(str(key), before)), key)

    return _renamed(_structure(value), renamed)


def _structure(value: Any) -> Any:
    if isinstance(value, Mapping | list | tuple):
        return value
    raise FilterError(f"a mapping or a list is wanted, not {kind(value)}")


def _way(matching_parameter: str | None) -> Callable[[str, str], bool]:
    if matching_parameter is not None:
        one_of(matching_parameter, [each for each in _WAYS if each], "matching_parameter")
    return _WAYS[matching_parameter]


def _matcher(target: Any, matching_parameter: str | None) -> _Match:
    way = _way(matching_parameter)
    targets = [target] if isinstance(target, str) else [str(each) for each in listed(target)]
    return lambda key: any(way(str(key), wanted) for wanted in targets)


def _kept(value: Any, match: _Match) -> Any:
    if isinstance(value, list | tuple):
        return [_kept(each, match) if isinstance(each, Mapping | list | tuple) else each for each in value]
    result = {}
    for key, each in value.items():
        if match(key):
            result[key] = each
        elif isinstance(each, Mapping | list | tuple) and (inner := _kept(each, match)):
            result[key] = inner
    return result


def _removed(value: Any, match: _Match) -> Any:
    if isinstance(value, list | tuple):
        return [_removed(each, match) for each in value]
    if isinstance(value, Mapping):
        return {key: _removed(each, match) for key, each in value.items() if not match(key)}
    return value


def _renamed(value: Any, renamed: Callable[[Any], Any]) -> Any:
    if isinstance(value, list | tuple):
        return [_renamed(each, renamed) for each in value]
    if isinstance(value, Mapping):
        return {renamed(key): _renamed(each, renamed) for key, each in value.items()}
    return value
