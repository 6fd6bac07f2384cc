"""Records -> plain data for JSON, always in the same order."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from runner.model.plan import Open


def encode(value: Any, mask: Callable[[str], str] = str) -> Any:  # noqa: PLR0911 - one return a kind of value
    """Return a record as plain data. Texts go through ``mask``; mappings keep their order, fields theirs.

    A value that only the build knows becomes ``{"open": TEMPLATE, "needs": NAME, "reason": WHY}``.
    """
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Open):
        return {"open": mask(value.template), "needs": value.needs, "reason": mask(value.reason)}
    if hasattr(value, "_fields"):
        shown = ((name.rstrip("_"), getattr(value, name)) for name in value._fields)
        return {name: encode(each, mask) for name, each in shown if each is not None}
    if isinstance(value, Mapping):
        return {mask(str(key)): encode(each, mask) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [encode(each, mask) for each in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return mask(str(value))


def to_json(value: Any, mask: Callable[[str], str] = str) -> str:
    """Return a record as JSON text with a line end."""
    return json.dumps(encode(value, mask), indent=2, ensure_ascii=False) + "\n"
