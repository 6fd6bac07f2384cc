"""Read whatever HCL (version 2, native syntax) can say: blocks, expressions, templates, and the comments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from runner.diagnostics import Note, Report
from runner.formats.hcl.comments import Comments, ending
from runner.formats.hcl.expressions import Expressions
from runner.formats.hcl.syntax import Syntax
from runner.formats.hcl.tree import Attribute, Block, Body
from runner.formats.hcl.values import template_text
from runner.text import SourceFile, Span

if TYPE_CHECKING:
    from tree_sitter import Node as Tree


def read(file: SourceFile, report: Report) -> Body:
    """Return what ``file`` says.

    What is wrong is reported: the syntax (E031), an attribute set twice in a body (E032), brackets and operators
    nested too deeply (E034). What has a mistake in it is left out.
    """
    reader = _Reader(Syntax(file, report))
    return reader.body(reader.syntax.statements(), 0, len(file.text))


class _Reader:
    """Turns statements into records, in the order of the text, so that comments find what they belong to."""

    def __init__(self, syntax: Syntax) -> None:
        self.syntax = syntax
        self.comments = Comments(syntax.text, syntax.comments)
        self.expressions = Expressions(syntax, self.comments)

    def body(self, statements: Iterable[Tree], start: int, end: int) -> Body:
        """Read the statements that stand between ``start`` and ``end``: in the file, or after an opening brace."""
        items: list[Attribute | Block] = []
        names: dict[str, Span] = {}
        at = start
        for node in statements:
            gap, above = self.comments.above(at, node.start_byte)
            item: Attribute | Block
            if node.type == "attribute":
                item = self._attribute(node, end)
                first = names.setdefault(item.name, item.place)
                if first is not item.place:
                    notes = (Note("first set here", first),)
                    self.syntax.report.add("E032", f"'{item.name}' is set twice", item.place, notes=notes)
            else:
                item = self._block(node, end)
            at = max(node.end_byte, self.comments.end)
            items.append(item._replace(above=above + item.above, gap=gap and bool(items)))
        gap, rest = self.comments.above(at, end)
        return Body(tuple(items), self.syntax.places.span(start, end), ending(rest, gap=gap and bool(items)))

    def _attribute(self, node: Tree, limit: int) -> Attribute:
        name, _, expression = node.children
        value = self.expressions.read(expression)
        above = self.comments.within(node.end_byte)
        beside = self.comments.beside(node.end_byte, limit)
        return Attribute(self.syntax.source(name), value, self.syntax.span(name), above, beside)

    def _block(self, node: Tree, limit: int) -> Block:
        children = node.children
        opener = next(n for n, child in enumerate(children) if child.type == "block_start")
        above = self.comments.within(children[opener].start_byte)
        start, end = children[opener].end_byte, children[-1].start_byte
        one_line = "\n" not in self.syntax.text[start:end]
        beside = "" if one_line else self.comments.beside(start, end)
        inner = children[opener + 1]
        body = self.body(inner.children if inner.type == "body" else (), max(start, self.comments.end), end)
        if after := self.comments.beside(node.end_byte, limit):
            beside, body = (after, body) if one_line else (beside, body._replace(end=(*body.end, after)))
        labels = tuple(self._label(label) for label in children[1:opener])
        place = self.syntax.places.span(node.start_byte, children[opener - 1].end_byte)
        return Block(self.syntax.source(children[0]), labels, body, place, above, beside)

    def _label(self, node: Tree) -> str:
        if node.type == "identifier":
            return self.syntax.source(node)
        template = self.syntax.template(node)
        for piece in template.pieces:
            if piece.code is not None:
                self.syntax.mistake("a label has no inserts", piece.start, piece.end)
        return template_text(self.syntax.text, template)
