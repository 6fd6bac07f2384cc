"""The one edge at which a failing filter, test or lookup becomes a sentence."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import settled

_FAILURES = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError, re.error)
"""What the standard library raises for values it cannot work with."""


def guarded(name: str, function: Callable[..., Any], *, takes_undefined: bool = False) -> Callable[..., Any]:
    """Return ``function`` such that every failure is a ``FilterError`` that names ``name``.

    Generators among the arguments become lists. An undefined argument fails as undefined values do, unless
    the function ``takes_undefined`` ones.
    """
    from jinja2.runtime import Undefined

    def ready(value: Any) -> Any:
        if isinstance(value, Undefined) and not takes_undefined:
            value._fail_with_undefined_error()  # noqa: SLF001 - Jinja's own way to say what is undefined
        return settled(value)

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        args = tuple(ready(value) for value in args)
        options = {key: ready(value) for key, value in options.items()}
        try:
            return function(*args, **options)
        except FilterError as error:
            raise FilterError(f"{name}: {error}") from error
        except _FAILURES as error:
            raise FilterError(f"{name}: {_reason(error, function, args, options)}") from error

    return call


def _reason(error: Exception, function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> str:
    """Say a failure in a user's words; wrong arguments are told from what the function takes."""
    if isinstance(error, TypeError):
        try:
            inspect.signature(function).bind(*args, **options)
        except TypeError as mismatch:
            return str(mismatch)
        except ValueError:
            pass
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if isinstance(error, KeyError):
        return f"there is no {error}"
    return str(error) or type(error).__name__
