"""Makes a function of expressions out of a Python function: arguments are counted, converted and named in errors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from runner.expand.functions.error import FunctionError, Refused

if TYPE_CHECKING:
    from runner.expand.functions.context import Context

Converter = Callable[[Any], Any]
"""Turns an argument into what the function works with, or raises ``Refused``; see ``values``."""


def function(
    *parameters: Converter, optional: int = 0, rest: Converter | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the parameters of a function: one converter for each, the last ``optional`` of them may be left out.

    ``rest`` converts all further arguments. The decorated function is called by position (and with ``context``, when
    it wants one); it raises ``FunctionError``, which names the function and, where there is one, the argument to blame.
    Its name is that of the Python function, without the underscore that keeps Python's own names free.
    """

    def decorate(body: Callable[..., Any]) -> Callable[..., Any]:
        name = body.__name__.rstrip("_")
        names = [each.rstrip("_") for each in body.__code__.co_varnames]
        names = names[: len(parameters)] + ([names[len(parameters) + body.__code__.co_kwonlyargcount]] if rest else [])

        @functools.wraps(body)
        def call(*arguments: Any, **context: Context) -> Any:
            _count(name, names, len(arguments), len(parameters), optional=optional, more=rest is not None)
            converted = []
            for index, value in enumerate(arguments):
                convert = parameters[index] if index < len(parameters) else rest
                assert convert is not None
                try:
                    converted.append(convert(value))
                except Refused as refused:
                    raise FunctionError(name, refused.reason, names[min(index, len(names) - 1)]) from None
            try:
                return body(*converted, **context)
            except Refused as refused:
                raise FunctionError(name, refused.reason, refused.argument, absent=refused.absent) from None

        return call

    return decorate


def _count(name: str, names: list[str], count: int, wanted: int, *, optional: int, more: bool) -> None:
    if count < wanted - optional:
        raise FunctionError(name, "it is missing", names[count])
    if count > wanted and not more:
        raise FunctionError(name, f"it takes at most {wanted} argument{'s' * (wanted != 1)}, not {count}")
