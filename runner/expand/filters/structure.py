"""Filters for the way to a value inside others, as ``interfaces[0].name``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import pass_environment
from jinja2.runtime import Undefined

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import listed, mapping, shown

_STEP = re.compile(r"\.?(?P<name>[^.\[\]]+)|\[(?P<index>-?\d+)\]|\['(?P<single>[^']*)'\]|\[\"(?P<double>[^\"]*)\"\]")


@pass_environment
def get_path(environment: Any, value: Any, path: Any, wantlist: Any = False) -> Any:  # noqa: FBT002 - given by position
    """Return what is at a path such as ``users[0].name`` in a value; with ``wantlist``, in a list."""
    found = value
    for step in _steps(str(path)):
        found = environment.getitem(found, step)
    return [found] if wantlist else found


def _steps(path: str) -> Iterator[str | int]:
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise FilterError(f"{path!r} is not a path such as users[0].name")
        yield int(match["index"]) if match["index"] else match[match.lastgroup or 0]
        at = match.end()


def to_paths(value: Any, prepend: Any = None, wantlist: Any = False) -> Any:  # noqa: FBT002 - given by position
    """Return a mapping of the paths to all plain values in a value, ``{"users[0].name": "ada"}``."""
    paths = dict(_paths(value, "" if prepend is None else str(prepend)))
    return [paths] if wantlist else paths


def _paths(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, each in value.items():
            dotted = f"{path}.{key}" if path else str(key)
            yield from _paths(each, f"{path}['{key}']" if "." in str(key) else dotted)
    elif isinstance(value, list | tuple) and value:
        for index, each in enumerate(value):
            yield from _paths(each, f"{path}[{index}]")
    else:
        yield path, value


@pass_environment
def index_of(  # noqa: PLR0917 - given by position in playbooks
    environment: Any,
    value: Any,
    test: str,
    against: Any = None,
    key: Any = None,
    fail_on_missing: Any = False,  # noqa: FBT002 - given by position
    wantlist: Any = False,  # noqa: FBT002 - given by position
) -> Any:
    """Return the indexes of the items of a list for which a test holds: one number, or a list of several or none.

    With ``key`` the test is made with what the items have under it; those without it count only when
    ``fail_on_missing``.
    """
    if isinstance(value, str):
        raise FilterError("a list is wanted, not a text")
    indexes = []
    for index, item in enumerate(listed(value)):
        tested = item
        if key is not None:
            tested = mapping(item, f"a list of mappings with {key!r}").get(key, Undefined())
            if isinstance(tested, Undefined):
                if fail_on_missing:
                    raise FilterError(f"item {index} has no {key!r}: {shown(item)}")
                continue
        if environment.call_test(test, tested, [] if against is None else [against]):
            indexes.append(index)
    return indexes[0] if len(indexes) == 1 and not wantlist else indexes
