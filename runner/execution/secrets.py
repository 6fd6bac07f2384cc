"""The texts of a plan that are secret by their nature, such as passwords of builders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner import registry
from runner.model.plan import Plan


def secret_options(plan: Plan) -> Iterator[str]:
    """Yield the texts of all options that are marked as secret."""
    for build in plan.builds:
        yield from _marked("builders", build.builder, build.options)
        for step in (*build.steps, *build.handlers, *build.verify, *build.on_error):
            yield from _marked("modules", step.module, step.options)
        for chain in build.post_processors:
            for link in chain:
                yield from _marked("post_processors", link.type, link.options)


def _marked(kind: Any, name: str, options: Mapping[str, Any]) -> Iterator[str]:
    entry = registry.find(kind, name) if options else None
    if entry is not None:
        yield from _texts(options, entry.schema)


def _texts(value: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    if schema.get("x-secret"):
        if isinstance(value, str):
            yield value
    elif isinstance(value, Mapping):
        parts, rest = schema.get("properties", {}), schema.get("additionalProperties")
        for name, each in value.items():
            yield from _texts(each, parts.get(name, rest if isinstance(rest, dict) else {}))
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, schema.get("items", {}))
