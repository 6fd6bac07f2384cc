"""The statements of an HCL text as syntax trees, and what is wrong where there is none.

Strings, heredocs and the ends of statements come from ``hcl_lexer``; the rest from the tree-sitter grammar, which is
given one statement at a time, so that a mistake in one hides none in another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.diagnostics import Report
from runner.formats.hcl.lexer import MAX_DEPTH, Statement, Template, lex
from runner.formats.places import Places
from runner.text import SourceFile, Span

if TYPE_CHECKING:
    from tree_sitter import LogType, Node

MAX_EXPLAINED = 1000
"""How many mistakes the grammar finds are explained: nobody reads more, and it takes time."""

_PIECE = re.compile(r'"[^"\r\n]{0,30}"?|[\w-]+|.', re.DOTALL)
_ASSIGNED = "x="
"""What makes a statement of an expression."""
_POSITION = re.compile(r"^process .*\brow:0, col:([0-9]+)")


class Syntax:
    """The syntax of ``file``. What is wrong with it is reported (E031, E034) while it is read."""

    def __init__(self, file: SourceFile, report: Report) -> None:
        from tree_sitter import Language, Parser
        from tree_sitter_hcl import language

        self.text = file.text
        self.report = report
        self.places = Places(file)
        self._lexed = lex(self.places, report)
        self.comments = self._lexed.comments
        self._code = _Code.of(self._lexed.code)
        self._parser = Parser(Language(language()))
        self._refused = 0

    def statements(self) -> Iterator[Node]:
        """Yield the ``attribute`` and ``block`` nodes of the file, those with mistakes in their syntax left out.

        The offsets of nodes are offsets in the text, for strings and heredocs too; what these hold, ``template`` knows.
        """
        for statement in self._lexed.statements:
            if statement.sound and (node := self._statement(statement)):
                yield node

    def expression(self, code: str, start: int) -> tuple[Node | None, int]:
        """Return the ``expression`` that the code of an insert is, and what the offsets of its nodes count from.

        ``start`` is the offset of the code. With a mistake in it there is no node.
        """
        padded = _Code.of(f"{_ASSIGNED}{code}", start - len(_ASSIGNED))
        body = self._parse(padded, 0, len(padded.text))
        return body.children[0].children[2] if body else None, padded.base

    def span(self, node: Node) -> Span:
        """Return the place of ``node``."""
        return self.places.span(node.start_byte, node.end_byte)

    def source(self, node: Node, base: int = 0) -> str:
        """Return the text of ``node`` as it is written; ``base`` is what its offsets count from."""
        return self.text[base + node.start_byte : base + node.end_byte]

    def template(self, node: Node, base: int = 0) -> Template:
        """Return what a ``string_lit`` holds; that is how the grammar sees every string and heredoc."""
        return self._lexed.templates[base + node.start_byte]

    def mistake(self, message: str, start: int, end: int, hint: str | None = None) -> None:
        """Report an error in the syntax from offset ``start`` to ``end``."""
        self.report.add("E031", f"not HCL: {message}", self.places.span(start, end), hint=hint)

    def too_deep(self, start: int, end: int) -> None:
        """Report what is nested too deeply to be read."""
        message = f"values, operators and indexes are nested more than {MAX_DEPTH} deep"
        self.report.add("E034", message, self.places.span(start, end))

    def _statement(self, statement: Statement) -> Node | None:
        start = statement.start
        body = self._parse(self._code, start, statement.end)
        if body is None:
            return None
        if body.type != "body":
            hint = "HCL has NAME = VALUE on each line; the name of a JSON file ends in .json"
            self.mistake("expected a name, found '{'", start, start + 1, hint)
            return None
        node, *others = body.children
        for other in others[:1]:
            name = other.children[0]
            self.mistake(f"expected a new line, found '{self.source(name)}'", name.start_byte, name.end_byte)
        return node

    def _parse(self, code: _Code, start: int, end: int) -> Node | None:
        from tree_sitter import Point, Range

        self._parser.included_ranges = [Range(Point(0, start), Point(0, end), start, end)]
        root = self._parser.parse(code.line).root_node
        if root.has_error:
            self._refused += 1
            if self._refused <= MAX_EXPLAINED:
                self._explain(code, start, end)
            return None
        return root.children[0]

    def _explain(self, code: _Code, start: int, end: int) -> None:
        """Report why the grammar does not accept the code from ``start`` to ``end``."""
        at = self._stumbling_block(code, start)
        while at < end and code.text[at].isspace():
            at += 1
        expected, base = _expected(code.text[start:at]), code.base
        if at >= end:
            if "a new line" in expected and "?" in code.text[start:end]:  # the value is whole, but for what '?' wants
                expected = "':'"
            where = "the end of the line" if not base else "'}'"
            self.mistake(f"expected {expected}, found {where}", base + end, base + end)
            return
        piece = _PIECE.match(self.text, base + at, base + end)
        assert piece, "any character is a piece"
        found, hint = piece[0], None
        if expected == "a name" and found.startswith('"'):
            hint = "names are not quoted here"
        elif expected == "a new line" and found == ",":
            hint = "attributes stand on lines of their own, without commas"
        elif expected == f"'{found}'":  # it is what ends a key, but the grammar does not take what precedes for one
            expected, hint = "a name", "in braces 'for' begins an expression; as a key it is quoted"
        self.mistake(f"expected {expected}, found '{found}'", base + at, piece.end(), hint)

    def _stumbling_block(self, code: _Code, start: int) -> int:
        """Return the offset up to which the grammar accepts ``code``.

        The nodes for errors in the tree show what recovery made of it; only the parser's log has the place itself.
        """
        place, found = start, False

        def listen(_kind: LogType, message: str) -> None:
            nonlocal place, found
            found = found or message.startswith("detect_error")
            if not found and (position := _POSITION.match(message)):
                place = max(place, int(position[1]))

        self._parser.logger = listen
        try:
            self._parser.parse(code.line)
        finally:
            del self._parser.logger
        return place


@dataclass(frozen=True, slots=True)
class _Code:
    """A text for the grammar: ``line`` is the same without line ends, so that a column is an offset.

    ``base`` is where the offsets count from: not zero for what stands in an insert.
    """

    text: str
    line: bytes
    base: int

    @classmethod
    def of(cls, text: str, base: int = 0) -> _Code:
        return cls(text, text.replace("\n", " ").encode("ascii"), base)


def _expected(before: str) -> str:
    """Say what should follow ``before``, the code of a statement up to a mistake in it."""
    bracket, read = _innermost(before)
    last = before.rstrip()[-1:]
    if last and last in "=:+-*/%!<>&|?(":
        return "a value"
    if bracket == "[":
        return "a value or ']'" if read == "nothing" else "',' or ']'"
    if bracket == "(":
        return "')'"
    if read == "nothing":
        return "a name or '}'" if bracket else "a name"
    if read == "name":
        return "'='"
    return "a new line, ',' or '}'" if bracket else "a new line"


def _innermost(before: str) -> tuple[str, str]:
    """Return the innermost bracket open after ``before``, and what has been read of its latest item."""
    brackets, read = [""], ["nothing"]
    for character in before:
        if character in "([{":
            of_block = character == "{" and read[-1] == "name" and not brackets[-1]
            read[-1] = "value"
            brackets.append("" if of_block else character)
            read.append("nothing")
        elif character in ")]}":
            brackets.pop()
            read.pop()
        elif character in "=:":
            read[-1] = "value"
        elif character == "," or (character == "\n" and brackets[-1] == "{"):
            read[-1] = "nothing"
        elif character != " " and read[-1] == "nothing":
            read[-1] = "name"
    return brackets[-1], read[-1]
