"""Find the place of a part of a string that a file holds."""

from __future__ import annotations

import re

from runner.text import Span

_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL
)


def within(place: Span, text: str, start: int, end: int) -> Span:
    """Return where the characters from ``start`` to ``end`` of ``text`` stand; ``place`` is where the text does.

    It is ``place`` itself where the text is written in a way that is not known here.
    """
    if place.line != place.end_line:
        return place
    source = place.text()
    quotes = 1 if source[:1] in ("'", '"') else 0
    inner = source[quotes : len(source) - quotes]
    if inner == text:
        offsets: range | list[int] = range(len(text) + 1)
    else:
        offsets = [found.start() for found in _CHARACTER.finditer(inner)] + [len(inner)]
        if len(offsets) != len(text) + 1:
            return place
    first = place.column + quotes
    return Span(place.file, place.line, first + offsets[start], place.line, first + offsets[max(start, end)])
