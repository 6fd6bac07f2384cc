"""Make the published schemas and the index of built-in plugins from the records."""

from __future__ import annotations

import inspect
import json
import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, get_args

from runner.events import event
from runner.model.manifest import Manifest
from runner.model.plan import Plan
from runner.modules.names import COLLECTIONS
from runner.reading.shapes import PARTS, Playbook
from runner.schema.document import document_schema
from runner.schema.generate import DIALECT, EXPRESSION, schema_of, schema_of_plugin
from runner.sdk.plugin import Kind, Plugin

Schema = dict[str, Any]
KINDS: tuple[Kind, ...] = get_args(Kind)


def plugins(kind: Kind) -> Iterator[tuple[str, type[Plugin[Any]]]]:
    """Yield the built-in plugins of a kind, each with its location ``package.module:Class``."""
    package = import_module(f"runner.{kind}")
    for module in sorted(pkgutil.walk_packages(package.__path__, f"{package.__name__}."), key=lambda m: m.name):
        for name, value in vars(import_module(module.name)).items():
            own = inspect.isclass(value) and value.__module__ == module.name
            if own and issubclass(value, Plugin) and "name" in vars(value):
                yield f"{module.name}:{name}", value


def schemas() -> Mapping[str, str]:
    """Return every file of ``schemas/`` by its path in there."""
    files: dict[str, Any] = {}
    index: Schema = {}
    for kind in KINDS:
        known: Schema = {}
        aliases: dict[str, str] = {}
        for location, plugin in plugins(kind):
            schema = schema_of_plugin(plugin)
            files[f"{kind}/{plugin.name}.json"] = {"$id": f"{kind}/{plugin.name}.json", **schema}
            known[plugin.name] = {"location": location, "runs": plugin.runs()}
            if kind == "modules":
                about = schema["x-ingot"]
                known[plugin.name] |= {"free_form": about["free_form"], "version": about["version"]}
                aliases |= dict.fromkeys(_qualified(plugin.name), plugin.name)
            for alias in plugin.aliases:
                aliases[alias] = plugin.name
                if kind == "modules":
                    aliases |= dict.fromkeys(_qualified(alias), plugin.name)
        index[kind] = {"plugins": known, "aliases": dict(sorted(aliases.items()))}
    files["index.json"] = index
    files["playbook.json"] = _playbook(index)
    files["role.json"] = _role()
    files["plan.json"] = {"$id": "plan.json", **document_schema(Plan, "Ingot plan")}
    files["manifest.json"] = {"$id": "manifest.json", **document_schema(Manifest, "Ingot manifest")}
    files["event.json"] = _event()
    return {path: json.dumps(value, indent=1, ensure_ascii=False) + "\n" for path, value in files.items()}


def _qualified(name: str) -> tuple[str, ...]:
    collection = COLLECTIONS.get(name)
    if collection:
        return (f"{collection}.{name}", f"ansible.legacy.{name}")
    return (f"ansible.builtin.{name}", f"ansible.legacy.{name}")


def _playbook(index: Schema) -> Schema:
    """Return the schema of a playbook: for editors, with the options of every plugin where its name stands."""
    parts = {name: schema_of(record) for name, record in PARTS.items()}
    called: tuple[tuple[str, Kind], ...] = (
        ("task", "modules"), ("handler", "modules"), ("post_processor", "post_processors")
    )
    for part, kind in called:
        parts[part]["x-keywords"] = sorted(parts[part]["properties"])
        parts[part]["properties"] |= _named(kind, index)
        parts[part]["additionalProperties"] = True
    parts["source"]["allOf"] = _selected("builders", "builder", index)
    parts["data"]["allOf"] = _selected("data_sources", "type", index)
    head = {"$schema": DIALECT, "$id": "playbook.json", "title": "Ingot playbook"}
    return head | {"description": inspect.cleandoc(Playbook.__doc__ or "")} | schema_of(Playbook) | {"$defs": parts}


def _named(kind: Kind, index: Schema) -> Schema:
    """Return properties: the name of each plugin with its schema, or a text or nothing instead of a mapping."""
    return {
        name: {"anyOf": [{"$ref": f"{kind}/{name}.json"}, {"type": ["string", "null"]}]}
        for name in index[kind]["plugins"]
    }


def _selected(kind: Kind, key: str, index: Schema) -> list[Schema]:
    names = index[kind]["plugins"]
    return [
        {"if": {"properties": {key: {"const": name}}, "required": [key]}, "then": {"$ref": f"{kind}/{name}.json"}}
        for name in names
    ]


def _event() -> Schema:
    """Return the schema of a line of ``build --json``: one event, its kind under ``event``."""
    kinds = [each for each in vars(event).values() if inspect.isclass(each) and issubclass(each, event.Event)]
    parts: Schema = {}
    for kind in kinds:
        if kind is event.Event:
            continue
        schema = document_schema(kind, kind.__name__)
        parts |= schema.pop("$defs", {})
        schema.pop("$schema")
        schema["properties"] = {"event": {"const": kind.__name__}, **schema["properties"]}
        schema["required"] = ["event", *schema["required"]]
        parts[kind.__name__] = schema
    names = [kind.__name__ for kind in kinds if kind is not event.Event]
    head = {"$schema": DIALECT, "$id": "event.json", "title": "Ingot event"}
    return head | {"oneOf": [{"$ref": f"#/$defs/{name}"} for name in names], "$defs": parts}


def _role() -> Schema:
    """Return the schemas of a role's files, each under ``$defs``."""
    tasks = {"type": "array", "items": {"$ref": "playbook.json#/$defs/task"}}
    handlers = {"type": "array", "items": {"$ref": "playbook.json#/$defs/handler"}}
    values = {"type": ["object", "null"]}
    return {
        "$schema": DIALECT, "$id": "role.json", "title": "Files of a role",
        "$defs": {
            "tasks": tasks, "handlers": handlers, "defaults": values, "vars": values,
            "meta": {"$ref": "playbook.json#/$defs/role_meta"}, "expression": {"type": "string", "pattern": EXPRESSION},
        },
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in ("tasks", "handlers", "defaults", "vars", "meta")],
    }
