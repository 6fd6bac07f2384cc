"""The schema of playbooks for editors: one for all, with the options of every plugin where its name stands.

Ingot itself checks a playbook part by part, by ``parts.json``: the reader of a part knows which plugin is meant.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from runner.reading.keywords import PARTS, Playbook
from runner.schema.generate import DIALECT, EXPRESSION, schema_of
from runner.sdk.plugin import Kind

Schema = dict[str, Any]
Options = Mapping[Kind, Mapping[str, Schema]]
"""Kind -> name of a plugin -> schema of its options."""
Index = Mapping[str, Mapping[str, Any]]
"""What ``index.json`` holds."""
_RULES = ("required", "allOf")
_ANYTHING = ["string", "number", "boolean", "array", "object", "null"]


def parts_schema() -> Schema:
    """Return the schemas of a playbook's parts, each under ``$defs``."""
    records: dict[str, type[Any]] = {"playbook": Playbook, **PARTS}
    parts = {name: schema_of(record) for name, record in records.items()}
    return {"$schema": DIALECT, "$id": "parts.json", "title": "Parts of an Ingot playbook", "$defs": parts}


def playbook_schema(options: Options, index: Index) -> Schema:
    """Return the schema of a playbook, or of an Ansible playbook, which is a list of plays."""
    parts = {name: schema_of(record) for name, record in PARTS.items()}
    own: dict[Kind, Schema] = {"builders": parts["source"]["properties"], "data_sources": parts["data"]["properties"]}
    chosen = {
        f"{kind}.{name}": _chosen_options(kind, name, schema, keys)
        for kind, keys in own.items() for name, schema in options[kind].items()
    }
    defs = {
        **parts,
        "variable": _variable(parts["variable"]),
        "source": _choice(parts["source"], "builder", "builders", options, index),
        "data": _choice(parts["data"], "type", "data_sources", options, index),
        "source_use": _source_use(parts["source_use"]),
        "role_use": {**parts["role_use"], "type": ["object", "string"]},
        "matrix": {**parts["matrix"], "additionalProperties": {"type": ["array", "string"]}},
        "modules": _modules(options["modules"], index),
        "task": _task(parts["task"], parts["block"]),
        "handler": _task(parts["handler"], parts["block"]),
        "post_processor": _post_processor(parts["post_processor"], options["post_processors"]),
        "post_processors": _chain(),
        **chosen,
    }
    whole = schema_of(Playbook)
    defs["play"]["properties"]["post_processors"]["items"] = {"$ref": "#/$defs/post_processors"}
    head = {"$schema": DIALECT, "$id": "playbook.json", "title": "Ingot playbook"}
    about = {"description": inspect.cleandoc(Playbook.__doc__ or ""), **whole, "type": ["object", "array"]}
    return {**head, **about, "items": {"$ref": "#/$defs/play"}, "$defs": defs}


def role_schema() -> Schema:
    """Return the schemas of a role's files, each under ``$defs``."""
    values = {"type": ["object", "null"]}
    files = {
        "tasks": {"type": "array", "items": {"$ref": "playbook.json#/$defs/task"}},
        "handlers": {"type": "array", "items": {"$ref": "playbook.json#/$defs/handler"}},
        "defaults": values,
        "vars": values,
        "meta": {"$ref": "playbook.json#/$defs/role_meta"},
    }
    return {
        "$schema": DIALECT, "$id": "role.json", "title": "Files of a role",
        "$defs": {**files, "expression": {"type": "string", "pattern": EXPRESSION}},
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in files],
    }


def _variable(part: Schema) -> Schema:
    """Return the schema of a declaration, which a mapping with one of its keys is, or of a default."""
    keys = list(part["properties"])
    declares = {"type": "object", "anyOf": [{"required": [key]} for key in keys]}
    return {
        **part, "type": _ANYTHING, "additionalProperties": True,
        "if": declares, "then": {"propertyNames": {"enum": keys}},
    }


def _choice(part: Schema, key: str, kind: Kind, options: Options, index: Index) -> Schema:
    """Return the schema of a part whose ``key`` names a plugin, and whose further keys are the plugin's options."""
    names = {name: [name, *_aliases(index, kind, name)] for name in options[kind]}
    choices = [
        {"const": each, "description": options[kind][name]["description"]} for name in names for each in names[name]
    ]
    about = {"description": part["properties"][key]["description"], "anyOf": [*choices, {"type": "string"}]}
    conditions = [
        {
            "if": {"properties": {key: {"enum": known}}, "required": [key]},
            "then": {"$ref": f"#/$defs/{kind}.{name}"},
        }
        for name, known in names.items()
    ]
    return {**part, "properties": {**part["properties"], key: about}, "allOf": conditions}


def _chosen_options(kind: Kind, name: str, schema: Schema, own: Mapping[str, Schema]) -> Schema:
    """Return the schema of a plugin's options beside the part's ``own`` keys.

    A source may be completed by one that extends it, or in a play: no option has to be there.
    """
    properties: Schema = {each: {"$ref": f"{kind}/{name}.json#/properties/{each}"} for each in schema["properties"]}
    properties |= {key: {} for key in own}
    rules = {rule: schema[rule] for rule in _RULES if rule in schema and kind != "builders"}
    return {"type": "object", "properties": properties, "additionalProperties": False, **rules}


def _source_use(part: Schema) -> Schema:
    """Return the schema of a source in a play: its name, or its name with options."""
    options = {**part, "type": ["object", "null"]}
    return {"type": ["string", "object"], "minProperties": 1, "maxProperties": 1, "additionalProperties": options}


def _modules(known: Mapping[str, Schema], index: Index) -> Schema:
    """Return the schema of the modules in a task. Names of collections are understood, and not proposed."""
    properties: Schema = {}
    patterns: Schema = {}
    for name, schema in known.items():
        shorthand = ["string", "null", *(("number", "boolean") if schema["x-ingot"]["free_form"] else ())]
        options = _either(schema, f"modules/{name}.json", shorthand)
        aliases = _aliases(index, "modules", name)
        properties |= {each: options for each in (name, *aliases) if "." not in each}
        qualified = [re.escape(each) for each in aliases if "." in each]
        patterns[f"^({'|'.join(qualified)})$"] = options
    return {"properties": properties, "patternProperties": patterns}


def _either(schema: Schema, ref: str, shorthand: list[str]) -> Schema:
    """Return the schema of a plugin's options, or of what may stand for them."""
    return {"description": schema["description"], "anyOf": [{"$ref": ref}, {"type": shorthand}]}


def _aliases(index: Index, kind: Kind, name: str) -> list[str]:
    return [alias for alias, meant in index[kind]["aliases"].items() if meant == name]


def _task(part: Schema, block: Schema) -> Schema:
    """Return the schema of a task with its module, or of a block."""
    own = {key: block["properties"][key] for key in ("block", "rescue", "always")}
    return {
        **part,
        "properties": {**part["properties"], **own},
        "additionalProperties": True,
        "allOf": [*part.get("allOf", ()), {"$ref": "#/$defs/modules"}],
        "if": {"required": ["block"]},
        "then": {"$ref": "#/$defs/block"},
    }


def _post_processor(part: Schema, known: Mapping[str, Schema]) -> Schema:
    """Return the schema of a post-processor: its name, or its name with options, and keywords."""
    options = {name: _either(schema, f"post_processors/{name}.json", ["null"]) for name, schema in known.items()}
    return {
        **part,
        "type": ["object", "string"],
        "properties": {**part["properties"], **options},
        "additionalProperties": True,
        "allOf": [{"if": {"type": "object"}, "then": rule} for rule in part.get("allOf", ())],
    }


def _chain() -> Schema:
    one = {"$ref": "#/$defs/post_processor"}
    return {"anyOf": [one, {"type": "array", "items": one}]}
