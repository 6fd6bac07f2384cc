"""Make the published schemas and the index of built-in plugins from the records."""

from __future__ import annotations

import inspect
import json
import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, get_args

from runner.cli.editors import parts_schema, playbook_schema, role_schema
from runner.events import event
from runner.model.manifest import Manifest
from runner.model.plan import Plan
from runner.modules.names import COLLECTIONS
from runner.packer.coverage import CoverageReport
from runner.schema.document import document_schema
from runner.schema.generate import DIALECT, schema_of_plugin
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
    options: dict[Kind, dict[str, Schema]] = {kind: {} for kind in KINDS}
    for kind in KINDS:
        known: Schema = {}
        aliases: dict[str, str] = {}
        for location, plugin in plugins(kind):
            schema = schema_of_plugin(plugin)
            options[kind][plugin.name] = schema
            files[f"{kind}/{plugin.name}.json"] = {"$id": f"{kind}/{plugin.name}.json", **schema}
            known[plugin.name] = {"location": location, "runs": plugin.runs()}
            if kind == "modules":
                about = schema["x-ingot"]
                known[plugin.name] |= {"free_form": about["free_form"], "version": about["version"]}
                aliases |= dict.fromkeys(_qualified(plugin.name), plugin.name)
            if kind == "post_processors" and "-" in plugin.name:  # as modules do, they take both ways to write it
                aliases[plugin.name.replace("-", "_")] = plugin.name
            for alias in plugin.aliases:
                aliases[alias] = plugin.name
                if kind == "modules":
                    aliases |= dict.fromkeys(_qualified(alias), plugin.name)
        index[kind] = {"plugins": known, "aliases": dict(sorted(aliases.items()))}
    files["index.json"] = index
    files["parts.json"] = parts_schema()
    files["playbook.json"] = playbook_schema(options, index)
    files["role.json"] = role_schema()
    files["plan.json"] = {"$id": "plan.json", **document_schema(Plan, "Ingot plan")}
    files["manifest.json"] = {"$id": "manifest.json", **document_schema(Manifest, "Ingot manifest")}
    files["coverage.json"] = {"$id": "coverage.json", **document_schema(CoverageReport, "Ingot coverage report")}
    files["event.json"] = _event()
    return {path: json.dumps(value, indent=1, ensure_ascii=False) + "\n" for path, value in files.items()}


def _qualified(name: str) -> tuple[str, ...]:
    collection = COLLECTIONS.get(name)
    if collection:
        return (f"{collection}.{name}", f"ansible.legacy.{name}")
    return (f"ansible.builtin.{name}", f"ansible.legacy.{name}")


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
