"""One expression -> its value, or a diagnostic that points into the YAML."""

from __future__ import annotations

import re
from typing import Any

from jinja2.exceptions import (
    SecurityError,
    TemplateAssertionError,
    TemplateError,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.runtime import Undefined

from runner.diagnostics import Diagnostic, did_you_mean
from runner.expand import jinja
from runner.expand.error import ExpressionError
from runner.expand.place import expressions, find_word, locate
from runner.expand.scope import Scope
from runner.text import Node, Span

_FAILURES = (
    ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RecursionError, TypeError, ValueError, re.error,
)
"""What filters, functions and operators raise for values they cannot work with."""
_KINDS = {
    "dict": "the mapping", "Namespace": "it", "str": "a text", "int": "a number", "float": "a number",
    "bool": "true or false", "list": "a list", "NoneType": "nothing",
}
"""What Python's types are called in messages."""


def evaluated(node: Node, text: str, scope: Scope, *, bare: bool) -> Any:
    """Return the value of ``text``, the template in ``node`` (with braces put around it when ``bare``).

    Raises ``ExpressionError`` when it has none, ``Late`` when it has none yet.
    """
    try:
        value = jinja.evaluate(text, scope)
        _require_defined(value)
    except UndefinedError as error:
        raise ExpressionError(_undefined(error, node, scope, bare=bare)) from error
    except TemplateError as error:
        raise ExpressionError(syntax_diagnostic(error, node, bare=bare)) from error
    except _FAILURES as error:
        raise ExpressionError(_failure(error, node, text, scope, bare=bare)) from error
    return value


def _require_defined(value: Any, depth: int = 0) -> None:
    """Fail on undefined values, also inside of lists and mappings."""
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()  # noqa: SLF001 - Jinja's own way to say what is undefined
    if depth < 20:  # noqa: PLR2004 - deeper than any real value; a value may contain itself
        if isinstance(value, dict):
            for each in value.values():
                _require_defined(each, depth + 1)
        elif isinstance(value, list | tuple):
            for each in value:
                _require_defined(each, depth + 1)


def _undefined(error: UndefinedError, node: Node, scope: Scope, *, bare: bool) -> Diagnostic:
    message = str(error)
    match = re.match(r"'(\w+)' is undefined", message)
    if match:
        name = match[1]
        return Diagnostic("E402", f"{name!r} is not defined", place_of(node, name, bare=bare),
                          hint=did_you_mean(name, scope.names() | jinja.defined_names()))
    match = re.search(r"has no (?:attribute|element) '?([^']+)'?$", message)
    place = place_of(node, match[1], bare=bare, before="") if match else node.span
    holder = message.partition(" object' has no ")[0].strip("'").rpartition(".")[2]
    if match and holder:
        kind = _KINDS.get(holder, f"a {holder}")
        message = f"{kind} has no {match[1]!r}"
    return Diagnostic("E402", message, place)


def _failure(error: Exception, node: Node, text: str, scope: Scope, *, bare: bool) -> Diagnostic:
    message = str(error) or type(error).__name__
    if isinstance(error, LookupError) and not isinstance(error, UnicodeError):
        message = f"there is no {message}"
    return Diagnostic("E407", f"the expression fails: {message}", _failing(node, text, scope, bare=bare))


def _failing(node: Node, text: str, scope: Scope, *, bare: bool) -> Span:
    """Return the place of the expression that fails, when the text has several."""
    parts = list(expressions(text))
    if bare or any(part.startswith("{%") for _, part in parts):
        return node.span
    for offset, part in parts:
        try:
            jinja.evaluate(part, scope)
        except (*_FAILURES, TemplateError):
            return locate(node, offset, len(part))
    return node.span


def place_of(node: Node, word: str, *, bare: bool = False, before: str = r"(?<![\w.'\"])") -> Span:
    """Return where ``word`` stands in the expressions of a text; the whole text when that cannot be told."""
    assert isinstance(node.value, str)
    offset = find_word(node.value, word, bare=bare, before=before)
    return node.span if offset is None else locate(node, offset, len(word))


def syntax_diagnostic(error: TemplateError, node: Node, *, bare: bool = False) -> Diagnostic:
    """Return the diagnostic for a template that cannot be compiled or may not be evaluated."""
    message = error.message or str(error)
    if isinstance(error, SecurityError):
        return Diagnostic("E406", f"the expression is not allowed: {message}", node.span)
    if isinstance(error, TemplateAssertionError):
        return _unknown_helper(message, node, bare=bare)
    if not isinstance(error, TemplateSyntaxError):
        return Diagnostic("E407", f"the expression fails: {message}", node.span)
    return Diagnostic("E401", f"not a Jinja expression: {message.rstrip('.')}", _broken(node, bare=bare))


def _unknown_helper(message: str, node: Node, *, bare: bool) -> Diagnostic:
    match = re.match(r"No (filter|test) named '([\w.]+)'", message)
    if not match:
        return Diagnostic("E401", message.rstrip("."), node.span)
    kind, name = match[1], match[2]
    known = jinja.environment().known(kind)
    place = place_of(node, name, bare=bare, before=r"(?:\||\bis\s|\bis\snot\s|map\(['\"]|['\"])\s*")
    hint = did_you_mean(name, known)
    return Diagnostic("E403" if kind == "filter" else "E404", f"unknown {kind} {name!r}", place, hint=hint)


def _broken(node: Node, *, bare: bool) -> Span:
    """Return the place of the expression that is no expression, when the text has several."""
    assert isinstance(node.value, str)
    if bare:
        return node.span
    for offset, part in expressions(node.value):
        if part.startswith("{{"):
            try:
                jinja.syntax_tree(part)
            except TemplateError:
                return locate(node, offset, len(part))
    return node.span
