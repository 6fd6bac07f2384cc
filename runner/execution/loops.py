"""Loops: over what a task runs, what its variables are, and how ``loop_control`` changes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from runner.diagnostics import Diagnostic
from runner.execution.values import first_false, flag, number, value_of
from runner.expand.calls import CALLED
from runner.expand.error import ExpressionError
from runner.expand.scope import Scope
from runner.model.playbook import Task
from runner.text import NOTHING, Node

_OLDER = 'ansible-core up to 2.18 reads such a text as a list: compat: "2.18" in the play does so too'


def keyword_of(task: Task) -> tuple[str, Node] | None:
    """Return the keyword that makes a task loop, such as ``loop`` or ``with_items``, and what it says."""
    return next(((key, node) for key, node in task.keywords.items() if key == "loop" or key[:5] == "with_"), None)


def items_of(keyword: str, node: Node, scope: Scope) -> list[Any]:
    """Return the items of a loop. Raises ``ExpressionError`` when there is no list of them."""
    value = value_of(node, scope)
    match keyword:
        case "loop" | "with_list":
            if not isinstance(value, list):
                spelled = isinstance(value, str) and value.startswith("[")
                hint = _OLDER if spelled else "write a list, or put brackets around the one item"
                message = f"{keyword!r} is {_kind(value)}, and a list is wanted"
                raise ExpressionError(Diagnostic("E805", message, node.span, hint))
            return value
        case "with_items":
            terms = value if isinstance(value, list) else [value]
            return [each for term in terms for each in (term if isinstance(term, list) else [term])]
        case "with_dict":
            return _pairs(value, node)
    return _looked_up(keyword.removeprefix("with_"), value, node, scope)


def _kind(value: Any) -> str:
    return "a mapping" if isinstance(value, dict) else repr(value)


def _pairs(value: Any, node: Node) -> list[Any]:
    found: list[Any] = []
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, dict):
            raise ExpressionError(Diagnostic("E805", f"'with_dict' is {each!r}, and a mapping is wanted", node.span))
        found += [{"key": key, "value": child} for key, child in each.items()]
    return found


def _looked_up(name: str, value: Any, node: Node, scope: Scope) -> list[Any]:
    """Return what the lookup of that name makes of the terms, as every other ``with_...`` does."""
    terms = value if isinstance(value, list) else [value]
    try:
        found: list[Any] = scope.lookup(f"{CALLED}query")(name, *terms)
    except (OSError, TypeError, ValueError, LookupError) as error:
        message = f"'with_{name}' gives no items: {error}"
        raise ExpressionError(Diagnostic("E805", message, node.span)) from error
    return found


class Control(NamedTuple):
    """What ``loop_control`` says."""

    loop_var: str = "item"
    index_var: str | None = None
    label: Node | None = None
    pause: float = 0
    extended: bool = False
    all_items: bool = True
    break_when: Node | None = None

    def variables(self, items: Sequence[Any], index: int) -> dict[str, Any]:
        """Return the names that a task may use for the item at ``index``."""
        names: dict[str, Any] = {self.loop_var: items[index], "ansible_loop_var": self.loop_var}
        if self.index_var:
            names |= {self.index_var: index, "ansible_index_var": self.index_var}
        if self.extended:
            names["ansible_loop"] = self._extended(items, index)
        return names

    def _extended(self, items: Sequence[Any], index: int) -> dict[str, Any]:
        length = len(items)
        names = {
            "index": index + 1, "index0": index, "first": index == 0, "last": index + 1 == length, "length": length,
            "revindex": length - index, "revindex0": length - index - 1,
        }
        if index > 0:
            names["previtem"] = items[index - 1]
        if index + 1 < length:
            names["nextitem"] = items[index + 1]
        return names | ({"allitems": list(items)} if self.all_items else {})

    def text(self, item: Any, scope: Scope) -> str:
        """Return what is shown of an item. Raises ``ExpressionError``."""
        value = item if self.label is None else value_of(self.label, scope)
        text = str(value)
        return text if len(text) <= _LABEL else f"{text[:_LABEL]}..."

    def is_over(self, scope: Scope) -> bool:
        """Return whether ``break_when`` ends the loop. Raises ``ExpressionError``."""
        return self.break_when is not None and first_false([self.break_when], scope) is None


_LABEL = 200
"""How many characters of an item are shown."""


def control_of(task: Task, scope: Scope) -> Control:
    """Return what a task's ``loop_control`` says. Raises ``ExpressionError``."""
    node = task.keywords.get("loop_control")
    if node is None:
        return Control()
    keywords = {str(key): child for key, child in node.items()} or NOTHING
    names = {key: str(value_of(keywords[key], scope)) for key in ("loop_var", "index_var") if key in keywords}
    return Control(
        **names, label=keywords.get("label"), pause=number(keywords, "pause", scope, 0),
        extended=flag(keywords, "extended", scope),
        all_items="extended_allitems" not in keywords or flag(keywords, "extended_allitems", scope),
        break_when=keywords.get("break_when"),
    )
