"""Plain values -> an options record: what a plugin receives."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from runner.sdk import record as marks

_TRUE = frozenset({"true", "yes", "on", "1", "y"})


def make(record: Any, values: Mapping[str, Any]) -> Any:
    """Return the options record that ``values``, which fit its schema, stand for.

    Values are as weakly typed as the schema allows: ``"yes"`` becomes true, ``"80"`` 80, a text a list of one.
    Raises ``ValueError`` when a value cannot be what its field wants.
    """
    hints = _hints(record)
    names = _names(record)
    given: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name, value in values.items():
        field = names.get(name)
        if field is None:
            extra[name] = value
        else:
            given[field] = _converted(hints[field], value, name)
    if marks.is_open(record):
        given["extra"] = extra
    return record(**given)


def usual(record: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as plain as they are, but each of the type that its field wants: a text becomes a list of one.

    What is not known yet, and what cannot be what its field wants, stays.
    """
    hints, names = _hints(record), _names(record)
    return {name: _usual(hints[names[name]], each, name) if name in names else each for name, each in values.items()}


def _usual(hint: Any, value: Any, name: str) -> Any:
    if not isinstance(value, str | int | float):
        return value
    try:
        found = _converted(hint, value, name)
    except (TypeError, ValueError, AttributeError):
        return value
    return list(found) if isinstance(found, tuple) else found


@cache
def _hints(record: Any) -> dict[str, Any]:
    return get_type_hints(record, include_extras=True)


@cache
def _names(record: Any) -> dict[str, str]:
    """Return the field that each name a user may write stands for."""
    names: dict[str, str] = {}
    for field in fields(record):
        names[field.metadata.get("name", field.name)] = field.name
        for mark in getattr(_hints(record)[field.name], "__metadata__", ()):
            if isinstance(mark, marks.Alias):
                names |= dict.fromkeys(mark.names, field.name)
    if marks.is_open(record):
        names.pop("extra", None)
    return names


def _converted(hint: Any, value: Any, name: str) -> Any:  # noqa: PLR0911 - one return a kind of type
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        cut = next((mark.by for mark in args[1:] if isinstance(mark, marks.Separated)), None)
        if cut is not None and isinstance(value, str):
            value = [part.strip() for part in value.split(cut)]
        return _converted(args[0], value, name)
    if origin in (Union, types.UnionType):
        return _of_union(args, value, name)
    if origin is Literal or hint is Any:
        return value
    if origin in (list, tuple):
        items = value if isinstance(value, list | tuple) else [value]
        made = [_converted(args[0], item, name) for item in items]
        return tuple(made) if origin is tuple else made
    if origin is dict:
        return {str(key): _converted(args[1], each, name) for key, each in value.items()}
    if is_dataclass(hint):
        assert isinstance(hint, type)
        return make(hint, value)
    return _scalar(hint, value, name)


def _of_union(args: tuple[Any, ...], value: Any, name: str) -> Any:
    if value is None and type(None) in args:
        return None
    kinds = [arg for arg in args if arg is not type(None)]
    shape = list if isinstance(value, list | tuple) else dict if isinstance(value, dict) else type(value)
    # A kind of the value's own shape comes before one that it could be turned into.
    for kind in sorted(kinds, key=lambda kind: _shape(kind) is not shape):
        try:
            return _converted(kind, value, name)
        except (TypeError, ValueError, AttributeError):
            continue
    raise ValueError(f"{name}: {value!r} is none of what is wanted")


def _shape(kind: Any) -> Any:
    if get_origin(kind) is Annotated:
        return _shape(get_args(kind)[0])
    origin = get_origin(kind)
    return dict if is_dataclass(kind) or origin is dict else list if origin in (list, tuple) else kind


def _scalar(hint: Any, value: Any, name: str) -> Any:
    try:
        if hint is bool:
            return value if isinstance(value, bool) else str(value).strip().lower() in _TRUE
        if hint is int:
            return int(value)
        if hint is float:
            return float(value)
        if isinstance(hint, type) and issubclass(hint, str):
            if isinstance(value, dict | list):
                raise ValueError(f"{name}: a list or mapping is no text")  # noqa: TRY004, TRY301 - told like the others
            return hint(value) if value is not None else value
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: {value!r} is no {hint.__name__}") from error
    return value
