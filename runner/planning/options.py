"""Options as the plan shows them: rendered where that is possible, open where only the build can."""

from __future__ import annotations

from typing import Any

from runner.diagnostics import Report
from runner.expand.error import Absent, ExpressionError, Late
from runner.expand.render import OMIT, has_template, is_fixed, render, to_node
from runner.expand.scope import Scope
from runner.model.plan import Open
from runner.schema.check import check, fits
from runner.text import Node

Schema = dict[str, Any]


def fixed_options(options: Node, schema: Schema) -> dict[str, Any] | None:
    """Return the value of each option when none needs a scope; nothing otherwise."""
    properties = schema.get("properties", {})
    values: dict[str, Any] = {}
    for key, node in options.items():
        if not is_fixed(node):
            return None
        name = str(key)
        known = properties.get(name)
        if known is None:
            values[name] = node.plain()
        else:
            values[known.get("x-alias-of", name)] = _in_octal(node.plain(), known)
    return values


def rendered_options(  # noqa: PLR0913 - they say how strictly the options are taken
    options: Node,
    scope: Scope,
    schema: Schema,
    report: Report,
    *,
    lenient: bool = False,
    guarded: bool = False,
    checked: bool = False,
    lacking: Report | None = None,
) -> dict[str, Any]:
    """Return the value of each option, or ``Open``; what expressions gave is checked against the schema again.

    ``lenient`` turns booleans into texts where a text is wanted, as Ansible does for modules. ``guarded`` says that
    a condition which only the build can decide stands before: an expression that fails is then left open, for it may
    never be reached. ``checked`` says that the options as they are written have been checked. With
    ``lacking`` an expression that comes to an empty text gives no option, for to Packer an empty value is none; what
    is missing then is reported there.
    """
    values: dict[str, Any] = {}
    found: dict[Any, Node] = {}
    properties = schema.get("properties", {})
    empty: dict[Any, Node] = {}
    changed = False
    for key, node in options.items():
        name = str(key)
        known = properties.get(name, {})
        fixed = is_fixed(node)
        template = not fixed and has_template(node)
        value = node.plain() if fixed else rendered(node, scope, report, guarded=guarded)
        changed = changed or (template and not (checked and isinstance(value, Open)))
        if value is OMIT or (value is None and template and lacking is None and _may_lack(name, schema)):
            continue  # an expression that comes to nothing gives no option, as in Ansible
        if template and lacking is not None:
            if value in ("", None):
                empty[name] = node
                continue
            value = _without_empty(value, known)
        values[known.get("x-alias-of", name)] = value = _in_octal(value, known)
        if not template or isinstance(value, Open):
            found[name] = node
            continue
        found[name] = to_node(_as_text(value, known) if lenient else value, node)
    sound = not changed or check(
        Node({**found, **empty}, options.span, options.key_span), schema, report, lenient=lenient
    )
    if empty and sound and lacking is not None:
        check(Node(found, options.span, options.key_span), schema, lacking, lenient=lenient)
    return values


def _without_empty(value: Any, schema: Schema) -> Any:
    """Return a value without the empty texts in its mappings where no empty text can stand."""
    if isinstance(value, list):
        return [_without_empty(each, schema.get("items", {})) for each in value]
    if not isinstance(value, dict):
        return value
    parts = schema.get("properties", {})
    kept = {name: each for name, each in value.items() if each not in ("", None) or fits(each, parts.get(name, {}))}
    return {name: _without_empty(each, parts.get(name, {})) for name, each in kept.items()}


def _in_octal(value: Any, schema: Schema) -> Any:
    """Return permissions as they are written: in octal. YAML has read 0644 as a number."""
    return f"{value:04o}" if isinstance(value, int) and schema.get("x-octal") else value


def _may_lack(name: str, schema: Schema) -> bool:
    """Return whether an option need not be given, and null is no value that says more than leaving it out."""
    known = schema.get("properties", {}).get(name, {"type": ("null",), "default": ""})
    own = "null" in known.get("type", ("null",)) and known.get("default") is not None
    return name not in schema.get("required", ()) and not own


def rendered(node: Node, scope: Scope, report: Report, *, guarded: bool = False) -> Any:
    """Return a node's value; ``Open`` when only the build knows it, nothing when it is wrong (and reported)."""
    try:
        return render(node, scope)
    except Late as late:
        if isinstance(late, Absent):
            late.tell(node, report)
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
