"""One expression -> its value, or a diagnostic that points into the YAML."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from jinja2.exceptions import SecurityError, TemplateError, UndefinedError
from jinja2.runtime import Undefined

from runner.diagnostics import Diagnostic
from runner.expand import jinja
from runner.expand.error import ExpressionError
from runner.expand.explain import template_diagnostic, undefined_diagnostic
from runner.expand.place import expressions, locate
from runner.expand.python_words import plain_words
from runner.expand.scope import Scope
from runner.text import Node, Span

_FAILURES = (
    ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RecursionError, TypeError, ValueError, re.error,
)
"""What filters, functions and operators raise for values they cannot work with."""
_LOOKED_AT = 100
"""In how many expressions of a text that fails the one that does is looked for."""
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
        value = _settled(jinja.evaluate(text, scope, bare=bare))
    except UndefinedError as error:
        raise ExpressionError(undefined_diagnostic(error, node, scope, bare=bare)) from error
    except TemplateError as error:
        found = template_diagnostic(error, node, scope.dialect, bare=bare)
        if isinstance(error, SecurityError):
            found = found._replace(span=_failing(node, text, scope, bare=bare))
        raise ExpressionError(found) from error
    except _FAILURES as error:
        raise ExpressionError(_failure(error, node, text, scope, bare=bare)) from error
    return value


def _settled(value: Any, done: dict[int, Any] | None = None) -> Any:
    """Return a value as YAML could have it: tuples become lists. Undefined values fail, also those inside of it.

    ``done`` has what was settled before, by identity: a value may stand in it many times, and even in itself.
    """
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()  # noqa: SLF001 - Jinja's own way to say what is undefined
    if type(value) not in (dict, list, tuple):
        return value
    done = {} if done is None else done
    if id(value) in done:
        return done[id(value)]
    if type(value) is dict:
        mapping = done[id(value)] = {}
        mapping.update({key: _settled(each, done) for key, each in value.items()})
        return mapping
    items = done[id(value)] = []
    items.extend(_settled(each, done) for each in value)
    return items


def _failure(error: Exception, node: Node, text: str, scope: Scope, *, bare: bool) -> Diagnostic:
    message = plain_words(str(error)) or type(error).__name__
    if isinstance(error, MemoryError):
        message = "its value is too large for the memory"
    if isinstance(error, LookupError) and not isinstance(error, UnicodeError):
        message = f"there is no {message}"
    return Diagnostic("E407", f"the expression fails: {message}", _failing(node, text, scope, bare=bare))


def _failing(node: Node, text: str, scope: Scope, *, bare: bool) -> Span:
    """Return the place of the expression that fails, when the text has several."""
    parts = list(islice(expressions(text), _LOOKED_AT))
    if bare or any(part.startswith("{%") for _, part in parts):
        return node.span
    if len(parts) == 1:
        return locate(node, parts[0][0], len(parts[0][1]))
    for offset, part in parts:
        try:
            _settled(jinja.evaluate(part, scope))
        except (*_FAILURES, TemplateError):
            return locate(node, offset, len(part))
    return node.span
