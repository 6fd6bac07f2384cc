"""Source text and places in it."""

from functools import cached_property
from typing import NamedTuple


class SourceFile:
    """A file as the user wrote it.

    ``path`` is what the user called it (``<stdin>`` for standard input); ``text`` is its decoded content.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their line ends, split as YAML and editors split them."""
        return self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def line(self, number: int) -> str:
        """Return line ``number``, counted from one; empty past the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def start(self) -> "Span":
        """Return the place of the first character: where to point when the whole file is meant."""
        return Span(self, 1, 1, 1, 1)

    def first_line(self) -> "Span":
        """Return the place of the first line as a whole: where to point in a word of the command line."""
        return Span(self, 1, 1, 1, len(self.line(1)) + 1)

    def __repr__(self) -> str:
        return f"SourceFile({self.path!r})"


class Span(NamedTuple):
    """A stretch of source text. Lines and columns count from one; the end is one past the last character."""

    file: SourceFile
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file.path}:{self.line}:{self.column}"

    def text(self) -> str:
        """Return the source text that the span covers."""
        if self.line == self.end_line:
            return self.file.line(self.line)[self.column - 1 : self.end_column - 1]
        first = self.file.line(self.line)[self.column - 1 :]
        between = self.file.lines[self.line : self.end_line - 1]
        last = self.file.line(self.end_line)[: self.end_column - 1]
        return "\n".join((first, *between, last))
