"""Loops whose items the plan knows already."""

from collections.abc import Iterator
from typing import Any

from runner.expand.calls import CALLED
from runner.expand.error import ExpressionError, Late
from runner.expand.render import render
from runner.expand.scope import Scope
from runner.model.playbook import Task

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


def _flat(terms: list[Any]) -> Iterator[Any]:
    for term in terms:
        yield from term if isinstance(term, list) else [term]
