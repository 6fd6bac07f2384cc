"""Turn offsets in a text into places that people can find."""

from __future__ import annotations

import re
from bisect import bisect_right

from runner.text import SourceFile, Span

_LINE_END = re.compile("\r\n?|\n")


class Places:
    """The lines of ``file``, to look up offsets in. Offsets count characters from zero."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(file.text))]

    def span(self, start: int, end: int) -> Span:
        """Return the place of the text from ``start`` up to, not including, ``end``."""
        starts = self._starts
        line = bisect_right(starts, start)
        end_line = bisect_right(starts, end, line - 1)
        return Span(self.file, line, start - starts[line - 1] + 1, end_line, end - starts[end_line - 1] + 1)

    def on_one_line(self, start: int, end: int) -> Span:
        """Return what ``span`` returns, faster, for a text without line ends."""
        line = bisect_right(self._starts, start)
        before = self._starts[line - 1] - 1
        return Span(self.file, line, start - before, line, end - before)
