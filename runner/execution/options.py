"""Options of builders and post-processors: as the plan has them, and what it left open worked out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.diagnostics import Report
from runner.execution.stop import Stopped
from runner.execution.values import unknown
from runner.expand.error import Late
from runner.expand.scope import Scope
from runner.model.plan import Open
from runner.planning.options import rendered_options
from runner.text import Key, Node


def options_now(
    planned: Mapping[str, Any], written: Node, scope: Scope, schema: dict[str, Any]
) -> dict[str, Any]:
    """Return the options with every value known. Raises ``Stopped`` when one is not, or does not fit the schema.

    What the plan knows stays as it is, so that a build makes what its plan says.
    """
    if not any(isinstance(value, Open) for value in planned.values()):
        return dict(planned)
    known = schema.get("properties", {})
    nodes = {known.get(str(key), {}).get("x-alias-of", str(key)): node for key, node in written.items()}
    entries: dict[Key, Node] = {
        name: nodes[name] if isinstance(value, Open) else _fixed(value, nodes.get(name, written))
        for name, value in planned.items()
    }
    report = Report()
    options = rendered_options(Node(entries, written.span, written.key_span), scope, schema, report, lacking=report)
    for name, value in options.items():
        if isinstance(value, Open) and value.needs:
            report.extend([unknown(Late(value.needs, value.reason), nodes[name])])
    if report.failed:
        raise Stopped(*(each for each in report.diagnostics if each.severity == "error"))
    return options


def _fixed(value: Any, like: Node) -> Node:
    """Return a value as a node that is not rendered again."""
    if isinstance(value, dict):
        return Node({key: _fixed(each, like) for key, each in value.items()}, like.span, like.key_span)
    if isinstance(value, list):
        return Node(tuple(_fixed(each, like) for each in value), like.span, like.key_span)
    return Node(value, like.span, like.key_span, tag="!unsafe")
