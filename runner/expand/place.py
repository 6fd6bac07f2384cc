"""Where in the YAML a stretch of a scalar's text stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runner.text import Node, Span

_OPENING = re.compile(r"\{[{%]")
_CLOSING = {"{{": "}}", "{%": "%}"}


def locate(node: Node, start: int, length: int) -> Span:
    """Return the place of ``length`` characters from ``start`` of the text in ``node``.

    Exact for plain and quoted scalars on one line without escapes and for block scalars; for any other scalar it is
    the scalar as a whole.
    """
    span = node.span
    text = node.value
    assert isinstance(text, str)
    if span.line == span.end_line:
        source = span.text()
        shift = 1 if source[:1] in "'\"" else 0
        if source[shift : shift + len(text)] == text:
            column = span.column + shift + start
            return Span(span.file, span.line, column, span.line, column + max(length, 1))
        return span
    return _in_block(node, start, length) or span


def _in_block(node: Node, start: int, length: int) -> Span | None:
    """Follow a literal block line by line; a folded one has other lines than its text, and is left alone."""
    span = node.span
    text = node.value
    assert isinstance(text, str)
    if not span.file.line(span.line)[span.column - 1 :].startswith("|"):
        return None
    before = text[:start]
    row = before.count("\n")
    column = len(before) - (before.rfind("\n") + 1)
    wanted = text.split("\n")[row]
    source = span.file.line(span.line + 1 + row)
    indent = len(source) - len(wanted)
    if indent < 0 or source[indent:] != wanted:
        return None
    line = span.line + 1 + row
    return Span(span.file, line, indent + column + 1, line, indent + column + 1 + max(length, 1))


def expressions(text: str) -> Iterator[tuple[int, str]]:
    """Yield each ``{{ ... }}`` and ``{% ... %}`` of a template with its offset."""
    last = {opening: text.rfind(closing) for opening, closing in _CLOSING.items()}
    at = 0
    while match := _OPENING.search(text, at):
        start, opening = match.start(), match.group()
        at = start + 1
        if last[opening] >= start + 2:  # or it is never closed, and looking for the end each time would take long
            at = text.find(_CLOSING[opening], start + 2) + 2
            yield start, text[start:at]


def find_word(text: str, word: str, *, bare: bool, before: str = r"(?<![\w.'\"])") -> int | None:
    """Return the offset of ``word`` within the expressions of ``text`` (all of it when ``bare``)."""
    pattern = re.compile(before + re.escape(word) + r"(?!\w)")
    for offset, part in [(0, text)] if bare else expressions(text):
        match = pattern.search(part)
        if match:
            return offset + match.end() - len(word)
    return None
