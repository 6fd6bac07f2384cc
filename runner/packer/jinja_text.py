"""Pieces of Jinja as texts: literals, statements, parts of values, and what keeps a text from being an expression."""

from __future__ import annotations

import re

from runner.formats.hcl.tree import Attr, Expression, Index, Lit, Ref
from runner.packer.names import OF_MAPPINGS

CONDITIONAL, OR, AND, NOT, COMPARE, ADD, JOIN, MULTIPLY, FILTER, ATOM = range(10)
"""How tightly Jinja's operators bind, the loosest first."""
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_OPENERS = re.compile(r"\{(?=[{%#])")
_GO_FIELD = re.compile(r"\{\{-?\s*\.\w[^{}]*\}\}")
"""What stays as it is in a playbook, too: builders and modules fill it in."""


def protected(text: str) -> str:
    """Return a text in which nothing is an expression of Jinja."""
    if "{{" not in text and "{%" not in text and "{#" not in text:
        return text
    found, end = [], 0
    for opener in _OPENERS.finditer(text):
        if opener.start() < end:
            continue
        field = _GO_FIELD.match(text, opener.start())
        if field is not None:
            found.append(text[end : field.end()])
            end = field.end()
        else:
            found.append(f"{text[end : opener.start()]}{{{{ '{text[opener.start() : opener.start() + 2]}' }}}}")
            end = opener.start() + 2
    return "".join((*found, text[end:]))


def statement(code: str, text: str) -> str:
    """Return a statement and the text after it, whose first line end would go unless the statement says otherwise."""
    return f"{{% {code} {'+' if text.startswith(chr(10)) else ''}%}}{text}"


def in_statement(code: str) -> str:
    """Return code for where a backslash in a quoted text is an escape: in ``{% %}``, and without any braces."""
    return code.replace("\\", "\\\\")


def is_key(key: Expression | None) -> bool:
    """Return whether the key of an object is written as it is."""
    return isinstance(key, Lit)


def key_text(key: Expression | None) -> str:
    """Return a key as a mapping of YAML has it."""
    assert isinstance(key, Lit)
    value = key.value
    return str(value).lower() if isinstance(value, bool) else str(value)


def literal(value: object) -> tuple[str, int]:
    """Return a value in Jinja, and how tightly it binds."""
    if value is None:
        return "none", ATOM
    if isinstance(value, bool):
        return str(value).lower(), ATOM
    if isinstance(value, str):
        code = quoted(value)
        return code, ATOM if code in (f"'{value}'", f'"{value}"') else JOIN
    code = repr(value)
    return code, MULTIPLY if code.startswith("-") else ATOM


def quoted(text: str) -> str:
    """Return a text as an expression; between braces a backslash is itself, so that no quote can be escaped."""
    if text.endswith("\\"):
        return f"{quoted(text[:-1])} ~ '%c' % 92" if text != "\\" else "'%c' % 92"
    pieces = re.split(r"(?<=\\)(?=['\"])", text)  # a backslash before a quote would be gone
    if len(pieces) > 1:
        return " ~ ".join(map(quoted, pieces))
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    return " ~ ".join(f'"{piece}"' if "'" in piece else quoted(piece) for piece in re.split(r"('+)", text) if piece)


def part_of(code: str, name: str) -> str:
    """Return a part of a value by its name."""
    if not _IDENTIFIER.fullmatch(name) or name in OF_MAPPINGS:
        return f"{code}[{quoted(name)}]"
    return f"{code}.{name}"


def path_in(expression: Expression, item: str) -> str | None:
    """Return the way from ``item`` to its part that an expression is: ``a.b``; nothing when it is no part of it."""
    parts: list[str] = []
    while not isinstance(expression, Ref):
        match expression:
            case Attr(on, name):
                parts.append(name)
            case Index(on, Lit(int(number))):
                parts.append(str(number))
            case _:
                return None
        expression = on
    return ".".join(reversed(parts)) if expression.name == item else None
