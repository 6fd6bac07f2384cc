"""Functions that convert values between types, and that try whether something works."""

from __future__ import annotations

from typing import Any

from runner.expand.error import Absent, Late
from runner.expand.functions import types
from runner.expand.functions.declare import function
from runner.expand.functions.error import FunctionError
from runner.expand.functions.types import ANY, BOOL, NUMBER, STRING, Type
from runner.expand.functions.typespec import parse_type
from runner.expand.functions.values import plain, text


@function(plain, text)
def convert(value: Any, type_: str) -> Any:
    """Return ``value`` as one of ``type``, which is written as in HCL but in a string: ``convert(x, "list(string)")``.

    Attributes that an object type does not name are left out. Sets come back as sorted lists without duplicates. Null
    stays null.
    """
    return types.convert(value, parse_type(type_))


@function(plain)
def tobool(value: Any) -> bool | None:
    """Return ``value`` as a boolean; the strings ``true false 1 0`` are accepted. Null stays null."""
    return None if value is None else bool(types.convert(value, BOOL))


@function(plain)
def tolist(value: Any) -> list[Any] | None:
    """Return ``value`` as a list whose elements are of one type. Null stays null."""
    return _list(value, "list")


@function(plain)
def tomap(value: Any) -> dict[str, Any] | None:
    """Return ``value`` as a mapping whose values are of one type. Null stays null."""
    found: dict[str, Any] | None = types.convert(value, Type("map", (ANY,)))
    return found


@function(plain)
def tonumber(value: Any) -> float | None:
    """Return ``value`` as a number; strings in decimal notation are accepted. Null stays null."""
    found: float | None = types.convert(value, NUMBER)
    return found


@function(plain)
def toset(value: Any) -> list[Any] | None:
    """Return ``value`` as a set, which is here a sorted list without duplicates. Null stays null."""
    return _list(value, "set")


@function(plain)
def tostring(value: Any) -> str | None:
    """Return ``value`` as a string; numbers and booleans are written out. Null stays null."""
    return None if value is None else str(types.convert(value, STRING))


def _list(value: Any, name: str) -> list[Any] | None:
    found: list[Any] | None = types.convert(value, Type(name, (ANY,)))
    return found


_FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)  # FunctionError is a ValueError


def _attempt(value: Any) -> tuple[bool, Any]:
    """Tell whether ``value`` is one: undefined variables are none, nor are callables that fail."""
    from jinja2 import TemplateError, Undefined

    if not isinstance(value, Undefined) and callable(value):
        try:
            value = value()
        except (*_FAILURES, TemplateError):
            return False, None
        except Absent as absent:  # with a way out it is no mistake, whether the file will be there or not
            raise Late(absent.name, absent.reason) from None
    return not isinstance(value, Undefined), value


def try_(*expressions: Any) -> Any:
    """Return the first of the arguments that has a value.

    Undefined variables have none, nor has a missing attribute of a mapping. A callable is called; when it fails it has
    none. Jinja works out arguments before the call, so another function that fails among them fails here too.
    """
    if not expressions:
        raise FunctionError("try", "at least one argument is required")
    for each in expressions:
        works, value = _attempt(each)
        if works:
            return value
    raise FunctionError("try", "none of the arguments has a value")


def can(*expressions: Any) -> bool:
    """Tell whether its one argument has a value, by the rules of ``try``."""
    if len(expressions) != 1:
        raise FunctionError("can", f"it takes one argument, not {len(expressions)}")
    return _attempt(expressions[0])[0]
