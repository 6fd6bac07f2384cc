"""Tags: the users', and those by which Ingot knows what it has made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from runner.builders.shared.tags import KeyValue, NameValue
from runner.sdk import Failed, Session

RUN, BUILD, STARTED = "ingot.run", "ingot.build", "ingot.started"
"""Tags of everything that goes again: the run, the build, and the time at which the run began to make things."""
PREFIX = "ingot-"
"""How the names of such things begin."""
_FIELD = re.compile(r"\{\{-?\s*\.(\w+)(?:\.([\w.:/-]+))?\s*-?\}\}")


def marks(session: Session, started: str) -> dict[str, str]:
    """Return the tags of what a build makes and removes."""
    return {RUN: session.run, BUILD: session.build, STARTED: started}


def given(
    tags: Mapping[str, str] | None, blocks: Iterable[KeyValue | NameValue] | None, fields: Mapping[str, Any]
) -> dict[str, str]:
    """Return the tags that a user gives in either form, with Packer's fields such as ``{{ .SourceAMI }}`` filled in."""
    found = dict(tags or {})
    for each in blocks or ():
        found[each.key if isinstance(each, KeyValue) else each.name] = each.value
    return {filled(key, fields): filled(value, fields) for key, value in found.items()}


def filled(text: str, fields: Mapping[str, Any]) -> str:
    """Return a text with Packer's fields filled in. Raises ``Failed`` for one that is none."""

    def value(match: re.Match[str]) -> str:
        name, inner = match.groups()
        if name not in fields:
            raise Failed(f"{match[0]} is no field that is known here", f"there are {', '.join(sorted(fields))}")
        found = fields[name]
        return str(found.get(inner, "")) if inner is not None and isinstance(found, Mapping) else str(found)

    return _FIELD.sub(value, text)


def listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as AWS writes them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def specifications(tags: Mapping[str, str], *kinds: str) -> list[dict[str, Any]] | None:
    """Return the tags of things of several kinds that are about to be made."""
    return [{"ResourceType": kind, "Tags": listed(tags)} for kind in kinds] if tags else None


def tags_of(thing: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of something that AWS has described."""
    return {each["Key"]: each["Value"] for each in thing.get("Tags") or ()}


def wanted(filters: Mapping[str, str] | None, blocks: Iterable[NameValue] | None = None) -> list[dict[str, Any]]:
    """Return filters as AWS takes them."""
    found = {**(filters or {}), **{each.name: each.value for each in blocks or ()}}
    return [{"Name": name, "Values": [value]} for name, value in sorted(found.items())]
