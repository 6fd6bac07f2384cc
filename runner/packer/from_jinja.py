"""Values of a playbook as expressions of HCL: the way back from ``to_jinja``, and what people write beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from jinja2 import nodes

from runner.diagnostics import Report
from runner.expand.calls import CALLED
from runner.expand.jinja import TemplateError, parsed
from runner.formats import hcl_document
from runner.formats.hcl_tree import (
    Attr,
    Binary,
    Call,
    Comprehension,
    Conditional,
    Expression,
    For,
    If,
    Index,
    Item,
    Lit,
    Many,
    Part,
    Ref,
    Template,
    Unary,
)
from runner.packer.from_jinja_filters import Unsayable, filtered, tested
from runner.packer.names import Kind, Names
from runner.text import NOTHING, Node, SourceFile, Span

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


class FromJinja:
    """Translates the values of one playbook."""

    def __init__(self, declared: Declared) -> None:
        self._declared = declared
        self._bound: dict[str, Expression] = {}
        self._made: dict[str, Expression] = {}
        self._names = Names(declared.variables)
        self._place: Span = SourceFile("", "").start()

    @contextmanager
    def binding(self, names: Mapping[str, Expression]) -> Iterator[None]:
        """Translate where names stand for expressions."""
        outer, self._bound = self._bound, {**self._bound, **names}
        try:
            yield
        finally:
            self._bound = outer

    def value(self, node: Node) -> Expression:
        """Return the expression that a value is. Raises ``Unsayable``."""
        value = node.value
        if isinstance(value, dict):
            items = tuple(Item(self.value(each), _key(key, each.place)) for key, each in value.items())
            return Many(items, keyed=True, place=node.span)
        if isinstance(value, tuple):
            items = tuple(Item(self.value(each)) for each in value)
            return Many(items, keyed=False, place=node.span, one_line=_is_short(items))
        if node.tag is not None:
            raise Unsayable(f"a value tagged {node.tag}")
        if isinstance(value, str) and any(mark in value for mark in ("{{", "{%", "{#")):
            return self.text(value, node.span)
        if value is None or isinstance(value, str | int | float | bool):
            return Lit(value, node.span, heredoc=isinstance(value, str) and value.endswith("\n") and value != "\n")
        raise Unsayable(f"a value like {value!r}")

    def text(self, text: str, place: Span) -> Expression:
        """Return the expression of a text with templates of Jinja. Raises ``Unsayable``."""
        self._place = place
        self._made = {}
        try:
            tree = parsed(text)
        except TemplateError as error:
            raise Unsayable(f"what is no expression of Jinja ({error.message})") from error
        parts = self._parts(tree.body)
        heredoc = text.endswith("\n")
        if len(parts) == 1 and not isinstance(parts[0], If | For):
            only = parts[0]
            return only._replace(heredoc=heredoc) if isinstance(only, Lit) and isinstance(only.value, str) else only
        if not parts:
            return Lit("", place)
        return Template(tuple(parts), place, heredoc)

    def condition(self, node: Node) -> Expression:
        """Return the expression of a condition, which stands without braces. Raises ``Unsayable``."""
        if isinstance(node.value, tuple):
            found = [self.condition(each) for each in node.value]
            whole = found[0] if found else Lit(value=True, place=node.span)
            for each in found[1:]:
                whole = Binary("&&", whole, each, node.span)
            return whole
        if not isinstance(node.value, str):
            return self.value(node)
        text = node.value
        made = self.text(text if "{{" in text or "{%" in text else f"{{{{ {text} }}}}", node.span)
        return _plain(made)

    # ------------------------------------------------------------------ templates

    def _parts(self, body: Iterable[nodes.Node]) -> list[Part]:  # noqa: C901 - one case a kind of node
        found: list[Part] = []
        for each in body:
            match each:
                case nodes.Output():
                    for piece in each.nodes:
                        _add(found, self._piece(piece))
                case nodes.If():
                    found.append(self._if(each))
                case nodes.For() if _is_filling(_conditional(each)):
                    self._fill(each)
                case nodes.For():
                    found.append(self._for(each))
                case nodes.Assign(target=nodes.Name(), node=nodes.List(items=[]) | nodes.Dict(items=[])):
                    self._made[each.target.name] = Lit(None, self._place)  # type: ignore[attr-defined]  # a Name
                case nodes.AssignBlock(target=nodes.Name(), filter=None):
                    self._made[each.target.name] = self._joined(each.body)  # type: ignore[attr-defined]  # a Name
                case nodes.Assign(target=nodes.Name()):
                    self._made[each.target.name] = self._expression(each.node)  # type: ignore[attr-defined]  # a Name
                case nodes.ExprStmt(node=nodes.Call(args=[value]) as call) if name := _target(call):
                    one = Many((Item(self._expression(value)),), keyed=False, place=self._place)
                    self._made[name] = self._more(name, one)
                case nodes.ExprStmt():
                    raise Unsayable("a statement of Jinja")
                case _:
                    raise Unsayable(f"{type(each).__name__.lower()} of Jinja")
        return found

    def _joined(self, body: Iterable[nodes.Node]) -> Expression:
        return Template(tuple(self._parts(body)), self._place)

    def _piece(self, piece: nodes.Node) -> Part:
        match piece:
            case nodes.TemplateData(data=text):
                return Lit(text, self._place)
        return _without("tostring", self._expression(piece))

    def _if(self, made: nodes.If) -> If:
        other: tuple[Part, ...] = tuple(self._parts(made.else_))
        for each in reversed(made.elif_):
            other = (If(self._truth(each.test), tuple(self._parts(each.body)), other, self._place),)
        return If(self._truth(made.test), tuple(self._parts(made.body)), other, self._place)

    def _for(self, made: nodes.For) -> For:
        key, name, over = self._head(made)
        if made.else_ or made.test is not None:
            raise Unsayable("a loop with an 'else' or a condition")
        return For(key, name, over, tuple(self._within(made, key, name, lambda: self._parts(made.body))), self._place)

    # ------------------------------------------------------------------ loops that fill a collection

    def _fill(self, made: nodes.For) -> None:
        """Take a loop that fills a list or a mapping for the comprehension that it is."""
        made = _conditional(made)
        *before, last = made.body
        assert isinstance(last, nodes.ExprStmt)
        call = last.node
        assert isinstance(call, nodes.Call)
        target = _target(call)
        key, name, over = self._head(made)

        def inner() -> Comprehension:
            self._parts(before)
            condition = None if made.test is None else self._truth(made.test)
            method = call.node.attr  # type: ignore[attr-defined]  # a Getattr
            grouped = isinstance(call.node.node, nodes.Call)  # type: ignore[attr-defined]
            if method == "update":
                [pair] = call.args[0].items  # type: ignore[attr-defined]  # a Dict
                own, value = self._expression(pair.key), self._expression(pair.value)
            elif grouped:
                own, value = self._expression(call.node.node.args[0]), self._expression(call.args[0])  # type: ignore[attr-defined]
            else:
                return Comprehension(
                    key, name, over, self._expression(call.args[0]), self._place, condition=condition
                )
            return Comprehension(key, name, over, value, self._place, own, condition, grouped)

        self._made[target] = self._more(target, self._within(made, key, name, inner))

    def _more(self, name: str, made: Expression) -> Expression:
        """Return what a collection is when more is put into it."""
        before = self._made.get(name)
        if before is None or before == Lit(None, before.place):
            return made
        parts = before.arguments if isinstance(before, Call) and before.name == "concat" else (before,)
        return Call("concat", (*parts, made), self._place)

    def _head(self, made: nodes.For) -> tuple[str | None, str, Expression]:
        """Return the names of a loop and what it goes through."""
        over = made.iter
        match made.target, over:
            case nodes.Tuple(items=[nodes.Name(name=key), nodes.Name(name=name)]), nodes.Filter(
                name="dictsort", node=inner
            ):
                return key, name, self._expression(inner)
            case nodes.Tuple(items=[nodes.Name(name=key), nodes.Name(name=name)]), nodes.Call(
                node=nodes.Getattr(node=inner, attr="items"), args=[]
            ):
                return key, name, self._expression(inner)
            case nodes.Name(name=name), nodes.Call(node=nodes.Name(name=called), args=[inner]) if (
                called == f"{CALLED}values"
            ):
                return self._index(made), name, self._expression(inner)
            case nodes.Name(name=name), _:
                return self._index(made), name, self._expression(over)
        raise Unsayable("a loop like this")

    def _index(self, made: nodes.For) -> str | None:
        """Return a name for the index where a loop uses it."""
        used = any(each.attr in ("index0", "index") for each in made.find_all(nodes.Getattr))
        return "index" if used else None

    def _within(self, made: nodes.For, key: str | None, name: str, work: Callable[[], Any]) -> Any:
        del made
        bound: dict[str, Expression] = {name: Ref(name, self._place)}
        if key is not None:
            bound |= {key: Ref(key, self._place), "loop.index0": Ref(key, self._place)}
        with self.binding(bound):
            return work()

    # ------------------------------------------------------------------ expressions

    def _truth(self, node: nodes.Node) -> Expression:
        return _plain(self._expression(node))

    def _expression(self, node: nodes.Node | None) -> Expression:  # noqa: C901, PLR0911, PLR0912 - one case a kind of node
        place = self._place
        match node:
            case nodes.Const(value=value):
                return Lit(value, place)
            case nodes.Name(name=name):
                return self._name(name)
            case nodes.MarkSafe(expr=inner):
                return self._expression(inner)
            case nodes.List(items=items) | nodes.Tuple(items=items):
                return Many(tuple(Item(self._expression(each)) for each in items), keyed=False, place=place)
            case nodes.Dict(items=pairs):
                entries = tuple(Item(self._expression(each.value), self._expression(each.key)) for each in pairs)
                return Many(entries, keyed=True, place=place)
            case nodes.CondExpr(test=test, expr1=then, expr2=other):
                chosen = Lit(None, place) if other is None else self._expression(other)
                return Conditional(self._truth(test), *self._alike(self._expression(then), chosen), place)
            case nodes.And() | nodes.Or():
                return Binary(_BINARY[type(node)], self._truth(node.left), self._truth(node.right), place)
            case nodes.BinExpr() if type(node) in _BINARY:
                if isinstance(node, nodes.Mod) and isinstance(node.left, nodes.Const):
                    return self._formatted(node)
                return self._operation(_BINARY[type(node)], node.left, node.right)
            case nodes.Pow():
                return Call("pow", (self._expression(node.left), self._expression(node.right)), place)
            case nodes.FloorDiv():
                whole = Binary("/", self._expression(node.left), self._expression(node.right), place)
                return Call("floor", (whole,), place)
            case nodes.Not(node=inner):
                return Unary("!", self._truth(inner), place)
            case nodes.Neg(node=inner):
                return Unary("-", self._expression(inner), place)
            case nodes.Concat(nodes=pieces):
                return Template(tuple(self._piece(each) for each in pieces), place)
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
                return Index(self._expression(on), self._expression(key), place)
            case nodes.Call(node=nodes.Name(name=name)) if name.startswith(CALLED):
                return self._call(node, name.removeprefix(CALLED))
            case nodes.Filter():
                return filtered(node, self._expression, place)
            case nodes.Test():
                return tested(node, self._expression, place)
        raise Unsayable(f"{type(node).__name__.lower()} of Jinja")

    def _alike(self, then: Expression, other: Expression) -> tuple[Expression, Expression]:
        """Return the outcomes of a condition; beside a text, HCL makes a text of a number by itself."""
        plain = {"number", "bool"}
        bare = _without("tostring", then), _without("tostring", other)
        return (
            then if self._names.kind(other) in plain else bare[0],
            other if self._names.kind(then) in plain else bare[1],
        )

    def _operation(self, operator: str, left: nodes.Node, right: nodes.Node) -> Expression:
        """Return an operation on numbers; HCL makes a number of a text by itself."""
        first, second = (_without("tonumber", self._expression(each)) for each in (left, right))
        return Binary(operator, first, second, self._place)

    def _formatted(self, node: nodes.Mod) -> Expression:
        """Return ``'%c' % 92``, by which ``to_jinja`` writes a backslash at the end of a text."""
        match node:
            case nodes.Mod(left=nodes.Const(value="%c"), right=nodes.Const(value=int(code))):
                return Lit(chr(code), self._place)
            case nodes.Mod(left=nodes.Const(value=str())):
                raise Unsayable("the operator % on a text")
        return Binary("%", self._expression(node.left), self._expression(node.right), self._place)

    def _name(self, name: str) -> Expression:
        if name in self._bound:
            return self._bound[name]
        if name in self._made:
            return self._made[name]
        if name in self._declared.locals:
            return Attr(Ref("local", self._place), name, self._place)
        if name in self._declared.variables:
            return Attr(Ref("var", self._place), name, self._place)
        raise Unsayable(f"the name {name!r}, which only Ingot knows")

    def _attribute(self, node: nodes.Getattr | nodes.Getitem, name: str) -> Expression:
        place = self._place
        match node.node:
            case nodes.Name(name="loop") if name == "index0" and "loop.index0" in self._bound:
                return self._bound["loop.index0"]
            case nodes.Name(name="data") if "data" not in self._bound:
                kind, own = self._declared.data.get(name, ("", ""))
                if not kind:
                    raise Unsayable(f"data.{name}, which is not declared")
                return Attr(Attr(Ref("data", place), kind, place), own, place)
            case nodes.Name(name="ingot") if name == "version":
                return Attr(Ref("packer", place), "version", place)
            case nodes.Name(name=space) if space in _SPACES and space not in self._bound:
                return Attr(Ref(space, place), name, place)
        return Attr(self._expression(node.node), name, place)

    def _compare(self, node: nodes.Compare) -> Expression:
        left = self._expression(node.expr)
        whole: Expression | None = None
        for operand in node.ops:
            right = self._expression(operand.expr)
            if operand.op in ("in", "notin"):
                found: Expression = Call("contains", (right, left), self._place)
                one = found if operand.op == "in" else Unary("!", found, self._place)
            else:
                sides = (left, right)
                if operand.op not in ("eq", "ne"):
                    sides = (_without("tonumber", left), _without("tonumber", right))
                one = Binary(_COMPARE[operand.op], *sides, self._place)
            whole = one if whole is None else Binary("&&", whole, one, self._place)
            left = right
        assert whole is not None
        return whole

    def _call(self, node: nodes.Call, name: str) -> Expression:
        if node.kwargs or node.dyn_kwargs or name in ("now", "query", "q"):
            raise Unsayable(f"the function {name!r}" + (" with named arguments" if node.kwargs else ""))
        arguments = [self._expression(each) for each in node.args]
        if name == "lookup" and isinstance(arguments[0], Lit):
            raise Unsayable("the function 'lookup' of Ansible")
        if name == "tonumber" and isinstance(arguments[0], Binary) and arguments[0].operator == "/":
            return arguments[0]
        if name == "convert" and isinstance(arguments[-1], Lit):
            arguments[-1] = expression_of(str(arguments[-1].value), self._place)
        if node.dyn_args is not None:
            return Call(name, (*arguments, self._expression(node.dyn_args)), self._place, spread=True)
        return Call(name, tuple(arguments), self._place)

def expression_of(text: str, place: Span) -> Expression:
    """Return the expression that a text of HCL is. Raises ``Unsayable`` when it is none."""
    report = Report()
    body = hcl_document.read(SourceFile(place.file.path, f"x = {text}\n"), report)
    found = body.get("x")
    if report.failed or found is None:
        raise Unsayable(f"{text!r}, which is no HCL")
    return found.value


_SHORT = 70
"""How long the texts of a list may be together for it to stand on one line."""


def _is_short(items: tuple[Item, ...]) -> bool:
    """Return whether a list is one of few words."""
    words = [str(item.value.value) for item in items if isinstance(item.value, Lit)]
    return len(words) == len(items) and not any(" " in word for word in words) and len("".join(words)) < _SHORT


def _key(key: Any, place: Span) -> Expression:
    return Lit(str(key).lower() if isinstance(key, bool) else str(key), place)


def _add(found: list[Part], part: Part) -> None:
    """Add a part of a template; texts that follow each other are one."""
    last = found[-1] if found else None
    if isinstance(part, Lit) and isinstance(part.value, str) and isinstance(last, Lit) and isinstance(last.value, str):
        found[-1] = Lit(last.value + part.value, last.place)
    else:
        found.append(part)


def _plain(condition: Expression) -> Expression:
    """Return a condition without what made a truth value of a text: HCL does that itself."""
    return _without("tobool", condition)


def _without(conversion: str, expression: Expression) -> Expression:
    """Return what is converted, where HCL does so by itself."""
    match expression:
        case Call(name, (inner,)) if name == conversion:
            return inner
    return expression


def _conditional(made: nodes.For) -> nodes.For:
    """Return a loop with the condition that is asked at the end of its body, if there is one, as its own."""
    match made.body:
        case [*before, nodes.If(test=test, body=body, elif_=[], else_=[])] if made.test is None:
            return nodes.For(made.target, made.iter, [*before, *body], made.else_, test, made.recursive)
    return made


def _is_filling(made: nodes.For) -> bool:
    last = made.body[-1] if made.body else None
    return isinstance(last, nodes.ExprStmt) and isinstance(last.node, nodes.Call) and bool(_target(last.node))


def _target(call: nodes.Call) -> str:
    """Return the name of the collection that a call adds to; nothing when it is another call."""
    match call:
        case nodes.Call(node=nodes.Getattr(node=nodes.Name(name=name), attr="append"), args=[_]):
            return name
        case nodes.Call(node=nodes.Getattr(node=nodes.Name(name=name), attr="update"), args=[nodes.Dict(items=[_])]):
            return name
        case nodes.Call(
            node=nodes.Getattr(
                node=nodes.Call(node=nodes.Getattr(node=nodes.Name(name=name), attr="setdefault")), attr="append"
            )
        ):
            return name
    return ""
