"""Records -> plain data for JSON, always in the same order."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from runner.model.plan import Open

_DIGEST = re.compile("[0-9a-f]{64}")


def masked(value: Any, mask: Callable[[str], str]) -> Any:
    """Return a record with every text in it gone through ``mask``.

    A digest holds no secret, and must not be spoilt by a short one: it is masked only when it is a secret itself.
    """
    if isinstance(value, str):
        text = mask(value)
        return value if _DIGEST.fullmatch(value) and any(part in text for part in "0123456789abcdef") else text
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = mask(str(value))
        return value if any(digit in text for digit in "0123456789") else text
    if hasattr(value, "_fields"):
        return type(value)(*(masked(each, mask) for each in value))
    if isinstance(value, Mapping):
        return {mask(str(key)): masked(each, mask) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(masked(each, mask) for each in value)
    return value


def encode(value: Any) -> Any:
    """Return a record as plain data; mappings keep their order, fields theirs.

    A value that only the build knows becomes ``{"open": TEMPLATE, "needs": NAME, "reason": WHY}``.
    """
    if isinstance(value, Open):
        return {"open": value.template, "needs": value.needs, "reason": value.reason}
    if hasattr(value, "_fields"):
        shown = ((name.rstrip("_"), getattr(value, name)) for name in value._fields)
        return {name: encode(each) for name, each in shown if each is not None}
    if isinstance(value, Mapping):
        return {str(key): encode(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [encode(each) for each in value]
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def to_json(value: Any) -> str:
    """Return a record as JSON text with a line end."""
    return json.dumps(encode(value), indent=2, ensure_ascii=False) + "\n"
