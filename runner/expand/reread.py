"""What templates come to by the rules of ansible-core up to 2.18: texts, of which some are read again as values.

A template's pieces are joined to a text. One that is ``True`` or ``False``, or that begins as a list or a mapping and
is one in Python's or JSON's spelling, has that value. So ``{{ 5 }}`` is a text and ``[{{ n }}, 2]`` is a list. What
filters write in a format, as ``to_json`` does, is left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from runner.expand.render import OMIT, text_of

WRITERS = ("string", "to_json", "to_nice_json", "to_yaml", "to_nice_yaml")
"""Filters whose texts are left alone."""
_WORDS = {"true": True, "false": False, "null": None}
"""What JSON calls values that Python calls otherwise."""


class Written(str):
    """A text that is not read again."""

    __slots__ = ()


def writer(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter whose texts are not read again."""

    @wraps(function)
    def written(*args: Any, **options: Any) -> Any:
        found = function(*args, **options)
        return Written(found) if isinstance(found, str) else found

    return written


def reread(parts: Iterable[Any]) -> Any:
    """Return what the pieces of a template come to."""
    pieces = list(parts)
    if len(pieces) == 1 and (pieces[0] is OMIT or isinstance(pieces[0], Written)):
        return pieces[0]
    return value_of(text_of(pieces))


def value_of(text: str) -> Any:
    """Return a text as the value that it spells, if it is one that is read again."""
    if text in ("True", "False"):
        return text == "True"
    if not text.startswith(("{", "[")) or text.startswith("{{"):
        return text
    try:
        tree = _Json().visit(ast.parse(text, mode="eval"))
        return plain(ast.literal_eval(tree))
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return text


class _Json(ast.NodeTransformer):
    """Puts values in the place of JSON's words."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.copy_location(ast.Constant(_WORDS[node.id]), node) if node.id in _WORDS else node


def plain(value: Any) -> Any:
    """Return a value of Python as YAML could have it, and texts without their mark."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(each) for each in value]
    if isinstance(value, Written):
        return str(value)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
