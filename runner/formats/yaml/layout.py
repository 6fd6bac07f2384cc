"""Where each line of a YAML text begins, and what stands between the tokens of a line, in canonical form."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from runner.formats.yaml.pieces import INDENT, block_scalar, comment_text, comment_texts, flow_scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BLANK_LINES = 2  # at most, together
COMMENT_GAP = 2  # spaces between a line and the comment at its end

# The tokens by the ids PyYAML gives them.
_INDICATORS = {"-", "?", ":"}
_PROPERTIES = {"<anchor>", "<tag>"}
_OPENING = {"[", "{"}
_CLOSING = {"]", "}"}
_OUTERMOST = {"<document start>", "<document end>", "<directive>", "<stream end>"}

_ANY_BREAK = re.compile("[\n\u2028\u2029]")
_IGNORED = " \t\ufeff"  # a byte order mark may also stand before a later document


def lay_out(text: str) -> Iterator[str]:
    """Yield the lines of ``text`` in canonical form; it is YAML with line feeds as line ends."""
    layout = _Layout(text)
    for token in _tokens(text):
        layout.add(token)
    return _aligned(layout.lines)


class _Token(NamedTuple):
    """A token by PyYAML's name for it: the text from ``start`` to ``end``, which starts in ``column``."""

    id: str
    start: int
    end: int
    column: int


def _tokens(text: str) -> Iterator[_Token]:
    import yaml

    token: Any
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        mark = token.start_mark
        yield _Token(token.id, mark.index, token.end_mark.index, mark.column)


@dataclass(frozen=True, slots=True)
class _Line:
    """A finished line; ``comment`` still has to find its column. It stood in ``old_column``, -1 if there is none."""

    text: str
    comment: str = ""
    old_column: int = -1


def _aligned(lines: Iterable[_Line]) -> Iterator[str]:
    """Join lines and comments; comments that stood in one column on neighbouring lines stand in one again."""
    for old_column, neighbours in groupby(lines, key=lambda line: line.old_column):
        group = list(neighbours)
        column = max(len(line.text) for line in group) + COMMENT_GAP
        for line in group:
            yield line.text if old_column < 0 else line.text.ljust(column) + line.comment


@dataclass(frozen=True, slots=True)
class _Block:
    """A collection that is open: the column its entries stood in, and the one they get.

    ``end_column`` is that of a closing bracket on a line of its own.
    """

    parent: _Block | None
    kind: Literal["document", "mapping", "sequence", "indentless", "flow"]
    old_column: int
    column: int
    end_column: int = 0

    def child(self, kind: Literal["mapping", "sequence", "indentless"], old_column: int) -> _Block:
        return _Block(self, kind, old_column, self.column + INDENT)


class _Layout:
    """Takes the tokens of a text one by one and writes its lines.

    A token that occupies no text (the start or end of a block collection, the ``?`` that PyYAML puts before a
    simple key) only changes ``block``, the innermost open collection. All others are written after the gap before
    them: blanks, or line breaks and comments.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: list[_Line] = []
        self.parts: list[str] = []  # of the line being written
        self.width = 0  # of that line
        self.base: int | None = None  # the column of the first token on it that is no indicator
        self.end = 0  # of the text that is written
        self.previous = "<stream start>"
        self.block = _Block(None, "document", -1, -INDENT)
        self.before = self.block  # the one that was open after the previous token
        self.is_key = False

    def add(self, token: _Token) -> None:
        """Write ``token``, if it has a text, and follow it into or out of a collection."""
        match token.id:
            case "<stream start>":
                pass
            case "<block mapping start>":
                self.block = self.block.child("mapping", token.column)
            case "<block sequence start>":
                self.block = self.block.child("sequence", token.column)
            case "<block end>":
                self._leave_indentless()
                self._leave()
            case "?" if token.start == token.end:
                self._leave_indentless()
                self.is_key = True
            case _:
                self._write(token)

    def _leave(self) -> None:
        self.block = self.block.parent or self.block  # libyaml reads a bracket too many after ``[?``

    def _leave_indentless(self) -> None:
        """Leave a list whose dashes stand below its key: only what follows shows that it is over."""
        if self.block.kind == "indentless":
            self._leave()

    def _write(self, token: _Token) -> None:
        if token.id == "-" and self.block.kind == "mapping":
            self.block = self.block.child("indentless", token.column)
        elif token.id in {"?", ":"}:
            self._leave_indentless()
        self._write_gap(token)
        if self.base is None and token.id not in _INDICATORS:
            self.base = self.width
        if token.id in _CLOSING:
            self._leave()
        if token.id == "<scalar>":
            self._write_scalar(token)
        else:
            self._put(self.text[token.start : token.end])
            self.end = token.end
        if token.id in _OPENING:
            base = self.base or 0
            self.block = _Block(self.block, "flow", token.column, base + INDENT, end_column=base)
        self.previous, self.before, self.is_key = token.id, self.block, False

    def _write_scalar(self, token: _Token) -> None:
        raw = self.text[token.start : token.end]
        if raw.startswith(("|", ">")):
            scalar = block_scalar(raw, max(self.block.old_column, 0), max(self.block.column, 0))
            self._put(scalar.header)
            if scalar.lines:
                self._end_line(scalar.rest, token.start + raw.index("\n") - len(scalar.rest))
                self._put_lines(scalar.lines)
            self.end = token.start + scalar.length
        else:
            base = self.base or 0
            least = base if base == self.width else base + INDENT
            self._put_lines(flow_scalar(raw, self.width - token.column, least))
            self.end = token.end

    def _write_gap(self, token: _Token) -> None:
        """Write what stands between the last token and this one: blanks, or line breaks, comments, indentation."""
        rows = _ANY_BREAK.split(self.text[self.end : token.start])
        if token.id == "<stream end>":
            rows.append("")
        if self.previous == "<stream start>":
            rows.insert(0, "")
        elif len(rows) > 1:
            self._end_line(rows[0], self.end)
        if len(rows) > 1:
            column = self._column(token)
            self._write_rows(rows[1:-1], token, column)
            self._put(" " * column)
        else:
            self._put(_separator(self.previous, token.id))
            if self.previous in _OPENING:
                self.block = replace(self.block, column=self.width)  # level with what stands beside the bracket

    def _column(self, token: _Token) -> int:
        """Return the column of a token that starts a line."""
        if token.id in _OUTERMOST:
            return 0
        if self.block.kind == "flow":
            return self.block.end_column if token.id in _CLOSING else self.block.column
        if token.id in _INDICATORS or self.is_key:
            return self.block.column
        return self.block.column + INDENT

    def _write_rows(self, rows: Sequence[str], token: _Token, column: int) -> None:
        """Write the blank lines and comment lines before ``token``, which is to stand in ``column``."""
        comments = [row.strip(_IGNORED) for row in rows]
        tidy = iter(comment_texts([text for text in comments if text], head=self.previous == "<stream start>"))
        blank_lines = 0
        item_starts: tuple[str, ...] = ("# - ",)  # how a line looks that comments an item of the ended list out
        for row, comment in zip(rows, comments, strict=True):
            if not comment:
                blank_lines += 1
                item_starts = ()
                continue
            self._write_blank_lines(blank_lines)
            text, old = next(tidy), row.index("#")
            item_starts = ("# - ", "#   ") if text.startswith(item_starts) else ()
            if old != token.column and self.lines and old == self.lines[-1].old_column:
                self.lines.append(_Line("", text, old))  # it goes on with the comment at the end of that line
            else:
                at = self._comment_column(old, token.column, column, is_item=bool(item_starts))
                self.lines.append(_Line(" " * at + text))
            blank_lines = 0
        if token.id != "<stream end>":
            self._write_blank_lines(blank_lines)

    def _write_blank_lines(self, number: int) -> None:
        if self.lines:
            self.lines.extend([_Line("")] * min(number, BLANK_LINES))

    def _comment_column(self, old: int, next_old: int, next_column: int, *, is_item: bool) -> int:
        """Return where a comment line goes that stood in column ``old`` before a token from column ``next_old``."""
        block = self.before
        if self.block.kind == "flow":
            return self.block.column
        if self.previous in _INDICATORS | _PROPERTIES and old > max(block.old_column, next_old):
            return block.column + INDENT  # where the missing value would stand
        while block.old_column > old and block.parent:
            block = block.parent
        if old < next_old or (old == next_old and not (is_item and block.kind == "indentless")):
            return next_column
        return max(block.column, next_column)

    def _put(self, text: str) -> None:
        self.parts.append(text)
        start = max(text.rfind("\u2028"), text.rfind("\u2029")) + 1  # libyaml counts columns from these, too
        self.width = len(text) - start + (0 if start else self.width)

    def _put_lines(self, lines: Sequence[str]) -> None:
        base = self.base
        for number, line in enumerate(lines):
            if number:
                self._end_line()
            self._put(line)
        self.base = base  # what opens after a scalar's last line hangs from its first

    def _end_line(self, rest: str = "", start: int = 0) -> None:
        """End the line; ``rest``, from ``start`` in the text, may hold a comment for it."""
        text = "".join(self.parts)
        comment = rest.strip(_IGNORED)
        if "#" in comment:  # there may be a byte order mark, too
            old_column = start + rest.index("#") - self.text.rfind("\n", 0, start) - 1
            self.lines.append(_Line(text, comment_text(comment), old_column))
        else:
            self.lines.append(_Line(text))
        self.parts, self.width, self.base = [], 0, None


def _separator(previous: str, following: str) -> str:
    """Return what stands between two tokens of a line, given by their ids."""
    if previous in _OPENING:
        tight = True
    elif following in _CLOSING or following == ",":
        tight = previous not in _INDICATORS | _PROPERTIES
    elif following == ":":
        tight = previous not in {*_INDICATORS, *_PROPERTIES, "<alias>", ","}
    else:
        tight = False
    return "" if tight else " "
