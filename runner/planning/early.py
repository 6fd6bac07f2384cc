"""What the plan knows of values that only the build knows in full."""

from collections.abc import Iterable, Iterator
from typing import Any

from runner.expand.error import ExpressionError, Late
from runner.expand.names import names_in
from runner.expand.render import templates_in
from runner.expand.scope import Scope
from runner.text import Node


def template_texts(nodes: Iterable[Node], *, bare: bool = False) -> Iterator[str]:
    """Yield the templates in some nodes, however deep; with ``bare``, expressions without braces are some too."""
    return (text for node in nodes for _, text in templates_in(node, bare=bare))


def early_values(templates: Iterable[str], scope: Scope) -> dict[str, Any]:
    """Return the values that the plan knows of the names in templates, for what these come to depends on them.

    In the place of a value that only the build knows stands its text, and the values that this uses.
    """
    values: dict[str, Any] = {}
    waiting = [name for text in templates for name in _names(text)]
    while waiting:
        name = waiting.pop()
        if name in values:
            continue
        try:
            value = scope.lookup(name)
        except (Late, ExpressionError):
            node = scope.where(name)
            value = node.plain() if node else None
            waiting += [inner for text in template_texts([node] if node else ()) for inner in _names(text)]
        values[name] = value if isinstance(value, str | int | float | list | dict | None) else None
    return values


def _names(template: str) -> tuple[str, ...]:
    try:
        return names_in(template).free
    except Exception:  # noqa: BLE001 - a template for another engine: its text is in the key already
        return ()
