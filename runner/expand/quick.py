"""Read the simplest expressions without Jinja: nearly all conditions of real playbooks are of this kind.

Jinja takes a third of a millisecond to parse an expression, this some microseconds; a playbook of a thousand tasks
is checked in the blink of an eye only because of it. Whatever is not plainly of this kind is left to Jinja::

    expression = comparison { ("and" | "or") comparison }
    comparison = ["not"] filtered ["is" ["not"] test [call]] [operator filtered | ["not"] "in" filtered]
    filtered   = atom { "|" filter [call] }
    call       = "(" [atom { "," atom }] ")"
    atom       = name { "." name | "[" (text | number) "]" } | text | number | constant
"""

import re
from functools import lru_cache
from typing import NamedTuple

_LONGEST = 500
"""Longer templates are left to Jinja, in characters."""
_CONSTANTS = frozenset({"true", "false", "none", "True", "False", "None"})
_KEYWORDS = _CONSTANTS | {
    "and",
    "or",
    "not",
    "in",
    "is",
    "if",
    "else",
    "elif",
    "for",
    "recursive",
    "with",
    "without",
    "import",
    "from",
    "as",
    "set",
    "block",
    "do",
}
JINJA_FILTERS = frozenset(
    [
        "abs",
        "capitalize",
        "default",
        "d",
        "first",
        "float",
        "int",
        "items",
        "join",
        "last",
        "length",
        "list",
        "lower",
        "map",
        "max",
        "min",
        "replace",
        "reverse",
        "round",
        "select",
        "selectattr",
        "sort",
        "string",
        "sum",
        "title",
        "trim",
        "unique",
        "upper",
    ]
)
"""Filters that Jinja has itself, the frequent ones: to know them, Jinja need not be loaded."""
JINJA_TESTS = frozenset(
    [
        "boolean",
        "defined",
        "divisibleby",
        "even",
        "false",
        "float",
        "in",
        "integer",
        "iterable",
        "mapping",
        "none",
        "number",
        "odd",
        "sameas",
        "sequence",
        "string",
        "true",
        "undefined",
    ]
)
"""Tests that Jinja has itself."""
_OPERATORS = frozenset({"==", "!=", "<=", ">=", "<", ">"})


class Names(NamedTuple):
    """The names that an expression uses, in the order of its text where that is known."""

    free: tuple[str, ...] = ()
    """Names whose value the expression needs."""
    guarded: tuple[str, ...] = ()
    """Those that it can do without: tested with ``is defined``, or with a ``default``."""
    filters: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    first: str = ""
    """The name that is surely looked up, before any other; empty when that is not known."""


@lru_cache(maxsize=20_000)
def quick_names(template: str) -> Names | None:
    """Return the names in a template's expressions; nothing when they are not of the simplest kind."""
    if len(template) > _LONGEST or "{%" in template or "{#" in template:
        return None
    reader = _Reader()
    rest = template
    while (start := rest.find("{{")) >= 0:
        end = rest.find("}}", start)
        if end < 0 or "}}" in rest[:start] or not reader.reads(rest[start + 2 : end]):
            return None
        rest = rest[end + 2 :]
    return None if "}}" in rest else reader.names()


@lru_cache(maxsize=20_000)
def quick_segments(template: str) -> tuple[tuple[bool, str], ...] | None:
    """Return the pieces of a template whose expressions are bare names: (whether it is a name, the name or text).

    Nothing when it has any other expression.
    """
    if "{%" in template or "{#" in template or "\r" in template:
        return None
    segments: list[tuple[bool, str]] = []
    at = 0
    while (start := template.find("{{", at)) >= 0:
        end = template.find("}}", start)
        name = template[start + 2 : end].strip(" ")
        if end < 0 or template.find("}}", at, start) >= 0 or not name.isidentifier() or name in _KEYWORDS:
            return None
        if start > at:
            segments.append((False, template[at:start]))
        segments.append((True, name))
        at = end + 2
    if at < len(template):
        segments.append((False, template[at:]))
    return None if template.find("}}", at) >= 0 else tuple(segments)


@lru_cache(maxsize=1)
def _tokens() -> re.Pattern[str]:
    return re.compile(
        r"""\s*(?: (?P<text>'[^'\\\n{}]*'|"[^"\\\n{}]*") | (?P<number>0+|[1-9][0-9]*)(?![\w.]) | (?P<name>[A-Za-z_]\w*)
             | (?P<sign>==|!=|<=|>=|[<>|.,()\[\]]) | (?P<end>\Z) | (?P<other>.) )""",
        re.VERBOSE | re.DOTALL | re.ASCII,
    )


class _Reader:
    """Reads expressions token by token and keeps the names it meets."""

    def __init__(self) -> None:
        self._free: dict[str, None] = {}
        self._guarded: dict[str, None] = {}
        self._filters: dict[str, None] = {}
        self._tests: dict[str, None] = {}
        self._kinds: list[str] = []
        self._words: list[str] = []
        self._at = 0
        self._first: str | None = None
        self._root = ""
        """The name at the beginning of the atom that was read last."""

    def names(self) -> Names:
        """Return what was met so far."""
        return Names(
            tuple(self._free), tuple(self._guarded), tuple(self._filters), tuple(self._tests), self._first or ""
        )

    def reads(self, text: str) -> bool:
        """Read one expression; return whether it is of the simple kind."""
        name = text.strip()
        if name.isidentifier() and name.isascii() and name not in _KEYWORDS:
            self._free[name] = None
            self._first = name if self._first is None else self._first
            return True
        kinds = self._kinds = []
        words = self._words = []
        for token in _tokens().finditer(text):
            kind = token.lastgroup or ""
            kinds.append(kind)
            words.append(token[kind])
        self._at = 0
        if not self._comparison():
            return False
        while self._takes("and", "or"):
            if not self._comparison():
                return False
        return self._kinds[self._at] == "end"

    def _takes(self, *words: str) -> bool:
        if self._words[self._at] in words and self._kinds[self._at] in ("name", "sign"):
            self._at += 1
            return True
        return False

    def _name(self) -> str | None:
        word = self._words[self._at]
        if self._kinds[self._at] != "name" or word in _KEYWORDS:
            return None
        self._at += 1
        return word

    def _comparison(self) -> bool:
        self._takes("not")
        if not self._filtered():
            return False
        if self._kinds[self._at] == "end":
            return True
        if self._takes("is"):
            self._takes("not")
            return self._test()
        if self._takes(*_OPERATORS, "in"):
            return self._filtered()
        if self._takes("not"):
            return self._takes("in") and self._filtered()
        return True

    def _test(self) -> bool:
        word = self._words[self._at]
        if self._kinds[self._at] != "name" or (word in _KEYWORDS and word not in ("none", "true", "false")):
            return False
        self._at += 1
        self._tests[word] = None
        if word in ("defined", "undefined"):
            self._guard()
        return self._call()

    def _filtered(self) -> bool:
        if not self._atom():
            return False
        while self._takes("|"):
            name = self._name()
            if name is None:
                return False
            self._filters[name] = None
            if name in ("default", "d"):
                self._guard()
            if not self._call():
                return False
        return True

    def _guard(self) -> None:
        """Let the name that was read last be undefined."""
        if self._root:
            self._guarded[self._root] = None

    def _atom(self) -> bool:
        if self._kinds[self._at] in ("text", "number") or self._words[self._at] in _CONSTANTS:
            self._at += 1
            self._root = ""
            self._first = self._first or ""
            return True
        name = self._name()
        if name is None:
            return False
        self._root = name
        self._first = name if self._first is None else self._first
        self._free[name] = None
        while self._kinds[self._at] == "sign":
            if self._takes("."):
                if self._name() is None:
                    return False
            elif self._takes("["):
                if self._kinds[self._at] not in ("text", "number"):
                    return False
                self._at += 1
                if not self._takes("]"):
                    return False
            else:
                break
        return True

    def _call(self) -> bool:
        """Read arguments, if there are any; the names in them do not change what is guarded."""
        root = self._root
        if not self._takes("(") or self._takes(")"):
            return True
        while self._atom():
            if self._takes(")"):
                self._root = root
                return True
            if not self._takes(","):
                return False
        return False
