"""What it means to break a Cerberus rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_KINDS = {
    "string": "a text", "integer": "a whole number", "number": "a number", "float": "a number",
    "boolean": "true or false", "list": "a list", "dict": "a mapping", "date": "a date", "datetime": "a time",
    "binary": "binary data", "container": "a list or mapping", "set": "a list",
}
_COERCED = {"int": "integer", "str": "string", "bool": "boolean"}
_WORDS = {
    0x02: "is missing",
    0x03: "is not known",
    0x04: "needs {first} too",
    0x05: "needs {constraint}",
    0x06: "must not stand beside {first}",
    0x22: "must not be empty",
    0x23: "must not be null",
    0x25: "is not a mapping",
    0x26: "must have {first} items",
    0x27: "must be at least {constraint} long",
    0x28: "must be at most {constraint} long",
    0x41: "does not match {constraint!r}",
    0x42: "must be at least {constraint}",
    0x43: "must be at most {constraint}",
    0x44: "is not one of {listed}",
    0x45: "holds something else than {listed}",
    0x46: "must not be one of {listed}",
    0x47: "must not hold any of {listed}",
    0x48: "must contain {listed}",
    0x63: "cannot be set",
    0x91: "must not fit any of the definitions",
    0x92: "must fit just one of the definitions",
    0x93: "fits none of the definitions",
    0x94: "does not fit all of the definitions",
}
"""Cerberus' codes -> words that follow the name of the value and never repeat the value, which may be secret."""


def words_of(error: Any, parts: list[str]) -> str:
    """Return what an error of Cerberus says, as in ``is not one of a, b``; ``parts`` say why each definition fails."""
    constraint, info = error.constraint, error.info
    match error.code:
        case 0x24:
            return f"is not {kinds_of(constraint)}"
        case 0x61:
            return f"is not {kinds_of(_COERCED.get(str(constraint), str(constraint)))}"
    words = _WORDS.get(error.code)
    if words is None:
        return f"breaks the rule {error.rule!r}"
    listed = ", ".join(map(str, constraint)) if isinstance(constraint, list | tuple | set) else str(constraint)
    first = info[0] if info and isinstance(info[0], str | int) else ""
    shown = f"'{first}'" if isinstance(first, str) and not first.startswith("'") else first
    text = words.format(constraint=constraint, listed=listed, first=shown)
    return f"{text} ({'; '.join(parts)})" if parts else text


def within(path: Sequence[Any]) -> str:
    """Return a path into a value as it is written in an expression: ``[0].size``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def kinds_of(types: str | list[str]) -> str:
    """Return what a type, or one of several, is called."""
    names = [types] if isinstance(types, str) else list(types)
    return " or ".join(dict.fromkeys(_KINDS.get(name, name) for name in names))
