"""By the rules of 2.18, templates, conditions and loops come to what an ansible-core 2.18 made of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_cases import in_json, load

from runner.diagnostics import Report
from runner.execution.loops import items_of
from runner.execution.values import bare_value, value_of
from runner.expand.dialect import Dialect
from runner.expand.error import ExpressionError
from runner.expand.role_plugins import RolePlugins
from runner.expand.scope import Scope
from runner.expand.world import World, base_scope, lookup_functions
from runner.formats import documents
from runner.modules.set_fact import SetFact
from runner.schema.records import make
from runner.text import Node, SourceFile

WORLD = World(Path(), Path.cwd(), {"INGOT_A": "a b"}, datetime(2023, 11, 14, tzinfo=UTC), RolePlugins())
RECORDED = load("compat/rules_2.18.yml")


def node_of(value: Any) -> Node:
    """Return a value as a node of a document."""
    found = documents.parse(SourceFile("values.yml", json.dumps(value)), Report())
    assert found is not None
    return found


def scope_of(variables: dict[str, Any]) -> Scope:
    """Return what a task of a play with the rules of 2.18 knows."""
    names = {str(name): node_of(value) for name, value in variables.items()}
    own: dict[str, Any] = {}
    scope = Scope(*base_scope(WORLD).layers, names, own, dialect=Dialect(WORLD.plugins, "2.18"))
    own |= lookup_functions(WORLD, scope)
    return scope


def ours(case: dict[str, Any]) -> Any:
    """Return what Ingot makes of a case."""
    scope = scope_of(case.get("vars", {}))
    for keyword in ("loop", "with_items"):
        if keyword in case:
            return items_of(keyword, node_of(case[keyword]), scope)
    if "when" in case:
        return all(bool(bare_value(each, scope)) for each in node_of(case["when"]).elements())
    if "fact" in case:
        work = SetFact(make(SetFact.options_type(), {"x": value_of(node_of(case["fact"]), scope)})).apply({})
        next(work)
        with pytest.raises(StopIteration) as end:
            work.send(scope.dialect.rules == "2.18")
        return end.value.value.variables["x"]
    return value_of(node_of(case["text"]), scope)


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: str(next(case[key] for key in case if key != "file")))
def test_as_recorded(case: dict[str, Any]) -> None:
    fails = case.get("fails", False) if "ours" not in case else False
    if fails or case.get("refused"):
        with pytest.raises(ExpressionError):
            ours(case)
        return
    wanted = case.get("ours", case.get("result"))
    found = in_json(ours(case))
    assert found == wanted
    assert type(found) is type(wanted)
