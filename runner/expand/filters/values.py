"""Filters for any value: conditions and questions about a value's nature."""

from __future__ import annotations

from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import truth

_PLAIN = (bool, str, int, float, dict, list, tuple)


def bool_(value: Any) -> bool:
    """Return whether a value says yes: ``yes``, ``on``, ``true`` or ``1``, in any case; anything else says no."""
    return truth(value)


def ternary(value: Any, true_val: Any, false_val: Any, none_val: Any = None) -> Any:
    """Return one of two values as the input is true or not; a third for null, if there is one."""
    if value is None and none_val is not None:
        return none_val
    return true_val if value else false_val


def mandatory(value: Any, msg: str | None = None) -> Any:
    """Return a value that has to be defined. Fails with ``msg``, or with the name of what is undefined."""
    from jinja2.runtime import Undefined

    if not isinstance(value, Undefined):
        return value
    if msg is not None:
        raise FilterError(str(msg))
    name = value._undefined_name  # noqa: SLF001 - the only place that knows what was asked for
    raise FilterError(f"{name!r} is not defined, and it has to be" if name else "a value is not defined")


def type_debug(value: Any) -> str:
    """Return the name of a value's Python type: ``str``, ``int``, ``list``, ``dict``, ``NoneType`` ..."""
    from jinja2.runtime import Undefined

    if isinstance(value, Undefined):
        return "UndefinedMarker"
    base = next((cls for cls in type(value).__mro__ if cls in _PLAIN), type(value))
    return base.__name__
