"""What all parts of an export share: values as attributes, options as attributes and blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.formats.hcl.tree import (
    Attr,
    Attribute,
    Block,
    Body,
    Call,
    Comprehension,
    Conditional,
    Expression,
    Index,
    Item,
    Lit,
    Many,
    Ref,
)
from runner.formats.hcl.walk import rebuilt
from runner.packer.catalogue import Options
from runner.packer.coverage import Coverage
from runner.packer.from_jinja import FromJinja
from runner.packer.from_jinja_filters import Unsayable
from runner.text import Key, Node, Span

Items = list[Attribute | Block]


class Writing:
    """Turns values of a playbook into HCL; what HCL cannot say is told to ``coverage`` and left out."""

    def __init__(self, jinja: FromJinja, coverage: Coverage) -> None:
        self.jinja = jinja
        self.coverage = coverage

    def attribute(self, name: str, node: Node, field: str, place: Span | None = None) -> Items:
        """Return a value as an attribute."""
        value = self.value(node, f"{field}.{name}")
        return [] if value is None else [Attribute(name, value, place or node.place)]

    def value(self, node: Node, field: str) -> Expression | None:
        """Return a value; nothing when it cannot be said, which is told."""
        return self._said(node, field, lambda: self.jinja.value(node))

    def condition(self, node: Node, field: str) -> Expression | None:
        """Return a condition; nothing when it cannot be said, which is told."""
        return self._said(node, field, lambda: self.jinja.condition(node))

    def _said(self, node: Node, field: str, work: Any) -> Expression | None:
        try:
            found: Expression = work()
        except Unsayable as reason:
            self.coverage.unsupported(node.place, field, f"HCL cannot say {reason}")
            return None
        self.coverage.mapped(node.place, field)
        return found

    def options(self, entries: Mapping[Key, Node], known: Options | None, field: str) -> Items:
        """Return the options of a component."""
        items: Items = []
        for key, node in entries.items():
            name, path = str(key), f"{field}.{key}"
            option = known.get(name) if known else None
            if known is None and _are_objects(node):  # of a component that is not known: blocks, in all likelihood
                items += [self._block(name, each, None, path) for each in node.elements()]
            elif option is None or option.shape not in ("block", "blocks") or node.value is None:
                items += self.attribute(name, node, field)
            elif isinstance(node.value, dict):
                items.append(self._block(name, node, option.options, path))
            elif isinstance(node.value, tuple):
                items += [self._block(name, each, option.options, path) for each in node.value]
            else:
                items += self._made(name, node, path)
        return items

    def _block(self, name: str, node: Node, known: Options | None, path: str) -> Block:
        return Block(name, (), Body(tuple(self.options(dict(node.items()), known, path)), node.span), node.place)

    def _made(self, name: str, node: Node, path: str) -> Items:
        """Return blocks that an expression makes, as ``dynamic`` ones."""
        value = self.value(node, path)
        found = None if value is None else _blocks(name, value)
        if found is None and value is not None:
            self.coverage.unsupported(node.place, path, "HCL wants blocks, and this is an expression")
        return found or []


def _are_objects(node: Node) -> bool:
    items = node.value if isinstance(node.value, tuple) else ()
    return bool(items) and all(isinstance(each.value, dict) for each in items)


def _blocks(name: str, value: Expression) -> Items | None:
    """Return the blocks that an expression stands for; nothing when that cannot be told."""
    match value:
        case Call("concat", parts):
            found = [_blocks(name, part) for part in parts]
            return None if None in found else [block for each in found for block in each or ()]
        case Many(items, keyed=False):
            found = [_blocks(name, item.value) for item in items]
            return None if None in found else [block for each in found for block in each or ()]
        case Many(keyed=True):
            return [Block(name, (), _body(value), value.place)]
        case Conditional(made, Index(again, Lit(0)), Lit(None)) if made == again:
            return _blocks(name, made)
        case Comprehension(key_name, item, over, Many(keyed=True) as content, place, condition=None):
            named = {item: Attr(Ref(item, place), "value", place)}
            if key_name is not None:
                named[key_name] = Attr(Ref(item, place), "key", place)
            return [dynamic(name, over, item, _body(_replaced(content, named)))]
    return None


def dynamic(name: str, over: Expression, iterator: str, content: Body, labels: tuple[str, ...] = ()) -> Block:
    """Return a ``dynamic`` block."""
    place = over.place
    items: Items = [Attribute("for_each", over, place)]
    if iterator != name:
        items.append(Attribute("iterator", Ref(iterator, place), place))
    if labels:
        many = Many(tuple(Item(Lit(each, place)) for each in labels), keyed=False, place=place, one_line=True)
        items.append(Attribute("labels", many, place))
    items.append(Block("content", (), content, place, gap=True))
    return Block("dynamic", (name,), Body(tuple(items), place), place)


def _body(value: Many) -> Body:
    """Return an object as the body of a block."""
    pairs = ((item.key.value, item.value) for item in value.items if isinstance(item.key, Lit))
    return Body(tuple(Attribute(str(name), each, each.place) for name, each in pairs), value.place)


def _replaced(record: Any, named: Mapping[str, Expression]) -> Any:
    """Return an expression in which names of an iteration stand for parts of an iterator."""
    if isinstance(record, Ref):
        return named.get(record.name, record)
    return rebuilt(record, lambda each: _replaced(each, named))
