"""Expressions of Jinja as expressions of HCL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from jinja2 import nodes

from runner.diagnostics import Report
from runner.expand.calls import CALLED
from runner.formats.hcl import document as hcl_document
from runner.formats.hcl import tree as hcl
from runner.packer.from_jinja_filters import Unsayable, filtered, tested
from runner.packer.names import Kind, Names
from runner.text import NOTHING, SourceFile, Span

_IDENTIFIER = re.compile(r"[A-Za-z_][\w-]*")
_COMPARE = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}
_BINARY: Mapping[type[nodes.BinExpr], str] = {
    nodes.And: "&&", nodes.Or: "||", nodes.Add: "+", nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/", nodes.Mod: "%",
}
_SPACES = frozenset({"var", "local", "path", "source", "build", "packer"})


class Declared(NamedTuple):
    """What the names of a playbook are in HCL."""

    variables: Mapping[str, Kind] = NOTHING
    locals: frozenset[str] = frozenset()
    data: Mapping[str, tuple[str, str]] = NOTHING
    """Name -> type and name."""


class Expressions:
    """Translates expressions: what is between the braces of a template."""

    def __init__(self, declared: Declared) -> None:
        self._declared = declared
        self._bound: dict[str, hcl.Expression] = {}
        self._made: dict[str, hcl.Expression] = {}
        self._names = Names(declared.variables)
        self._place: Span = SourceFile("", "").start()

    @contextmanager
    def binding(self, names: Mapping[str, hcl.Expression]) -> Iterator[None]:
        """Translate where names stand for expressions."""
        outer, self._bound = self._bound, {**self._bound, **names}
        try:
            yield
        finally:
            self._bound = outer

    def _truth(self, node: nodes.Node) -> hcl.Expression:
        return plain(self._expression(node))

    def _expression(self, node: nodes.Node | None) -> hcl.Expression:  # noqa: C901, PLR0911, PLR0912 - one case a kind of node
        place = self._place
        match node:
            case nodes.Const(value=value):
                return hcl.Lit(value, place)
            case nodes.Name(name=name):
                return self._name(name)
            case nodes.MarkSafe(expr=inner):
                return self._expression(inner)
            case nodes.List(items=items) | nodes.Tuple(items=items):
                return hcl.Many(tuple(hcl.Item(self._expression(each)) for each in items), keyed=False, place=place)
            case nodes.Dict(items=pairs):
                entries = tuple(hcl.Item(self._expression(each.value), self._expression(each.key)) for each in pairs)
                return hcl.Many(entries, keyed=True, place=place)
            case nodes.CondExpr(test=test, expr1=then, expr2=other):
                chosen = hcl.Lit(None, place) if other is None else self._expression(other)
                return hcl.Conditional(self._truth(test), *self._alike(self._expression(then), chosen), place)
            case nodes.And() | nodes.Or():
                return hcl.Binary(_BINARY[type(node)], self._truth(node.left), self._truth(node.right), place)
            case nodes.BinExpr() if type(node) in _BINARY:
                if isinstance(node, nodes.Mod) and isinstance(node.left, nodes.Const):
                    return self._formatted(node)
                return self._operation(_BINARY[type(node)], node.left, node.right)
            case nodes.Pow():
                return hcl.Call("pow", (self._expression(node.left), self._expression(node.right)), place)
            case nodes.FloorDiv():
                whole = hcl.Binary("/", self._expression(node.left), self._expression(node.right), place)
                return hcl.Call("floor", (whole,), place)
            case nodes.Not(node=inner):
                return hcl.Unary("!", self._truth(inner), place)
            case nodes.Neg(node=inner):
                return hcl.Unary("-", self._expression(inner), place)
            case nodes.Concat(nodes=pieces):
                return hcl.Template(tuple(self._piece(each) for each in pieces), place)
            case nodes.Compare():
                return self._compare(node)
            case nodes.Getattr():
                return self._attribute(node, node.attr)
            case nodes.Getitem(node=nodes.Name(name="data" | "var" | "local"), arg=nodes.Const(value=str(name))):
                return self._attribute(node, name)
            case nodes.Getitem(arg=nodes.Const(value=str(name))) if _IDENTIFIER.fullmatch(name):
                return self._attribute(node, name)
            case nodes.Getitem(node=on, arg=nodes.Slice()):
                del on
                raise Unsayable("a slice")
            case nodes.Getitem(node=on, arg=key):
                return hcl.Index(self._expression(on), self._expression(key), place)
            case nodes.Call(node=nodes.Name(name=name)) if name.startswith(CALLED):
                return self._call(node, name.removeprefix(CALLED))
            case nodes.Filter():
                return filtered(node, self._expression, place)
            case nodes.Test():
                return tested(node, self._expression, place)
        raise Unsayable(f"{type(node).__name__.lower()} of Jinja")

    def _piece(self, piece: nodes.Node) -> hcl.Part:
        match piece:
            case nodes.TemplateData(data=text):
                return hcl.Lit(text, self._place)
        return without("tostring", self._expression(piece))

    def _alike(self, then: hcl.Expression, other: hcl.Expression) -> tuple[hcl.Expression, hcl.Expression]:
        """Return the outcomes of a condition; beside a text, HCL makes a text of a number by itself."""
        plain = {"number", "bool"}
        bare = without("tostring", then), without("tostring", other)
        return (
            then if self._names.kind(other) in plain else bare[0],
            other if self._names.kind(then) in plain else bare[1],
        )

    def _operation(self, operator: str, left: nodes.Node, right: nodes.Node) -> hcl.Expression:
        """Return an operation on numbers; HCL makes a number of a text by itself."""
        first, second = (without("tonumber", self._expression(each)) for each in (left, right))
        return hcl.Binary(operator, first, second, self._place)

    def _formatted(self, node: nodes.Mod) -> hcl.Expression:
        """Return ``'%c' % 92``, by which ``to_jinja`` writes a backslash at the end of a text."""
        match node:
            case nodes.Mod(left=nodes.Const(value="%c"), right=nodes.Const(value=int(code))):
                return hcl.Lit(chr(code), self._place)
            case nodes.Mod(left=nodes.Const(value=str())):
                raise Unsayable("the operator % on a text")
        return hcl.Binary("%", self._expression(node.left), self._expression(node.right), self._place)

    def _name(self, name: str) -> hcl.Expression:
        if name in self._bound:
            return self._bound[name]
        if name in self._made:
            return self._made[name]
        if name in self._declared.locals:
            return hcl.Attr(hcl.Ref("local", self._place), name, self._place)
        if name in self._declared.variables:
            return hcl.Attr(hcl.Ref("var", self._place), name, self._place)
        if name in ("var", "local"):
            return hcl.Ref(name, self._place)
        raise Unsayable(f"the name {name!r}, which only Ingot knows")

    def _attribute(self, node: nodes.Getattr | nodes.Getitem, name: str) -> hcl.Expression:
        place = self._place
        match node.node:
            case nodes.Name(name="loop") if name == "index0" and "loop.index0" in self._bound:
                return self._bound["loop.index0"]
            case nodes.Name(name="data") if "data" not in self._bound:
                kind, own = self._declared.data.get(name, ("", ""))
                if not kind:
                    raise Unsayable(f"data.{name}, which is not declared")
                return hcl.Attr(hcl.Attr(hcl.Ref("data", place), kind, place), own, place)
            case nodes.Name(name="ingot") if name == "version":
                return hcl.Attr(hcl.Ref("packer", place), "version", place)
            case nodes.Name(name=space) if space in _SPACES and space not in self._bound:
                return hcl.Attr(hcl.Ref(space, place), name, place)
        return hcl.Attr(self._expression(node.node), name, place)

    def _compare(self, node: nodes.Compare) -> hcl.Expression:
        left = self._expression(node.expr)
        whole: hcl.Expression | None = None
        for operand in node.ops:
            right = self._expression(operand.expr)
            if operand.op in ("in", "notin"):
                found: hcl.Expression = hcl.Call("contains", (right, left), self._place)
                one = found if operand.op == "in" else hcl.Unary("!", found, self._place)
            else:
                sides = (left, right)
                if operand.op not in ("eq", "ne"):
                    sides = (without("tonumber", left), without("tonumber", right))
                one = hcl.Binary(_COMPARE[operand.op], *sides, self._place)
            whole = one if whole is None else hcl.Binary("&&", whole, one, self._place)
            left = right
        assert whole is not None
        return whole

    def _call(self, node: nodes.Call, name: str) -> hcl.Expression:
        if node.kwargs or node.dyn_kwargs or name in ("now", "query", "q"):
            raise Unsayable(f"the function {name!r}" + (" with named arguments" if node.kwargs else ""))
        arguments = [self._expression(each) for each in node.args]
        if name == "lookup" and isinstance(arguments[0], hcl.Lit):
            raise Unsayable("the function 'lookup' of Ansible")
        if name == "tonumber" and isinstance(arguments[0], hcl.Binary) and arguments[0].operator == "/":
            return arguments[0]
        if name == "convert" and isinstance(arguments[-1], hcl.Lit):
            arguments[-1] = expression_of(str(arguments[-1].value), self._place)
        if node.dyn_args is not None:
            return hcl.Call(name, (*arguments, self._expression(node.dyn_args)), self._place, spread=True)
        return hcl.Call(name, tuple(arguments), self._place)


def expression_of(text: str, place: Span) -> hcl.Expression:
    """Return the expression that a text of HCL is. Raises ``Unsayable`` when it is none."""
    report = Report()
    body = hcl_document.read(SourceFile(place.file.path, f"x = {text}\n"), report)
    found = body.get("x")
    if report.failed or found is None:
        raise Unsayable(f"{text!r}, which is no HCL")
    return found.value


def plain(condition: hcl.Expression) -> hcl.Expression:
    """Return a condition without what made a truth value of a text: HCL does that itself."""
    return without("tobool", condition)


def without(conversion: str, expression: hcl.Expression) -> hcl.Expression:
    """Return what is converted, where HCL does so by itself."""
    match expression:
        case hcl.Call(name, (inner,)) if name == conversion:
            return inner
    return expression
