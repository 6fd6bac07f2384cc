"""Loops whose items the plan knows already."""

from collections.abc import Iterator
from typing import Any

from runner.diagnostics import Report
from runner.expand.calls import CALLED
from runner.expand.error import ExpressionError, Late
from runner.expand.render import is_template, render, to_node
from runner.expand.scope import Scope
from runner.model.playbook import Task
from runner.schema.words import shown

MAX_ITEMS = 1000
"""How many items of a loop are looked at."""


def early_items(task: Task, scope: Scope) -> list[Any]:
    """Return the items of a task's loop as far as they are known before the build; ``scope`` is that around it."""
    for key, node in task.keywords.items():
        if key != "loop" and key[:5] != "with_":
            continue
        try:
            value = render(node, scope)
            terms = value if isinstance(value, list) else [value]
            if key in ("loop", "with_list"):
                return terms[:MAX_ITEMS]
            if key == "with_items":
                return list(_flat(terms))[:MAX_ITEMS]
            found: list[Any] = scope.lookup(f"{CALLED}query")(key.removeprefix("with_"), *terms)
            return found[:MAX_ITEMS]
        except (Late, ExpressionError, LookupError, OSError, TypeError, ValueError):
            return []
    return []


def check_loop(task: Task, scope: Scope, report: Report) -> None:
    """Report a ``loop`` that is known to be over no list."""
    node = task.keywords.get("loop")
    if node is None or not is_template(node) or scope.dialect.rules == "2.18":  # by which a text may spell a list
        return
    try:
        value = render(node, scope)
    except (Late, ExpressionError):  # the build tells
        return
    if not isinstance(value, list | None):
        message = f"{shown(to_node(value, node))} stands where a list is wanted"
        report.add("E104", message, node.span, hint="write a list, or put brackets around the one item")


def _flat(terms: list[Any]) -> Iterator[Any]:
    for term in terms:
        yield from term if isinstance(term, list) else [term]
