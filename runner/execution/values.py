"""Work out, now that the build runs, what the playbook says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runner.diagnostics import Diagnostic
from runner.expand.error import ExpressionError, Late
from runner.expand.render import render, render_bare
from runner.expand.scope import Scope
from runner.sdk.durations import seconds_of
from runner.text import Node

_TRUE = frozenset({"true", "yes", "on", "1", "y", "t"})


def value_of(node: Node, scope: Scope) -> Any:
    """Return a node's value. Raises ``ExpressionError`` when it has none."""
    try:
        return render(node, scope)
    except Late as late:
        raise ExpressionError(unknown(late, node)) from late


def bare_value(node: Node, scope: Scope) -> Any:
    """Return the value of an expression without braces, as in ``when``. Raises ``ExpressionError``."""
    try:
        return render_bare(node, scope)
    except Late as late:
        raise ExpressionError(unknown(late, node)) from late


def unknown(late: Late, node: Node) -> Diagnostic:
    """Return the diagnostic for a value that even the build does not know."""
    return Diagnostic("E803", f"{late.name} has no value: {late.reason}", node.span)


def first_false(conditions: Iterable[Node], scope: Scope) -> Node | None:
    """Return the first condition that does not hold. Raises ``ExpressionError``."""
    for condition in conditions:
        for each in condition.elements():
            if not bare_value(each, scope):
                return each
    return None


def flag(keywords: Mapping[str, Node], name: str, scope: Scope) -> bool:
    """Return whether a keyword is set to something that means yes. Raises ``ExpressionError``."""
    node = keywords.get(name)
    if node is None:
        return False
    value = value_of(node, scope)
    return value.strip().lower() in _TRUE if isinstance(value, str) else bool(value)


def number(keywords: Mapping[str, Node], name: str, scope: Scope, default: float) -> float:
    """Return the number a keyword is set to. Raises ``ExpressionError``."""
    node = keywords.get(name)
    if node is None or (value := value_of(node, scope)) is None:
        return default
    try:
        return float(value)
    except (TypeError, ValueError):
        message = f"{name!r} is {value!r}, which is no number"
        raise ExpressionError(Diagnostic("E104", message, node.span)) from None


def seconds(keywords: Mapping[str, Node], name: str, scope: Scope) -> float:
    """Return the duration a keyword is set to, in seconds; zero without it. Raises ``ExpressionError``."""
    node = keywords.get(name)
    if node is None or (value := value_of(node, scope)) is None:
        return 0.0
    try:
        return seconds_of(value)
    except ValueError as error:
        raise ExpressionError(Diagnostic("E105", f"{name!r}: {error}", node.span)) from None
