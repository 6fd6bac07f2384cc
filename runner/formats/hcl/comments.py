"""The comments of an HCL text, and the blank lines between them, by what they belong to."""

from __future__ import annotations

import re

from runner.formats.hcl.tree import Attribute, Block, Body

_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_MARK = re.compile(r"(?:#|//) ?")
_BORDER = re.compile(r"[ \t]*\*(?!/) ?")
BARE = " "
"""A line of comment that has but its mark: an empty text would be a blank line."""


class Comments:
    """Hands the comments of ``text`` out in their order, each of them once. All offsets are those of the text."""

    def __init__(self, text: str, spans: tuple[tuple[int, int], ...]) -> None:
        self._text = text
        self._spans = spans
        self._next = 0
        self.end = 0
        """Where the latest comment ends."""

    def above(self, since: int, until: int) -> tuple[bool, tuple[str, ...]]:
        """Return the comments from ``since`` until the thing at ``until``, and whether a blank line is before them."""
        lines: list[str] = []
        while self._starts_before(until):
            start, end = self._spans[self._next]
            lines += self._blank(since, start)
            lines += self._take()
            since = end
        lines += self._blank(since, until)
        gap = lines[:1] == [""]
        return gap, tuple(lines[gap:])

    def within(self, until: int) -> tuple[str, ...]:
        """Return those that start before ``until``."""
        lines: list[str] = []
        while self._starts_before(until):
            lines += self._take()
        return tuple(lines)

    def beside(self, since: int, until: int) -> str:
        """Return what starts before ``until``, and on the line on which ``since`` is."""
        lines: list[str] = []
        while self._starts_before(until) and "\n" not in self._text[since : self._spans[self._next][0]]:
            lines += self._take()
            since = self.end
        return " ".join(line for line in lines if line != BARE).strip()

    def _starts_before(self, until: int) -> bool:
        return self._next < len(self._spans) and self._spans[self._next][0] < until

    def _take(self) -> list[str]:
        start, end = self._spans[self._next]
        self._next += 1
        self.end = end
        written = self._text[start:end]
        if not written.startswith("/*"):
            return [_MARK.sub("", written, count=1).rstrip() or BARE]
        lines = [_BORDER.sub("", line).rstrip() for line in written[2:-2].strip().splitlines()]
        return [line or BARE for line in lines] or [BARE]

    def _blank(self, since: int, until: int) -> list[str]:
        return [""] if _BLANK_LINE.search(self._text, since, until) else []


def ending(lines: tuple[str, ...], *, gap: bool) -> tuple[str, ...]:
    """Return the comments after the last item: a blank line before them counts, one after them does not."""
    while lines and not lines[-1]:
        lines = lines[:-1]
    return ("", *lines) if gap and lines else lines


def head_of(body: Body) -> tuple[tuple[str, ...], Body]:
    """Return the comment at the top of a template, with a blank line after it, apart from what it stands before."""
    if not body.items or not body.items[0].above:
        return (), body
    first = body.items[0]
    above = first.above
    at = len(above) - 1 - tuple(reversed(above)).index("") if "" in above else None
    head, rest = ((*above[:at], ""), above[at + 1 :]) if at is not None else ((*above, ""), ())
    changed: Attribute | Block = first._replace(above=rest)
    return head, body._replace(items=(changed, *body.items[1:]))
