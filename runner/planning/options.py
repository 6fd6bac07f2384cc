"""Options as the plan shows them: rendered where that is possible, open where only the build can."""

from __future__ import annotations

from typing import Any

from runner.diagnostics import Report
from runner.expand.error import ExpressionError, Late
from runner.expand.render import OMIT, has_template, render, to_node
from runner.expand.scope import Scope
from runner.model.plan import Open
from runner.schema.check import check
from runner.text import Node

Schema = dict[str, Any]


def rendered_options(
    options: Node, scope: Scope, schema: Schema, report: Report, *, lenient: bool = False, guarded: bool = False
) -> dict[str, Any]:
    """Return the value of each option, or ``Open``; what expressions gave is checked against the schema again.

    ``lenient`` turns booleans into texts where a text is wanted, as Ansible does for modules. ``guarded`` says that
    a condition which only the build can decide stands before: an expression that fails is then left open, for it may
    never be reached.
    """
    values: dict[str, Any] = {}
    checked: dict[Any, Node] = {}
    properties = schema.get("properties", {})
    for key, node in options.items():
        name = str(key)
        known = properties.get(name, {})
        value = rendered(node, scope, report, guarded=guarded)
        if value is OMIT or (value is None and has_template(node) and _may_lack(name, schema)):
            continue  # an expression that comes to nothing gives no option, as in Ansible
        if known.get("x-octal") and isinstance(value, int):
            value = f"{value:04o}"  # YAML has read 0644 as a number, and permissions are written in octal
        values[known.get("x-alias-of", name)] = value
        if not has_template(node) or isinstance(value, Open):
            checked[name] = node
            continue
        checked[name] = to_node(_as_text(value, known) if lenient else value, node)
    if any(has_template(node) for _, node in options.items()):
        check(Node(checked, options.span, options.key_span), schema, report, lenient=lenient)
    return values


def _may_lack(name: str, schema: Schema) -> bool:
    """Return whether an option need not be given, and cannot be null."""
    known = schema.get("properties", {}).get(name, {})
    return name not in schema.get("required", ()) and "null" not in known.get("type", ("null",))


def rendered(node: Node, scope: Scope, report: Report, *, guarded: bool = False) -> Any:
    """Return a node's value; ``Open`` when only the build knows it, nothing when it is wrong (and reported)."""
    try:
        return render(node, scope)
    except Late as late:
        return Open(template_of(node), late.name, late.reason)
    except ExpressionError as error:
        if guarded:
            return Open(template_of(node), "", error.diagnostic.message)
        report.extend([error.diagnostic])
        return Open(template_of(node), "", error.diagnostic.message)


def template_of(node: Node) -> str:
    """Return the text of an expression; of a list or mapping that holds some, its YAML as one line."""
    if isinstance(node.value, str):
        return node.value
    import json

    return json.dumps(node.plain(), ensure_ascii=False, default=str)


def _as_text(value: Any, schema: Schema) -> Any:
    types = schema.get("type", ())
    text_wanted = bool(types) and types[0] == "string" and "boolean" not in types
    return str(value) if text_wanted and isinstance(value, bool) else value
