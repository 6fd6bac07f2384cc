"""Read the simplest expressions without Jinja: nearly all conditions of real playbooks are of this kind.

Jinja takes a third of a millisecond to parse an expression, this a few microseconds; a playbook of a thousand tasks
is checked in the blink of an eye only because of it. Whatever is not plainly of this kind is left to Jinja.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_LONGEST = 500
"""Longer templates are left to Jinja, in characters."""
_KEYWORDS = (
    "and|or|not|in|is|if|else|elif|for|recursive|with|without|import|from|as|set|block|do|"
    "true|false|none|True|False|None"
)
_NAME = rf"(?!(?:{_KEYWORDS})\b)[A-Za-z_][A-Za-z0-9_]*"
_TEXT = r"""(?:'[^'\\\n{}]*'|"[^"\\\n{}]*")"""
_CONSTANT = rf"(?:{_TEXT}|[0-9]+\b|(?:true|false|none|True|False|None)\b)"
_ATOM = rf"(?:{_NAME}(?:\.{_NAME}|\[(?:{_TEXT}|[0-9]+)\])*|{_CONSTANT})"
_CALL = rf"(?:\(\s*(?:{_ATOM}(?:\s*,\s*{_ATOM})*)?\s*\))"
_FILTERED = rf"{_ATOM}(?:\s*\|\s*{_NAME}{_CALL}?)*"
_TEST = rf"\bis\s+(?:not\s+)?(?:{_NAME}|none|true|false)"
_TESTED = rf"(?:not\s+)?{_FILTERED}(?:\s+{_TEST}{_CALL}?)?"
_COMPARED = rf"{_TESTED}(?:\s*(?:==|!=|<=|>=|<|>)\s*{_FILTERED}|\s+(?:not\s+)?in\s+{_FILTERED})?"
_SIMPLE = re.compile(rf"\s*{_COMPARED}(?:\s+(?:and|or)\s+{_COMPARED})*\s*")
_TOKEN = re.compile(
    rf"{_TEXT}|\|\s*(?P<filter>{_NAME})|(?P<test>{_TEST})|\.{_NAME}|(?P<name>\b{_NAME})"
)
_GUARDS = {"filter": ("default", "d"), "test": ("defined", "undefined"), "name": ()}
"""Filters and tests that let a name be undefined."""
_PIECE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Names:
    """The names that an expression uses, in the order of its text where that is known."""

    free: tuple[str, ...] = ()
    """Names whose value the expression needs."""
    guarded: tuple[str, ...] = ()
    """Those that it can do without: tested with ``is defined``, or with a ``default``."""
    filters: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


@lru_cache(maxsize=20_000)
def quick_names(template: str) -> Names | None:
    """Return the names in a template's expressions; nothing when they are not of the simplest kind."""
    if len(template) > _LONGEST or "{%" in template or "{#" in template:
        return None
    pieces = _PIECE.findall(template)
    rest = _PIECE.sub("", template)
    if "{{" in rest or "}}" in rest or not all(_SIMPLE.fullmatch(piece) for piece in pieces):
        return None
    found: dict[str, dict[str, None]] = {"name": {}, "filter": {}, "test": {}}
    guarded: dict[str, None] = {}
    for piece in pieces:
        root = ""
        for token in _TOKEN.finditer(piece):
            kind = token.lastgroup
            if kind is None:
                continue
            word = token[kind].split()[-1]
            found[kind][word] = None
            root = word if kind == "name" else root
            if word in _GUARDS[kind]:
                guarded[root] = None
    guarded.pop("", None)
    return Names(tuple(found["name"]), tuple(guarded), tuple(found["filter"]), tuple(found["test"]))
