"""Expressions of HCL: from the syntax tree to records.

The grammar groups operators otherwise than HCL does, and attaches indexes after a splat where HCL does not. So what it
found is taken as a row of operands, operators and accesses, and grouped here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from runner.formats.hcl.comments import Comments, ending
from runner.formats.hcl.lexer import MAX_DEPTH
from runner.formats.hcl.rows import Row
from runner.formats.hcl.syntax import Syntax
from runner.formats.hcl.templates import Templates
from runner.formats.hcl.tree import Call, Comprehension, Expression, Item, Lit, Many, Ref
from runner.formats.hcl.values import MAX_DIGITS, decimal_text, number
from runner.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node as Tree

_GROUPS = frozenset((
    "expression", "operation", "unary_operation", "binary_operation", "conditional", "splat", "full_splat",
    "attr_splat", "index",
))  # fmt: skip
_WORDS = {"true": True, "false": False, "null": None}


class Expressions:
    """Reads expressions. With ``comments`` those in lists and objects go to their items.

    ``base`` is what the offsets of nodes count from, and ``depth`` how deep the expressions stand already.
    """

    def __init__(self, syntax: Syntax, comments: Comments | None = None, base: int = 0, depth: int = 0) -> None:
        self.syntax = syntax
        self.comments = comments
        self.base = base
        self.depth = depth

    def read(self, node: Tree) -> Expression:
        """Return what an ``expression`` says."""
        row = list(flat(node))
        self.depth += len(row)
        if self.depth > MAX_DEPTH + 1:
            self.syntax.too_deep(self.base + node.start_byte, self.base + node.end_byte)
            value: Expression = Lit(None, self.span(node))
        else:
            value = Row(self, row).read()
        self.depth -= len(row)
        return value

    def span(self, first: Tree, last: Tree | None = None) -> Span:
        """Return the place of a node, or of all from ``first`` to ``last``."""
        return self.syntax.places.span(self.base + first.start_byte, self.base + (last or first).end_byte)

    def source(self, node: Tree) -> str:
        """Return the text of ``node``."""
        return self.syntax.source(node, self.base)

    def term(self, node: Tree) -> Expression:
        """Return what a term says, which is an operand without its indexes."""
        if node.type in ("literal_value", "collection_value", "for_expr"):
            node = node.children[0]
        read = getattr(self, f"_{node.type}")
        value: Expression = read(node)
        return value

    def _expression(self, node: Tree) -> Expression:
        return self.read(node)

    def _variable_expr(self, node: Tree) -> Ref:
        return Ref(self.source(node), self.span(node))

    def _bool_lit(self, node: Tree) -> Lit:
        return Lit(_WORDS[self.source(node)], self.span(node))

    _null_lit = _bool_lit

    def _numeric_lit(self, node: Tree) -> Lit:
        value = number(self.source(node))
        if value is None:
            message = f"a number that is too large, or has more than {MAX_DIGITS} digits"
            start = self.base + node.start_byte
            self.syntax.mistake(message, start, start + node.end_byte - node.start_byte, "use a string")
        return Lit(value or 0, self.span(node))

    def _string_lit(self, node: Tree) -> Expression:
        template = self.syntax.template(node, self.base)
        return Templates(self.syntax, self._insert).read(template)

    def _insert(self, code: str, start: int) -> Expression | None:
        node, base = self.syntax.expression(code, start)
        return Expressions(self.syntax, None, base, self.depth).read(node) if node else None

    def _function_call(self, node: Tree) -> Call:
        name, *rest = node.children
        given = next((child.children for child in rest if child.type == "function_arguments"), [])
        arguments = tuple(self.read(child) for child in given if child.type == "expression")
        spread = any(child.type == "ellipsis" for child in given)
        return Call(self.source(name), arguments, self.span(node), spread)

    def _tuple(self, node: Tree) -> Many:
        items = [child for child in node.children if child.type == "expression"]
        return self._many(node, items, keyed=False)

    def _object(self, node: Tree) -> Many:
        items = [child for child in node.children if child.type == "object_elem"]
        return self._many(node, items, keyed=True)

    def _many(self, node: Tree, elements: list[Tree], *, keyed: bool) -> Many:
        place = self.span(node)
        one_line = place.line == place.end_line or not elements
        comments = self.comments
        if comments is None:
            items = [self._item(each, keyed=keyed) for each in elements]
            return Many(tuple(items), keyed, place, one_line)
        items = []
        at, end = node.start_byte + 1, node.end_byte - 1
        for each in elements:
            gap, above = comments.above(at, each.start_byte)
            item = self._item(each, keyed=keyed)
            above += comments.within(each.end_byte)
            beside = comments.beside(each.end_byte, end)
            items.append(item._replace(above=above, beside=beside, gap=gap and bool(items)))
            at = max(each.end_byte, comments.end)
        gap, rest = comments.above(at, end)
        return Many(tuple(items), keyed, place, one_line, ending(rest, gap=gap and bool(items)))

    def _item(self, node: Tree, *, keyed: bool) -> Item:
        if not keyed:
            return Item(self.read(node))
        key, _, value = node.children
        return Item(self.read(value), self._key(key))

    def _key(self, node: Tree) -> Expression:
        """Read a key; a name is a text, and so are ``1.50`` and ``true``: ``"1.5"`` and ``"true"``, as HCL has them."""
        term = node.children[0]
        kind = term.children[0].type if term.type == "literal_value" else term.type
        if len(node.children) > 1 or kind not in ("variable_expr", "numeric_lit", "bool_lit", "null_lit"):
            return self.read(node)
        if kind == "numeric_lit":
            sound = self._numeric_lit(term).value
            return Lit(decimal_text(self.source(term)) if sound else "0", self.span(node))
        return Lit(self.source(term), self.span(node))

    def _for_tuple_expr(self, node: Tree) -> Comprehension:
        parts = {child.type: child for child in node.children}
        values = [child for child in node.children if child.type == "expression"]
        intro = parts["for_intro"].children
        names = [self.source(child) for child in intro if child.type == "identifier"]
        over = next(child for child in intro if child.type == "expression")
        condition = parts.get("for_cond")
        return Comprehension(
            names[0] if len(names) > 1 else None,
            names[-1],
            self.read(over),
            self.read(values[-1]),
            self.span(node),
            self.read(values[0]) if len(values) > 1 else None,
            self.read(condition.children[-1]) if condition else None,
            "ellipsis" in parts,
        )

    _for_object_expr = _for_tuple_expr


def flat(node: Tree) -> Iterator[Tree]:
    """Yield the operands, operators and accesses of an expression in their order; parentheses are one operand."""
    ahead = [node]
    while ahead:
        each = ahead.pop()
        if each.type == "(":
            yield ahead.pop()
            ahead.pop()
        elif each.type in _GROUPS:
            ahead.extend(reversed(each.children))
        else:
            yield each
