"""What keeps an expression from filling the memory."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from jinja2.exceptions import SecurityError

LARGEST = 10_000_000
"""The longest text or list that an expression makes by itself, in items."""
_MAX_POWER_BITS = 100_000
"""The largest number that ``**`` makes, in bits."""
_WIDTH = re.compile(r"%[-+ #0(\w)]*?\.?(\d{8,})|:[^{}]*?(\d{8,})")
"""A width in a template of ``%`` or of ``str.format`` that is too large, however it is written."""
_PADDING = frozenset({"center", "ljust", "rjust", "zfill", "expandtabs"})
"""Methods of texts that make them as long as they are told to."""
_SIZED = ("batch", "center", "indent", "slice")
"""Filters that make as much as they are told to."""


def check_operator(operator: str, left: Any, right: Any) -> None:
    """Refuse what an operator would make too large."""
    sized, count = (left, right) if isinstance(right, int) else (right, left)
    repeats = operator == "*" and isinstance(sized, str | list | tuple) and isinstance(count, int)
    if repeats and len(sized) * count > LARGEST:
        raise SecurityError(f"'*' would make more than {LARGEST} items")
    whole = isinstance(left, int) and isinstance(right, int)
    if operator == "**" and whole and right > 0 and left.bit_length() * right > _MAX_POWER_BITS:
        raise SecurityError("'**' would make too large a number")
    if operator == "%" and isinstance(left, str):
        _check_format("'%'", left, right if isinstance(right, tuple) else (right,))


def check_method(method: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Refuse what a method of a text would make too large."""
    method = getattr(method, "__wrapped__", method)  # Jinja puts its own around str.format
    text, name = getattr(method, "__self__", None), getattr(method, "__name__", "")
    if isinstance(text, str) and name in _PADDING:
        _check_sizes(name, arguments)
    elif isinstance(text, str) and name in ("format", "format_map"):
        _check_format(name, text, arguments if re.search(r"\{[^}]*\{", text) else ())


def bounded(filters: dict[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Return those of Jinja's filters that make as much as they are told to, such that they refuse too much."""
    sized = {name: _checked(name, filters[name], lambda name, given: _check_sizes(name, given[1:])) for name in _SIZED}
    formatting = _checked("format", filters["format"], lambda name, given: _check_format(name, given[0], given[1:]))
    return {**sized, "format": formatting}


def _checked(
    name: str, function: Callable[..., Any], check: Callable[[str, tuple[Any, ...]], None]
) -> Callable[..., Any]:
    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        check(name, (*args, *options.values()))
        return function(*args, **options)

    return call


def _check_format(name: str, template: Any, arguments: tuple[Any, ...]) -> None:
    """Refuse a template with a large width; one that takes widths from its arguments may have no large numbers."""
    if not isinstance(template, str):
        return
    if any(int(digits) > LARGEST for match in _WIDTH.finditer(template) for digits in match.groups() if digits):
        raise SecurityError(f"{name} would make more than {LARGEST} characters")
    if "*" in template or "{" in template:
        _check_sizes(name, arguments)


def _check_sizes(name: str, sizes: tuple[Any, ...]) -> None:
    if any(isinstance(each, int) and each > LARGEST for each in sizes):
        raise SecurityError(f"{name} would make more than {LARGEST} items")
