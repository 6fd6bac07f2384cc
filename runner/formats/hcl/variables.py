"""Read HCL (version 2, native syntax) without losing where anything was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from runner.diagnostics import Note, Report
from runner.formats.hcl.syntax import Syntax
from runner.formats.hcl.values import MAX_DIGITS, decimal_text, number, template_text
from runner.text import Key, Node, SourceFile, Span

if TYPE_CHECKING:
    from tree_sitter import Node as Tree

_REFUSED = {
    "conditional": "a conditional expression",
    "for_expr": "a for expression",
    "function_call": "a function call",
    "operation": "an operation",
    "variable_expr": "a reference",
}
_WRITE_THE_VALUE = "write the value itself; what is computed from other values stands in locals"
_SHOWN = 40
"""How many characters of an expression a message shows."""
_WORDS = {"true": True, "false": False, "null": None}


def load_values(file: SourceFile) -> Node:
    """Return the mapping of names to values that a variable file (``.pkrvars.hcl``) holds.

    Numbers are ``int`` when they are whole, however they are written and however large. Raises ``Invalid`` with all
    that is wrong: the syntax (E031), a name or key set twice (E032), a block or an expression that is no plain value
    (E033), brackets nested more than 200 deep (E034).
    """
    report = Report()
    root = _Values(Syntax(file, report)).read()
    report.require()
    return root


class _Values:
    """Turns syntax into values. What is no value is reported, and null in its stead."""

    def __init__(self, syntax: Syntax) -> None:
        self.syntax = syntax
        self.report = syntax.report

    def read(self) -> Node:
        """Return the root of the document tree."""
        entries: dict[Key, Node] = {}
        for statement in self.syntax.statements():
            if statement.type == "block":
                self._refuse_block(statement)
            else:
                name, _, expression = statement.children
                value = self._value(expression, self.syntax.span(name))
                self._put(entries, self.syntax.source(name), value)
        return Node(entries, self.syntax.places.span(0, len(self.syntax.text)))

    def _put(self, entries: dict[Key, Node], key: str, value: Node) -> None:
        first = entries.setdefault(key, value)
        if first is not value:
            notes = (Note("first set here", first.key_span),)
            self.report.add("E032", f"'{key}' is set twice", value.place, notes=notes)

    def _value(self, expression: Tree, key_span: Span | None = None) -> Node:
        terms, signs = _unwrapped(expression.children)
        term = terms[0].children[0] if terms[0].type in ("literal_value", "collection_value") else terms[0]
        kind = term.type if len(terms) == 1 else "variable_expr"  # with an index, an attribute or a splat
        value: Any = None
        raw = None
        if kind == "numeric_lit":
            value, raw = self._number(term, signs), self.syntax.source(expression)
        elif signs or kind in _REFUSED:
            self._refuse(expression, "operation" if signs else kind)
        elif kind == "string_lit":
            value = self._text(term)
        elif kind == "tuple":
            value = tuple(self._value(child) for child in term.children if child.type == "expression")
        elif kind == "object":
            value = self._entries(term)
        else:
            raw = self.syntax.source(term)
            value = _WORDS[raw]
        return Node(value, self.syntax.span(expression), key_span, raw)

    def _number(self, literal: Tree, signs: int) -> int | float:
        value = number(self.syntax.source(literal))
        if value is None:
            message = f"a number that is too large, or has more than {MAX_DIGITS} digits"
            self.syntax.mistake(message, literal.start_byte, literal.end_byte, "use a string")
            return 0
        return -value if signs % 2 else value

    def _text(self, literal: Tree) -> str:
        template = self.syntax.template(literal)
        for piece in template.pieces:
            if piece.code is not None:
                opener = self.syntax.text[piece.start : piece.start + 2]
                self.report.add(
                    "E033", f"'{opener}' begins an expression; a variable file holds plain values only",
                    self.syntax.places.span(piece.start, piece.end),
                    hint=f"for the text itself write {opener[0]}{opener}",
                )
        return template_text(self.syntax.text, template)

    def _entries(self, braces: Tree) -> dict[Key, Node]:
        entries: dict[Key, Node] = {}
        for element in braces.children:
            if element.type != "object_elem":
                continue
            key, _, expression = element.children
            self._put(entries, self._key(key), self._value(expression, self.syntax.span(key)))
        return entries

    def _key(self, expression: Tree) -> str:
        """Return a key as text; ``1.50`` and ``true`` are ``"1.5"`` and ``"true"``, as HCL has them."""
        term = expression.children[0]
        if len(expression.children) > 1 or term.type not in ("literal_value", "variable_expr"):
            self.report.add(
                "E033", "a computed key; a variable file holds plain values only", self.syntax.span(expression),
                hint="write the key itself, in double quotes when it is no name",
            )
            return self.syntax.source(expression)
        literal = term.children[0]
        if literal.type == "string_lit":
            return self._text(literal)
        text = self.syntax.source(literal)
        if literal.type == "numeric_lit":
            self._number(literal, 0)
            return decimal_text(text)
        return text

    def _refuse(self, expression: Tree, kind: str) -> None:
        text = self.syntax.source(expression)
        line = text[:_SHOWN].partition("\n")[0]
        shown = text if line == text else f"{line.rstrip()} ..."
        is_name = [child.type for child in expression.children] == ["variable_expr"]
        self.report.add(
            "E033", f"'{shown}' is {_REFUSED[kind]}; a variable file holds plain values only",
            self.syntax.span(expression),
            hint=f'a text stands in double quotes: "{text}"' if is_name else _WRITE_THE_VALUE,
        )

    def _refuse_block(self, block: Tree) -> None:
        name = block.children[0]
        self.report.add(
            "E033", f"'{self.syntax.source(name)}' is a block; a variable file holds only NAME = VALUE",
            self.syntax.span(name), hint="blocks stand in the template; a map is written NAME = { ... }",
        )


def _unwrapped(terms: Sequence[Tree]) -> tuple[Sequence[Tree], int]:
    """Take parentheses and minus signs off an expression; return the rest and how many minus signs there were."""
    signs = 0
    while True:
        unary = terms[0].children[0].children if len(terms) == 1 and terms[0].type == "operation" else []
        if terms[0].type == "(" and terms[-1].type == ")":
            terms = terms[1].children
        elif unary and unary[0].type == "-":
            terms = unary[1:]
            signs += 1
        else:
            return terms, signs
