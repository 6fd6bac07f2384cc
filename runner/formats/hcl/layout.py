"""Lines of HCL in the layout of ``packer fmt``: indentation, and columns of ``=`` and of comments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from unicodedata import combining

INDENTATION = "  "
_WORDS = (" in ", " if ")


@dataclass(slots=True)
class _Line:
    """A line in three cells. ``opened`` is how many brackets it opens more than it closes, ``heredoc`` what follows it.

    ``value`` starts with the first ``=`` of the line, where all brackets after that are closed on it.
    """

    lead: str = ""
    value: str = ""
    comment: str = ""
    opened: int = 0
    opened_before_value: int = 0
    heredoc: tuple[str, ...] = ()
    outdented: bool = False
    depth: int = 0

    def in_cells(self) -> _Line:
        """Put the value into the first cell if it goes on in the next line."""
        if self.value and self.opened != self.opened_before_value:
            self.lead, self.value = f"{self.lead} {self.value}", ""
        return self


class Layout:
    """Collects lines, and lays them out when all are there."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._line = _Line()

    @property
    def after_heredoc(self) -> bool:
        """Whether nothing more can stand on the present line."""
        return bool(self._line.heredoc)

    def put(self, text: str, opened: int = 0) -> None:
        """Add to the present line; ``opened`` is how many brackets ``text`` opens, or closes if it is negative."""
        if self._line.heredoc:
            self.end()
        if self._line.value:
            self._line.value += text
        else:
            self._line.lead += text
        self._line.opened += opened

    def parenthesis(self) -> None:
        """Open a parenthesis. To ``packer fmt`` a word before it is a function, even if it is ``in`` or ``if``."""
        line = self._line
        if line.value.endswith(_WORDS):
            line.value = line.value[:-1]
        elif line.lead.endswith(_WORDS) and not line.value:
            line.lead = line.lead[:-1]
        self.put("(", 1)

    def equals(self) -> None:
        """Add the sign between a name and its value."""
        line = self._line
        if line.value or line.heredoc:
            self.put(" = ")
        else:
            line.value, line.opened_before_value = "= ", line.opened

    def heredoc(self, introducer: str, lines: tuple[str, ...], marker: str) -> None:
        """Add a heredoc; what comes after it begins a new line. With ``<<-`` it is indented."""
        self.put(introducer + marker)
        self._line.heredoc = (*lines, marker)
        self._line.outdented = introducer == "<<-"

    def end(self, comment: str = "") -> None:
        """End the line, with a comment on it."""
        if comment and self._line.heredoc:
            self.end()
            self._line.lead = mark(comment)
        elif comment:
            self._line.comment = mark(comment)
        self._lines.append(self._line.in_cells())
        self._line = _Line()

    def comment(self, lines: tuple[str, ...]) -> None:
        """Add lines of comment; an empty one is a blank line."""
        for line in lines:
            self.put(mark(line) if line else "")
            self.end()

    def text(self) -> str:
        """Return all lines, laid out."""
        if self._line.lead or self._line.value:
            self.end()
        self._indent()
        _align(self._lines, lambda line: bool(line.value), _lead_before_value)
        _align(self._lines, lambda line: bool(line.comment), _all_before_comment)
        return "".join(part for line in self._lines for part in _written(line))

    def _indent(self) -> None:
        """Find out how deep each line is: a line that opens brackets indents by one, however many it opens."""
        levels: list[int] = []
        for line in self._lines:
            closing = -line.opened
            while closing > 0 and levels:
                closed = min(closing, levels[-1])
                closing -= closed
                levels[-1] -= closed
                if not levels[-1]:
                    levels.pop()
            line.depth = len(levels)
            if line.opened > 0:
                levels.append(line.opened)


def mark(comment: str) -> str:
    """Return a line of comment with its mark."""
    return f"#{comment}".rstrip() if comment.startswith("#") else f"# {comment}".rstrip()


def width(text: str) -> int:
    """Return how many columns a text takes."""
    return len(text) if text.isascii() else sum(not combining(character) for character in text)


def _align(lines: list[_Line], has_cell: Callable[[_Line], bool], pad: Callable[[list[_Line]], None]) -> None:
    for has, group in groupby(lines, has_cell):
        if has:
            pad(list(group))


def _lead_before_value(lines: list[_Line]) -> None:
    widest = max(width(line.lead) for line in lines)
    for line in lines:
        line.lead += " " * (widest - width(line.lead) + 1)


def _all_before_comment(lines: list[_Line]) -> None:
    widths = [len(INDENTATION) * line.depth + width(line.lead) + width(line.value) for line in lines]
    for line, taken in zip(lines, widths, strict=True):
        line.comment = " " * (max(widths) - taken + 1) + line.comment


def _written(line: _Line) -> Iterator[str]:
    indentation = INDENTATION * line.depth
    yield f"{indentation}{line.lead}{line.value}{line.comment}".rstrip() + "\n"
    if line.heredoc:
        *texts, marker = line.heredoc
        inner = indentation + INDENTATION if line.outdented else ""
        yield from (f"{inner if text.strip() else ''}{text}\n" for text in texts)
        yield f"{indentation if line.outdented else ''}{marker}\n"
