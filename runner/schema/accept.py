"""Tell whether a node fits a schema: the quick answer for input that is right.

It knows the part of JSON Schema that ``generate`` writes. A ``$ref`` is a border: what lies behind it is checked
by the reader of that part, with the schema of what it names.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import Any

from runner.text import Node

Schema = dict[str, Any]
_compiled = cache(re.compile)

_TYPES: dict[type, tuple[str, ...]] = {
    str: ("string",),
    bool: ("boolean",),
    int: ("integer", "number"),
    float: ("number",),
    type(None): ("null",),
    dict: ("object",),
    tuple: ("array",),
    dt.date: ("string",),
    dt.datetime: ("string",),
    bytes: ("string",),
}


def accepts(node: Node, schema: Schema) -> bool:
    """Return whether ``schema`` accepts ``node``, and no unquoted text means something else than it says."""
    if not schema or "$ref" in schema:
        return True
    value = node.value
    types = schema.get("type")
    if types is not None and not _typed(node, types, schema):
        return False
    if isinstance(value, dict):
        if not _mapping(value, schema):
            return False
    elif isinstance(value, tuple):
        items = schema.get("items")
        if items is not None and not all(accepts(item, items) for item in value):
            return False
    elif not _scalar(node, schema):
        return False
    return _combined(node, schema)


def _typed(node: Node, types: str | list[str], schema: Schema) -> bool:
    value = node.value
    wanted = (types,) if isinstance(types, str) else types
    if not any(kind in wanted for kind in _TYPES[type(value)]):
        whole = type(value) is float and value.is_integer() and "integer" in wanted
        if not whole:
            return False
    return not is_trap(node, schema)


def is_trap(node: Node, schema: Schema) -> bool:
    """Return whether a text is wanted, and YAML read the unquoted text as a value that is written otherwise."""
    value, raw = node.value, node.raw
    if raw is None or value is None or isinstance(value, str | dict | tuple | dt.date):
        return False
    types = schema.get("type", ())
    if schema.get("x-octal"):
        return isinstance(value, int) and not raw.startswith("0")
    return bool(types) and types[0] == "string" and ("boolean" not in types) and str(value) != raw


def _scalar(node: Node, schema: Schema) -> bool:
    value = node.value
    pattern = schema.get("pattern")
    if pattern is not None and isinstance(value, str) and not _compiled(pattern).search(value):
        return False
    if "enum" in schema and not any(value == each and type(value) is type(each) for each in schema["enum"]):
        return False
    if "const" in schema and value != schema["const"]:
        return False
    if isinstance(value, int | float) and not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:
            return False
        if "maximum" in schema and value > schema["maximum"]:
            return False
    return True


def _mapping(value: dict[Any, Node], schema: Schema) -> bool:
    properties = schema.get("properties", {})
    patterns = schema.get("patternProperties")
    rest = schema.get("additionalProperties", True)
    for key, child in value.items():
        known = properties.get(key)
        if known is not None:
            if "deprecated" in known or not accepts(child, known):
                return False
        elif patterns and isinstance(key, str) and (fits := [p for p in patterns if _compiled(p).search(key)]):
            if not all(accepts(child, patterns[each]) for each in fits):
                return False
        elif rest is False or (rest is not True and not accepts(child, rest)):
            return False
        if not isinstance(key, str) and properties:
            return False
    if any(key not in value for key in schema.get("required", ())):
        return False
    needs = schema.get("dependentRequired")
    return not needs or all(all(n in value for n in needs[key]) for key in needs if key in value)


def _combined(node: Node, schema: Schema) -> bool:
    if "anyOf" in schema and not any(accepts(node, each) for each in schema["anyOf"]):
        return False
    if "allOf" in schema and not all(accepts(node, each) for each in schema["allOf"]):
        return False
    if "oneOf" in schema and sum(accepts(node, each) for each in schema["oneOf"]) != 1:
        return False
    return not ("not" in schema and accepts(node, schema["not"]))
