"""The grouping of operands, operators and accesses in HCL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from runner.formats.hcl.tree import (
    SPLAT_ITEM,
    Attr,
    Binary,
    Conditional,
    Expression,
    Index,
    Lit,
    Ref,
    Splat,
    Unary,
)  # fmt: skip
from runner.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node as Tree

PRECEDENCE = {
    operator: level
    for level, operators in enumerate(("||", "&&", "== !=", "< > <= >=", "+ -", "* / %"), 1)
    for operator in operators.split()
}
"""How tightly each operator of two operands binds."""
UNARY = max(PRECEDENCE.values()) + 1
"""How tightly ``-`` and ``!`` bind; accesses bind tighter still."""
_ACCESSES = frozenset(("get_attr", "new_index", "legacy_index", ".*", "[*]"))


class Reader(Protocol):
    """What a row needs to read its parts."""

    def read(self, node: Tree) -> Expression:
        """Read an expression in brackets."""

    def term(self, node: Tree) -> Expression:
        """Read an operand without its accesses."""

    def source(self, node: Tree) -> str:
        """Return the text of a node."""

    def span(self, first: Tree, last: Tree | None = None) -> Span:
        """Return the place from one node to another."""


class Row:
    """Goes through a row of nodes from left to right; ``at`` is the next one."""

    def __init__(self, reader: Reader, nodes: list[Tree]) -> None:
        self.reader = reader
        self.nodes = nodes
        self.at = 0

    def read(self) -> Expression:
        """Read a conditional, or what stands where one may stand."""
        first = self.at
        condition = self._binary(1)
        if self._ahead() != "?":
            return condition
        self.at += 1
        then = self.read()
        self.at += 1  # the colon
        other = self.read()
        return Conditional(condition, then, other, self._place(first))

    def _binary(self, level: int) -> Expression:
        first = self.at
        left = self._unary()
        while PRECEDENCE.get(operator := self._ahead(), 0) >= level:
            self.at += 1
            right = self._binary(PRECEDENCE[operator] + 1)
            left = Binary(operator, left, right, self._place(first))
        return left

    def _unary(self) -> Expression:
        first = self.at
        operator = self._ahead()
        if operator not in ("-", "!"):
            return self._accesses(self.reader.term(self._next()), first)
        self.at += 1
        operand = self._unary()
        if operator == "-" and isinstance(operand, Lit) and not isinstance(operand.value, str | bool | None):
            return Lit(-operand.value, self._place(first))
        return Unary(_unary_operator(operator), operand, self._place(first))

    def _accesses(self, on: Expression, first: int, only: frozenset[str] = _ACCESSES) -> Expression:
        """Read the accesses that follow ``on``."""
        while (kind := self._ahead()) in only:
            node = self._next()
            if kind == "get_attr":
                on = Attr(on, self.reader.source(node.children[1]), self._place(first))
            elif kind == "new_index":
                on = Index(on, self.reader.read(node.children[1]), self._place(first))
            elif kind == "legacy_index":
                for digits in self.reader.source(node).strip(". \t\r\n").split("."):  # ``a.0.1``: the lexer sees 0.1
                    on = Index(on, Lit(int(digits), self.reader.span(node)), self._place(first))
            else:
                full = kind == "[*]"
                item = Ref(SPLAT_ITEM, self.reader.span(node))
                rest = self._accesses(item, self.at - 1, _ACCESSES if full else frozenset(("get_attr",)))
                on = Splat(on, rest, full, self._place(first))
        return on

    def _ahead(self) -> str:
        return self.nodes[self.at].type if self.at < len(self.nodes) else ""

    def _next(self) -> Tree:
        self.at += 1
        return self.nodes[self.at - 1]

    def _place(self, first: int) -> Span:
        return self.reader.span(self.nodes[first], self.nodes[self.at - 1])


def _unary_operator(operator: str) -> Literal["-", "!"]:
    return "-" if operator == "-" else "!"
