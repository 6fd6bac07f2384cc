"""Leave out options that a component cannot have: Packer would refuse the template, and somebody wants it all the same.

That is a value that an option cannot have, and an option that excludes one before it. They stay as comments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.diagnostics import Report
from runner.formats.hcl.tree import Attr, Attribute, Block, Body, Expression, Lit, Many, Ref
from runner.packer.coverage import Coverage
from runner.packer.mending.components import HOLDERS, component, name_of
from runner.schema.check import check
from runner.schema.words import Schema
from runner.text import NOTHING, Node, Span

_SOMETHING = "{{ something }}"
"""Stands for what is computed: nothing can be said of it before it is."""
_FAULTS = frozenset({"E102", "E105", "E106", "E107", "E112"})
"""What makes of an option one that has to go: no choice, no such form, out of range, excluded by another."""
_EXCLUDED = frozenset({"E107"})


def without_misfits(body: Body, coverage: Coverage) -> Body:
    """Return a template without options that their components cannot have."""
    defaults = _defaults(body)
    return body._replace(items=tuple(_fitting(item, defaults, coverage) for item in body.items))


def _defaults(body: Body) -> Mapping[str, Lit]:
    """Return the values that variables have unless others are given."""
    found = {each.name: each.value for block in body.blocks("variables") for each in block.body.attributes()}
    for block in body.blocks("variable"):
        if (default := block.body.get("default")) is not None:
            found[block.labels[0]] = default.value
    return {name: value for name, value in found.items() if isinstance(value, Lit)}


def _fitting(item: Attribute | Block, defaults: Mapping[str, Lit], coverage: Coverage) -> Attribute | Block:
    """Return a component, or the components of a build, without options that they cannot have."""
    if isinstance(item, Attribute):
        return item
    if item.type in HOLDERS:
        inner = tuple(_fitting(each, defaults, coverage) for each in item.body.items)
        return item._replace(body=item.body._replace(items=inner))
    entry = component(item)
    faults = _faults(item.body, entry.schema, defaults) if entry is not None else NOTHING
    if not faults:
        return item
    kept: list[Attribute | Block] = []
    lost: list[str] = []
    for each in item.body.items:
        message = faults.get(each.name) if isinstance(each, Attribute) else None
        if message is None:
            kept.append(each)
            continue
        assert isinstance(each, Attribute)
        coverage.mended(each.place, f"{'.'.join((item.type, *item.labels))}.{each.name}", f"{message}; it is left out")
        first, *more = f"{each.name} = {each.value.place.text()}".splitlines()
        lost += [f"{first}  ({message})", *more]
    return item._replace(body=item.body._replace(items=tuple(kept), end=(*item.body.end, *lost)))


def _faults(body: Body, schema: Schema, defaults: Mapping[str, Lit]) -> Mapping[str, str]:
    """Return the options that a component cannot have as they are, and why.

    What excludes each other does so with the defaults of variables, too; what a variable may have instead of a default
    that is wrong is for those who give it.
    """
    found = _wrong(body, schema, None, _FAULTS)
    return {**_wrong(body, schema, defaults, _EXCLUDED), **found}


def _wrong(body: Body, schema: Schema, defaults: Mapping[str, Lit] | None, codes: frozenset[str]) -> dict[str, str]:
    properties = schema.get("properties", NOTHING)
    given: dict[Any, Node] = {}
    names: dict[Span, str] = {}
    for item in body.items:
        name = name_of(item)
        value = _value(item.value, defaults) if isinstance(item, Attribute) else _SOMETHING
        if name in properties and value is not None and value != "":
            given[name] = Node(value, item.place, item.place)
            names[item.place] = name
    found = Report()
    check(Node(given, body.place), schema, found)
    return {names[each.span]: each.message for each in found.diagnostics if each.code in codes and each.span in names}


def _value(value: Expression, defaults: Mapping[str, Lit] | None) -> str | int | float | bool | None:
    """Return a value as far as it is known; with ``defaults`` it is only asked whether there will be one."""
    match value:
        case Attr(Ref("var"), name) if defaults and name in defaults:
            value = defaults[name]
        case Many(items) if items and defaults is not None:
            return "some"
    return value.value if isinstance(value, Lit) else _SOMETHING
