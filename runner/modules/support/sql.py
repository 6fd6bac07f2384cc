"""Statements in SQL with places for values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runner.sdk import Failed

_PLACE = re.compile(r"%(?:\((\w+)\))?(.?)", re.DOTALL)
_FILLED = re.compile(r"%(?:\(\w+\))?s")
_BEFORE = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*", re.DOTALL)
"""Blanks, brackets and comments before the first word."""


def filled(
    query: str, positional: Sequence[Any] | None, named: Mapping[str, Any] | None, literal: Callable[[Any], str]
) -> str:
    """Return a statement with values in its places ``%s`` or ``%(name)s``. Raises ``Failed``.

    Where no values are given, nothing is a place; a statement without places needs none.
    """
    if (positional is None and named is None) or not _FILLED.search(query):
        return query
    left = iter(positional or ())

    def value(match: re.Match[str]) -> str:
        if match[1] is None and match[2] == "%":
            return "%"
        if match[2] != "s":
            raise Failed(f"{match[0]!r} is no place for a value", "a percent sign itself is written %%")
        if match[1] is not None and match[1] in (named or {}):
            return literal((named or {})[match[1]])
        try:
            return literal(next(left)) if match[1] is None else _missing(match[0])
        except StopIteration:
            return _missing(match[0])

    text = _PLACE.sub(value, query)
    if more := list(left):
        raise Failed(f"there is no place for the values {more}", "write %s where each of them belongs")
    return text


def _missing(place: str) -> str:
    raise Failed(f"there is no value for the place {place}")


def first_word(query: str) -> str:
    """Return the first word of a statement, in capitals."""
    match = _BEFORE.match(query)
    words = query[match.end() if match else 0:].split(maxsplit=1)
    return re.split(r"\W", words[0], maxsplit=1)[0].upper() if words else ""
