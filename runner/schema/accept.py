"""Tell whether a node fits a schema: the quick answer for input that is right.

It knows the part of JSON Schema that ``generate`` writes. A ``$ref`` is a border: what lies behind it is checked
by the reader of that part, with the schema of what it names. Each schema is compiled once into nested functions,
for a playbook asks the same few schemas thousands of times.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from runner.schema.formats import fault
from runner.text import Node

Schema = dict[str, Any]
Test = Callable[[Node], bool]

_TYPES: dict[type, frozenset[str]] = {
    str: frozenset({"string"}),
    bool: frozenset({"boolean"}),
    int: frozenset({"integer", "number"}),
    float: frozenset({"number"}),
    type(None): frozenset({"null"}),
    dict: frozenset({"object"}),
    tuple: frozenset({"array"}),
    dt.date: frozenset({"string"}),
    dt.datetime: frozenset({"string"}),
    bytes: frozenset({"string"}),
}
_expression = cache(re.compile)
_compiled: dict[int, tuple[Schema, Test]] = {}


def accepts(node: Node, schema: Schema) -> bool:
    """Return whether ``schema`` accepts ``node``, and no unquoted text means something else than it says."""
    return _test_of(schema)(node)


def is_trap(node: Node, schema: Schema) -> bool:
    """Return whether a text is wanted, and YAML read the unquoted text as a value that is written otherwise."""
    value, raw = node.value, node.raw
    if raw is None or value is None or isinstance(value, str | dict | tuple | dt.date):
        return False
    if schema.get("x-octal"):
        return isinstance(value, int) and not raw.startswith("0")
    types = schema.get("type", ())
    return bool(types) and types[0] == "string" and "boolean" not in types and str(value) != raw


def _test_of(schema: Schema) -> Test:
    """Return the test that a schema stands for. The schema is kept, so that its identity stays its own."""
    known = _compiled.get(id(schema))
    if known is None:
        known = _compiled[id(schema)] = (schema, _compile(schema))
    return known[1]


def _compile(schema: Schema) -> Test:
    if not schema or "$ref" in schema:
        return _welcome
    tests = list(_tests(schema))
    if len(tests) == 1:
        return tests[0]

    def every(node: Node) -> bool:
        for test in tests:  # noqa: SIM110 - all() with a generator takes twice as long
            if not test(node):
                return False
        return True

    return every


def _tests(schema: Schema) -> Iterator[Test]:
    if "type" in schema:
        yield _typed(schema)
    if schema.keys() & {"properties", "patternProperties", "additionalProperties", "required", "dependentRequired"}:
        whole = schema.keys() & {"type", "patternProperties", "additionalProperties"}
        yield _mapping(schema) if whole else _rule(schema)
    if "object" in schema.get("type", ()) and "properties" not in schema:
        yield _text_keys
    if "items" in schema:
        item = _test_of(schema["items"])
        yield lambda node: not isinstance(node.value, tuple) or all(map(item, node.value))
    if "pattern" in schema:
        pattern = schema["pattern"]
        yield lambda node: not isinstance(node.value, str) or _expression(pattern).search(node.value) is not None
    if "format" in schema:
        name = schema["format"]
        yield lambda node: not isinstance(node.value, str) or fault(name, node.value) is None
    if "enum" in schema or "const" in schema:
        yield _chosen(schema.get("enum", [schema.get("const")]))
    if "minimum" in schema or "maximum" in schema:
        yield _ranged(schema.get("minimum", float("-inf")), schema.get("maximum", float("inf")))
    yield from _combined(schema)


def _typed(schema: Schema) -> Test:
    types = schema["type"]
    wanted = frozenset((types,) if isinstance(types, str) else types)
    fitting = {kind: bool(names & wanted) for kind, names in _TYPES.items()}
    whole = "integer" in wanted
    may_trap = bool(schema.get("x-octal")) or (not isinstance(types, str) and types[0] == "string")

    def typed(node: Node) -> bool:
        value = node.value
        if not fitting[type(value)] and not (whole and type(value) is float and value.is_integer()):
            return False
        return not (may_trap and node.raw is not None and is_trap(node, schema))

    return typed


def _chosen(choices: list[Any]) -> Test:
    allowed = {(type(each), each) for each in choices if not isinstance(each, list | dict)}

    def chosen(node: Node) -> bool:
        value = node.value
        return not isinstance(value, tuple | dict) and (type(value), value) in allowed

    return chosen


def _ranged(least: float, most: float) -> Test:
    def ranged(node: Node) -> bool:
        value = node.value
        return not isinstance(value, int | float) or isinstance(value, bool) or least <= value <= most

    return ranged


def _text_keys(node: Node) -> bool:
    """Return whether a free mapping has keys that can be texts: a number can, a boolean is a trap."""
    return not isinstance(node.value, dict) or all(type(key) in (str, int) for key in node.value)


def _refused(_node: Node) -> bool:
    return False


def _welcome(_node: Node) -> bool:
    return True


def _mapping(schema: Schema) -> Test:
    properties = schema.get("properties", {})
    known: dict[Any, Test] = {}  # filled as options are met: of a hundred keywords, a playbook uses ten
    patterns = [(re.compile(text).search, _test_of(each)) for text, each in schema.get("patternProperties", {}).items()]
    rest = schema.get("additionalProperties", True)
    others = {True: _welcome, False: _refused}[rest] if isinstance(rest, bool) else _test_of(rest)
    required = schema.get("required", ())
    needs = schema.get("dependentRequired", {})

    def other(key: Any, child: Node) -> bool:
        fits = [test for search, test in patterns if isinstance(key, str) and search(key)]
        if fits:
            return all(test(child) for test in fits)
        return (isinstance(key, str) or not properties) and others(child)

    def mapping(node: Node) -> bool:
        value = node.value
        if not isinstance(value, dict):
            return True
        for key, child in value.items():
            test = known.get(key)
            if test is None and key in properties:
                test = known[key] = _refused if "deprecated" in properties[key] else _test_of(properties[key])
            if not (test(child) if test is not None else other(key, child)):
                return False
        for key in required:
            if key not in value:
                return False
        return not needs or _has_needed(value, needs)

    return mapping


def _rule(schema: Schema) -> Test:
    """Return the test of a rule about some options; most rules only ask which of them are there."""
    required = schema.get("required", ())
    needs = schema.get("dependentRequired", {})
    tests = [(key, _test_of(each)) for key, each in schema.get("properties", {}).items()]

    def rule(node: Node) -> bool:
        value = node.value
        if not isinstance(value, dict):
            return True
        for key in required:
            if key not in value:
                return False
        for key, test in tests:
            if key in value and not test(value[key]):
                return False
        return not needs or _has_needed(value, needs)

    return rule


def _has_needed(value: dict[Any, Node], needs: dict[str, list[str]]) -> bool:
    return all(name in value for key in needs if key in value for name in needs[key])


def _combined(schema: Schema) -> Iterator[Test]:
    if "anyOf" in schema:
        yield _some([_test_of(each) for each in schema["anyOf"]])
    for each in schema.get("allOf", ()):
        yield _test_of(each)
    if "oneOf" in schema:
        one_of = [_test_of(each) for each in schema["oneOf"]]
        yield lambda node: [test(node) for test in one_of].count(True) == 1
    if "not" in schema:
        yield _excluded(schema["not"])
    if "if" in schema:
        condition, consequence = _test_of(schema["if"]), _test_of(schema["then"])
        yield lambda node: not condition(node) or consequence(node)


def _excluded(schema: Schema) -> Test:
    """Return the test that a schema does not fit; nearly always an option that it asks for is not there."""
    refused, needed = _test_of(schema), _needed(schema)

    def excluded(node: Node) -> bool:
        value = node.value
        if isinstance(value, dict):
            for key in needed:
                if key not in value:
                    return True
        return not refused(node)

    return excluded


def _needed(schema: Schema) -> tuple[str, ...]:
    """Return options without which no mapping fits a schema."""
    return (*schema.get("required", ()), *(key for each in schema.get("allOf", ()) for key in _needed(each)))


def _some(tests: list[Test]) -> Test:
    def some(node: Node) -> bool:
        for test in tests:  # noqa: SIM110 - as above
            if test(node):
                return True
        return False

    return some
