"""What schemas, values and unknown words are called in messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from runner.diagnostics import Report, did_you_mean
from runner.text import Node, Span

Schema = dict[str, Any]

_WANTED = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}
_FEW = 8
"""How many words a hint lists."""
_LONGEST = 60
"""How many characters of a value a message shows."""


def unknown_word(
    code: str, what: str, word: str, known: Iterable[str], place: Span, report: Report, *, otherwise: str | None = None
) -> None:
    """Report a word that means nothing, with the word that was probably meant or the words that would do.

    ``otherwise`` is the hint when no word is near and there are too many to list.
    """
    words = sorted(known)
    few = f"known: {', '.join(words)}" if 0 < len(words) <= _FEW else None
    report.add(code, f"unknown {what} {word!r}", place, hint=did_you_mean(word, words) or few or otherwise)


def wanted(schema: Schema) -> str:
    """Say in words what a schema wants."""
    types = schema.get("type", [])
    names = [types] if isinstance(types, str) else list(types)
    if names[:1] == ["boolean"]:
        return _WANTED["boolean"]
    if names[:1] in (["integer"], ["number"], ["object"], ["string"]):
        return _WANTED[names[0]]
    words = [_WANTED[name] for name in names if name != "null"]
    return " or ".join(dict.fromkeys(words)) or "another value"


def shown(node: Node) -> str:
    """Return what a value is called: itself when it is short, its kind when it has parts."""
    value = node.value
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, tuple):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return node.raw or str(value)
    return repr(value if len(value) <= _LONGEST else value[: _LONGEST - 3] + "...")


def listed(names: Sequence[str], word: str) -> str:
    """Return names in quotes, the last two joined by ``word``."""
    quoted = [repr(name) for name in names]
    return f" {word} ".join((", ".join(quoted[:-1]), quoted[-1])) if len(quoted) > 1 else "".join(quoted)
