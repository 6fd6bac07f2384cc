"""Write YAML as a person would: values with comments and blank lines to text, in the layout of ``fmt``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from runner.formats.scalars import implicit_tag

_WIDTH = 100
"""A list of words stays on one line up to this column."""
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`=<~.")
_UNSAFE_PLAIN = re.compile(r":(?:\s|$)|\s#|[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]|[{}]")
_UNSAFE_INSIDE = re.compile(r"[:?,\[\]]|^[.<=~]|^-(?![-\w])")
_NOT_PRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff"\\\\]')
_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\", "\0": "\\0"}
_LATE_BREAK = re.compile(r"\{\{[^{}]*\n|\{%[^{}]*\n")
"""A line that ends in an expression: it stays where it is, and its break is written as an escape."""


class Entry(NamedTuple):
    """A value, and what stands around it."""

    value: Value
    above: tuple[str, ...] = ()
    """Lines of comment before it, without their mark; an empty one is a blank line between comments."""
    beside: str = ""
    """The comment on its first line."""
    gap: bool = False
    """Whether a blank line stands before it."""


class Map(NamedTuple):
    """A mapping."""

    entries: tuple[tuple[str, Entry], ...]
    end: tuple[str, ...] = ()
    """Comments after the last entry."""


class Seq(NamedTuple):
    """A list."""

    items: tuple[Entry, ...]
    end: tuple[str, ...] = ()


Value = str | int | float | bool | None | Map | Seq


def write(document: Map, above: Iterable[str] = ()) -> str:
    """Return the text of a document; ``above`` are the comments at its top."""
    lines = [*_comments(above, 0), *_map(document, 0)]
    return "\n".join(lines) + "\n"


def write_list(document: Seq) -> str:
    """Return the text of a document that is a list."""
    return "\n".join(_seq(document, 0)) + "\n"


def scalar(value: str | float | None, *, inside: bool = False) -> str:
    """Return a scalar on one line; ``inside`` the brackets of a list."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(value)
    return _text(value, inside=inside)


def _number(value: float) -> str:
    text = repr(value)
    # YAML 1.1 wants a point in a number with an exponent
    return text.replace("e", ".0e", 1) if "e" in text and "." not in text else text


def _text(value: str, *, inside: bool = False) -> str:
    plain = bool(value) and value == value.strip() and not _UNSAFE_PLAIN.search(value)
    first = value[:1]
    if plain and first in _INDICATORS:
        plain = first in "-.<=~" and not re.match(r"[-.<=~]\s|---|\.\.\.|.$", value)
    plain = plain and not (inside and _UNSAFE_INSIDE.search(value))
    if plain and implicit_tag(value) is None:
        return value
    simple = not _NOT_PRINTABLE.search(value) and "\n" not in value
    if simple and "'" not in value and ('"' in value or "\\" in value):
        return f"'{value}'"
    if simple and '"' in value and "\t" not in value:
        return "'" + value.replace("'", "''") + "'"
    return '"' + _ESCAPED.sub(_escape, value) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")  # noqa: PLR2004 - a byte


def _comments(lines: Iterable[str], indent: int) -> Iterator[str]:
    for line in lines:
        yield f"{' ' * indent}# {line}".rstrip() if line else ""


def _beside(comment: str) -> str:
    return f"  # {comment}" if comment else ""


def _map(value: Map, indent: int) -> Iterator[str]:
    entries = ((key, _settled(entry)) for key, entry in value.entries)
    return _lines(
        ((entry, _entry(f"{' ' * indent}{scalar(key)}:", entry, indent)) for key, entry in entries), value.end, indent
    )


def _seq(value: Seq, indent: int) -> Iterator[str]:
    return _lines(((entry, _item(entry, indent)) for entry in map(_settled, value.items)), value.end, indent)


def _settled(entry: Entry) -> Entry:
    """Return an entry with the comments above it that stand in an empty collection: brackets have no lines for them."""
    value = entry.value
    if isinstance(value, Map | Seq) and not value[0] and value.end:
        return entry._replace(value=value._replace(end=()), above=(*entry.above, *value.end))
    return entry


def _lines(parts: Iterable[tuple[Entry, Iterator[str]]], end: Iterable[str], indent: int) -> Iterator[str]:
    last = ""
    for entry, lines in parts:
        if entry.gap and last:  # the blank lines at the end of a text are part of it
            yield ""
        yield from _comments(entry.above, indent)
        for last in lines:
            yield last
    yield from _comments(end, indent)


def _entry(head: str, entry: Entry, indent: int) -> Iterator[str]:
    """Yield the lines of a key and its value."""
    value, beside = entry.value, _beside(entry.beside)
    if isinstance(value, Map | Seq) and (flow := _flow(value, len(head) + 1)) is not None:
        yield f"{head} {flow}{beside}"
    elif isinstance(value, Map):
        yield f"{head}{beside}"
        yield from _map(value, indent + 2)
    elif isinstance(value, Seq):
        yield f"{head}{beside}"
        yield from _seq(value, indent + 2)
    elif isinstance(value, str) and _is_block(value):
        yield from _block(head, value, indent + 2, beside)
    else:
        yield f"{head} {scalar(value)}{beside}"


def _item(entry: Entry, indent: int) -> Iterator[str]:
    """Yield the lines of an item of a list: what is in it begins beside the dash."""
    value = entry.value
    dash = " " * indent + "-"
    flow = _flow(value, indent + 2, inner=True) if isinstance(value, Map | Seq) else None
    if flow is not None:
        yield f"{dash} {flow}{_beside(entry.beside)}"
        return
    if not isinstance(value, Map | Seq):
        yield from _entry(dash, entry, indent)
        return
    inner = list(_map(value, indent + 2) if isinstance(value, Map) else _seq(value, indent + 2))
    first = next(number for number, line in enumerate(inner) if line.strip() and not line.lstrip().startswith("#"))
    if first or entry.beside:
        yield from (" " * indent + line.lstrip() if line else "" for line in inner[:first])
        yield from _comments(filter(None, [entry.beside]), indent)
    yield f"{dash} {inner[first].lstrip()}"
    yield from inner[first + 1 :]


def _flow(value: Map | Seq, column: int, *, inner: bool = False) -> str | None:
    """Return a collection on one line, if it is empty or a list of few words, or, as an ``inner`` one, of texts."""
    if isinstance(value, Map):
        return None if value.entries else "{}"
    if not value.items:
        return "[]"
    words = []
    for item in value.items:
        each = item.value
        if isinstance(each, Map | Seq) or item.above or item.beside:
            return None
        if isinstance(each, str) and " " in each and not inner:
            return None
        words.append(scalar(each, inside=True))
    text = f"[{', '.join(words)}]"
    return text if column + len(text) <= _WIDTH and not value.end and "\\n" not in text else None


def _is_block(value: str) -> bool:
    """Return whether a text is written as lines of their own."""
    body = value.rstrip("\n")
    if "\n" not in value or not body or _NOT_PRINTABLE.search(value) or _LATE_BREAK.search(value):
        return False
    return "\n" in body or value.endswith("\n")


def _block(head: str, value: str, indent: int, beside: str) -> Iterator[str]:
    body = value.rstrip("\n")
    ends = len(value) - len(body)
    chomping = "-" if ends == 0 else "" if ends == 1 else "+"
    lines = body.split("\n")
    first = next((line for line in lines if line.strip()), "")
    indicator = "2" if first.startswith((" ", "\t")) or not lines[0].strip() else ""
    yield f"{head} |{indicator}{chomping}{beside}"
    for line in lines:
        yield f"{' ' * indent}{line}" if line else ""
    yield from [""] * (ends - 1)
