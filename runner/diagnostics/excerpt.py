"""Show the source line that a diagnostic is about, and mark the place in it."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from runner.text import Span

WIDTH = 100
"""The widest excerpt, in terminal columns; a longer line is cut around the marked place."""
TAB = 4
"""How many columns apart tab stops are shown."""
_CUT = "…"
_UNSEEN = "\N{REPLACEMENT CHARACTER}"
_DELETE = 0x7F
_CONTROL_PICTURES = 0x2400


class Excerpt(NamedTuple):
    """One line of source as a terminal shows it; the marked place is a range of terminal columns."""

    text: str
    start: int
    width: int

    def underline(self, mark: str) -> str:
        """Return the line of ``mark`` characters that goes below the text."""
        return " " * self.start + mark * self.width


def excerpt(span: Span) -> Excerpt | None:
    """Return the first line of ``span``; nothing where the file has no such line."""
    if not span.file.text or not 0 < span.line <= len(span.file.lines):
        return None
    line = span.file.line(span.line)
    start = min(max(span.column - 1, 0), len(line))
    end = span.end_column - 1 if span.line == span.end_line else len(line.rstrip())
    first = max(start - WIDTH, 0)
    shown = _shown(line[first : start + WIDTH])
    at, stop = start - first, max(end, start + 1) - first
    left, right = _window(shown, at, first)
    before = _CUT if first + left > 0 else ""
    after = _CUT if first + right < len(line) else ""
    text = "".join(cell for cell, _ in shown[left:right])
    text = text if after else text.rstrip()
    column = len(before) + _total(shown[left:at])
    width = max(_total(shown[at : min(stop, right)]), 1)
    return Excerpt(before + text + after, column, width)


def visible(text: str) -> str:
    """Return ``text`` with stand-ins for what would steer a terminal: control and direction characters."""
    return "".join(char if char in "\t\n" else _seen(char) for char in text)


def _shown(text: str) -> list[tuple[str, int]]:
    """Return for each character what is shown for it, and how many columns that takes."""
    cells: list[tuple[str, int]] = []
    column = 0
    for char in text:
        if char == "\t":
            width = TAB - column % TAB
            cells.append((" " * width, width))
        else:
            seen = _seen(char)
            width = _width(seen)
            cells.append((seen, width))
        column += width
    return cells


def _seen(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    code = ord(char)
    if code < ord(" "):
        return chr(_CONTROL_PICTURES + code)
    if code == _DELETE:
        return "\N{SYMBOL FOR DELETE}"
    steers = unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(char) in _STEERS
    return _UNSEEN if steers else char


_STEERS = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))


def _width(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _window(cells: list[tuple[str, int]], at: int, hidden: int) -> tuple[int, int]:
    """Return the range of ``cells`` to show; ``hidden`` characters of the line lie before them."""
    left = 0
    if not hidden and _total(cells) <= WIDTH:
        return 0, len(cells)
    if hidden or _total(cells[:at]) > WIDTH * 2 // 3:
        left, room = at, WIDTH // 3
        while left > 0 and (room := room - cells[left - 1][1]) >= 0:
            left -= 1
        # A combining character without the one it belongs to would sit on the sign of the cut.
        while left < at and cells[left][1] == 0:
            left += 1
    right, room = left, WIDTH
    while right < len(cells) and (room := room - cells[right][1]) >= 0:
        right += 1
    return left, right


def _total(cells: list[tuple[str, int]]) -> int:
    return sum(width for _, width in cells)
