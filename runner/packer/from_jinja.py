"""Values of a playbook as expressions of HCL: the way back from ``to_jinja``, and what people write beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from jinja2 import nodes

from runner.expand.calls import CALLED
from runner.expand.jinja import TemplateError, parsed
from runner.formats.hcl import tree as hcl
from runner.packer.from_jinja_expressions import Expressions, plain
from runner.packer.from_jinja_filters import Unsayable
from runner.text import Node, Span


class FromJinja(Expressions):
    """Translates the values of one playbook."""

    def value(self, node: Node) -> hcl.Expression:
        """Return the expression that a value is. Raises ``Unsayable``."""
        value = node.value
        if isinstance(value, dict):
            items = tuple(hcl.Item(self.value(each), _key(key, each.place)) for key, each in value.items())
            return hcl.Many(items, keyed=True, place=node.span)
        if isinstance(value, tuple):
            items = tuple(hcl.Item(self.value(each)) for each in value)
            return hcl.Many(items, keyed=False, place=node.span, one_line=_is_short(items))
        if node.tag is not None:
            raise Unsayable(f"a value tagged {node.tag}")
        if isinstance(value, str) and any(mark in value for mark in ("{{", "{%", "{#")):
            return self.text(value, node.span)
        if value is None or isinstance(value, str | int | float | bool):
            return hcl.Lit(value, node.span, heredoc=isinstance(value, str) and value.endswith("\n") and value != "\n")
        raise Unsayable(f"a value like {value!r}")

    def text(self, text: str, place: Span) -> hcl.Expression:
        """Return the expression of a text with templates of Jinja. Raises ``Unsayable``."""
        self._place = place
        self._made = {}
        try:
            tree = parsed(text)
        except TemplateError as error:
            raise Unsayable(f"what is no expression of Jinja ({error.message})") from error
        parts = self._parts(tree.body)
        heredoc = text.endswith("\n")
        if len(parts) == 1 and not isinstance(parts[0], hcl.If | hcl.For):
            only = parts[0]
            return only._replace(heredoc=heredoc) if isinstance(only, hcl.Lit) and isinstance(only.value, str) else only
        if not parts:
            return hcl.Lit("", place)
        return hcl.Template(tuple(parts), place, heredoc)

    def condition(self, node: Node) -> hcl.Expression:
        """Return the expression of a condition, which stands without braces. Raises ``Unsayable``."""
        if isinstance(node.value, tuple):
            found = [self.condition(each) for each in node.value]
            whole = found[0] if found else hcl.Lit(value=True, place=node.span)
            for each in found[1:]:
                whole = hcl.Binary("&&", whole, each, node.span)
            return whole
        if not isinstance(node.value, str):
            return self.value(node)
        text = node.value
        made = self.text(text if "{{" in text or "{%" in text else f"{{{{ {text} }}}}", node.span)
        return plain(made)

    # ------------------------------------------------------------------ templates

    def _parts(self, body: Iterable[nodes.Node]) -> list[hcl.Part]:  # noqa: C901 - one case a kind of node
        found: list[hcl.Part] = []
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
                    self._made[each.target.name] = hcl.Lit(None, self._place)  # type: ignore[attr-defined]  # a Name
                case nodes.AssignBlock(target=nodes.Name(), filter=None):
                    self._made[each.target.name] = self._joined(each.body)  # type: ignore[attr-defined]  # a Name
                case nodes.Assign(target=nodes.Name()):
                    self._made[each.target.name] = self._expression(each.node)  # type: ignore[attr-defined]  # a Name
                case nodes.ExprStmt(node=nodes.Call(args=[value]) as call) if name := _target(call):
                    one = hcl.Many((hcl.Item(self._expression(value)),), keyed=False, place=self._place)
                    self._made[name] = self._more(name, one)
                case nodes.ExprStmt():
                    raise Unsayable("a statement of Jinja")
                case _:
                    raise Unsayable(f"{type(each).__name__.lower()} of Jinja")
        return found

    def _joined(self, body: Iterable[nodes.Node]) -> hcl.Expression:
        return hcl.Template(tuple(self._parts(body)), self._place)

    def _if(self, made: nodes.If) -> hcl.If:
        other: tuple[hcl.Part, ...] = tuple(self._parts(made.else_))
        for each in reversed(made.elif_):
            other = (hcl.If(self._truth(each.test), tuple(self._parts(each.body)), other, self._place),)
        return hcl.If(self._truth(made.test), tuple(self._parts(made.body)), other, self._place)

    def _for(self, made: nodes.For) -> hcl.For:
        key, name, over = self._head(made)
        if made.else_ or made.test is not None:
            raise Unsayable("a loop with an 'else' or a condition")
        body = tuple(self._within(made, key, name, lambda: self._parts(made.body)))
        return hcl.For(key, name, over, body, self._place)

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

        def inner() -> hcl.Comprehension:
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
                return hcl.Comprehension(
                    key, name, over, self._expression(call.args[0]), self._place, condition=condition
                )
            return hcl.Comprehension(key, name, over, value, self._place, own, condition, grouped)

        self._made[target] = self._more(target, self._within(made, key, name, inner))

    def _more(self, name: str, made: hcl.Expression) -> hcl.Expression:
        """Return what a collection is when more is put into it."""
        before = self._made.get(name)
        if before is None or before == hcl.Lit(None, before.place):
            return made
        parts = before.arguments if isinstance(before, hcl.Call) and before.name == "concat" else (before,)
        return hcl.Call("concat", (*parts, made), self._place)

    def _head(self, made: nodes.For) -> tuple[str | None, str, hcl.Expression]:
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
        bound: dict[str, hcl.Expression] = {name: hcl.Ref(name, self._place)}
        if key is not None:
            bound |= {key: hcl.Ref(key, self._place), "loop.index0": hcl.Ref(key, self._place)}
        with self.binding(bound):
            return work()


_SHORT = 70
"""How long the texts of a list may be together for it to stand on one line."""


def _is_short(items: tuple[hcl.Item, ...]) -> bool:
    """Return whether a list is one of few words."""
    words = [str(item.value.value) for item in items if isinstance(item.value, hcl.Lit)]
    return len(words) == len(items) and not any(" " in word for word in words) and len("".join(words)) < _SHORT


def _key(key: Any, place: Span) -> hcl.Expression:
    return hcl.Lit(str(key).lower() if isinstance(key, bool) else str(key), place)


def _add(found: list[hcl.Part], part: hcl.Part) -> None:
    """Add a part of a template; texts that follow each other are one."""
    match found[-1] if found else None, part:
        case hcl.Lit(str(before), place), hcl.Lit(str(text)):
            found[-1] = hcl.Lit(before + text, place)
        case _:
            found.append(part)


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
