"""Records that Ingot writes -> JSON Schema: plans, manifests, events. Their values are exact, never expressions."""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from runner.schema.generate import DIALECT, field_docs

Schema = dict[str, Any]
_SCALARS: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    Any: {},
}


def document_schema(record: type[Any], title: str) -> Schema:
    """Return the schema of the JSON that ``runner.model.encode`` writes for a record."""
    parts: Schema = {}
    body = _record(record, parts)
    head = {"$schema": DIALECT, "title": title, "description": inspect.cleandoc(record.__doc__ or "")}
    return head | body | ({"$defs": parts} if parts else {})


def _record(record: Any, parts: Schema) -> Schema:
    hints, docs = _hints(record), field_docs(record)
    properties: Schema = {}
    required: list[str] = []
    for field in _fields(record):
        name = field.rstrip("_")
        hint = hints[field]
        properties[name] = _of(hint, parts) | ({"description": docs[field]} if field in docs else {})
        if hint is not Any and type(None) not in get_args(hint):  # what is nothing is left out
            required.append(name)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _fields(record: Any) -> tuple[str, ...]:
    """Return the fields of a record: a dataclass or a named tuple."""
    return tuple(field.name for field in fields(record)) if is_dataclass(record) else record._fields


@cache
def _hints(record: Any) -> dict[str, Any]:
    return get_type_hints(record)


def _of(hint: Any, parts: Schema) -> Schema:
    if hint in _SCALARS:
        return dict(_SCALARS[hint])
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(args)}
    if origin in (Union, types.UnionType):
        kinds = [_of(arg, parts) for arg in args if arg is not type(None)]
        return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    if origin in (list, tuple):
        return {"type": "array", "items": _of(args[0], parts)}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": _of(args[1], parts)}
    assert isinstance(hint, type)
    name = hint.__name__
    if name not in parts:
        parts[name] = {}
        parts[name] = {"description": inspect.cleandoc(hint.__doc__ or ""), **_record(hint, parts)}
    return {"$ref": f"#/$defs/{name}"}
