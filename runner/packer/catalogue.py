"""What is known of the options of Packer's components: which of them are blocks in HCL, lists or maps."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, NamedTuple

from runner import registry
from runner.text import NOTHING

ComponentKind = Literal["builder", "provisioner", "post-processor", "data source"]
Shape = Literal["value", "list", "map", "block", "blocks"]
"""A list or a map of values, one block, or any number of blocks; a value is everything else."""


class Option(NamedTuple):
    """One option of a component, or of a block of it."""

    shape: Shape
    schema: Mapping[str, Any] = NOTHING
    """The published schema of its value."""
    options: Mapping[str, Option] = NOTHING
    """Those of the block, or of each block."""
    secret: bool = False


Options = Mapping[str, Option]


@cache
def options(kind: ComponentKind, name: str) -> Options | None:
    """Return the options of a component; nothing when it is not known."""
    if kind == "provisioner" and name == "file":
        return _FILE  # the module of that name is Ansible's
    plural = _KINDS[kind]
    entry = registry.find(plural, name)
    return _options(entry.schema) if entry else None


_KINDS: Mapping[ComponentKind, Any] = {
    "builder": "builders",
    "provisioner": "modules",
    "post-processor": "post_processors",
    "data source": "data_sources",
}
_FILE: Options = {
    "content": Option("value"),
    "destination": Option("value"),
    "direction": Option("value"),
    "generated": Option("value"),
    "source": Option("value"),
    "sources": Option("list"),
}


def _options(schema: Mapping[str, Any]) -> Options:
    return {name: _option(value) for name, value in schema.get("properties", {}).items()}


def _option(schema: Mapping[str, Any]) -> Option:
    types = schema.get("type", ())
    secret = bool(schema.get("x-secret"))
    items = schema.get("items", {})
    if "array" in types:
        if "properties" in items:
            return Option("blocks", schema, _options(items), secret)
        return Option("list", schema, secret=secret)
    if "object" in types:
        if "properties" in schema:
            return Option("block", schema, _options(schema), secret)
        return Option("map", schema, secret=secret)
    return Option("value", schema, secret=secret)
