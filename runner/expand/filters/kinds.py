"""What kind of value something is: words for messages, and checks that say what was wanted instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from runner.expand.filters.error import FilterError

_WORDS: tuple[tuple[type, str], ...] = (
    (bool, "a boolean"), (int, "a number"), (float, "a number"), (str, "a text"), (bytes, "bytes"),
    (Mapping, "a mapping"), (list, "a list"), (tuple, "a list"), (AbstractSet, "a set"), (range, "a list"),
    (dt.datetime, "a point in time"), (dt.date, "a date"), (dt.timedelta, "a span of time"),
)
_SHOWN = 60


def kind(value: Any) -> str:
    """Return what ``value`` is, in a user's words: ``a list``, ``null``, ``a text``."""
    if value is None:
        return "null"
    return next((word for cls, word in _WORDS if isinstance(value, cls)), f"a {type(value).__name__}")


def shown(value: Any) -> str:
    """Return a value as a message quotes it, cut when it is long."""
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def listed(value: Any, what: str = "a list") -> list[Any]:
    """Return the items of a list (the keys of a mapping, the characters of a text).

    Raises ``FilterError`` for a value without items.
    """
    if isinstance(value, list):
        return value
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return list(value)
    raise FilterError(f"{what} is wanted, not {kind(value)}")


def mapping(value: Any, what: str = "a mapping") -> Mapping[Any, Any]:
    """Return ``value`` if it is a mapping. Raises ``FilterError`` when it is none."""
    if isinstance(value, Mapping):
        return value
    raise FilterError(f"{what} is wanted, not {kind(value)}")


def text(value: Any, what: str = "a text") -> str:
    """Return ``value`` if it is a text. Raises ``FilterError`` when it is none."""
    if isinstance(value, str):
        return value
    raise FilterError(f"{what} is wanted, not {kind(value)}")


def number(value: Any, name: str = "the value") -> int | float:
    """Return ``value`` if it is a number. Raises ``FilterError`` when it is none."""
    if isinstance(value, int | float):
        return value
    raise FilterError(f"{name} has to be a number, not {kind(value)}")


def integer(value: Any, name: str = "the value") -> int:
    """Return ``value`` as a whole number; digits in a text count. Raises ``FilterError`` when it is none."""
    if isinstance(value, int):
        return value
    try:
        return int(value, 10)
    except (TypeError, ValueError):
        raise FilterError(f"{name} has to be a whole number, not {shown(value)}") from None


def one_of(value: Any, choices: Collection[str], what: str) -> str:
    """Return ``value`` if it is one of ``choices``. Raises ``FilterError`` that lists them when it is not."""
    known = [choice for choice in choices if choice]
    if isinstance(value, str) and value in choices:
        return value
    raise FilterError(f"{what} is one of {', '.join(known)}, not {shown(value)}")


def settled(value: Any) -> Any:
    """Return what a generator or a view of a mapping yields as a list, and any other value as it is."""
    if isinstance(value, str | int | list | dict):
        return value
    if isinstance(value, Iterator) or type(value).__name__ in {"dict_keys", "dict_values", "dict_items"}:
        return list(value)
    return value


def as_text(value: Any) -> str:
    """Return a value as text: a text itself, anything else as Python writes it, which is what Ansible does."""
    if isinstance(value, str):
        return value
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)


def truth(value: Any) -> bool:
    """Return whether a value is one of Ansible's ways to say yes: ``yes on 1 true``, in any case."""
    if isinstance(value, str):
        value = value.lower()
    return value is True or (isinstance(value, str | int | float) and value in ("yes", "on", "1", "true", 1))
