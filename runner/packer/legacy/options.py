"""Options of a component in JSON, as attributes and blocks of HCL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runner.formats.hcl.tree import Attribute, Block, Body, Call, Expression, Item, Lit, Many
from runner.packer.catalogue import Option, Options, Shape
from runner.packer.legacy.engine import Lookup
from runner.packer.legacy.words import Telling, as_key, comment
from runner.text import NOTHING, Node


class Writer:
    """Turns values of JSON into HCL's; ``lookup`` knows variables."""

    def __init__(self, telling: Telling, lookup: Lookup) -> None:
        self.telling = telling
        self.lookup = lookup

    def body(
        self, node: Node, known: Options | None, field: str, ready: Mapping[str, Expression | None] = NOTHING
    ) -> Body:
        """Return an object's entries; those of ``ready`` are made already, or have no place here."""
        items: list[Attribute | Block] = []
        above: tuple[str, ...] = ()
        for key, value in node.items():
            if lines := comment(key, value):
                above += lines
                continue
            name = str(key)
            if name in ready:
                made = ready[name]
                found: list[Attribute | Block] = [Attribute(name, made, value.place)] if made is not None else []
            else:
                option = (known or NOTHING).get(name)
                found = list(self.items(name, value, option, f"{field}.{name}"))
            if found and above:
                found[0] = found[0]._replace(above=above)
                above = ()
            items += found
        return Body(tuple(items), node.span, above)

    def items(self, name: str, node: Node, option: Option | None, field: str) -> Iterator[Attribute | Block]:
        """Yield what one option is: an attribute, or any number of blocks."""
        shape = option.shape if option else guessed(node)
        objects = [each for each in node.elements() if isinstance(each.value, dict)]
        if shape in ("block", "blocks") and len(objects) == len(node.elements()):
            for each in objects:
                yield Block(name, (), self.body(each, option.options if option else None, field), node.place)
            return
        yield Attribute(name, self.value(node, option, field), node.place)

    def value(self, node: Node, option: Option | None, field: str) -> Expression:
        """Return a value, in the shape that the option has."""
        value = node.value
        shape = option.shape if option else None
        if isinstance(value, str):
            text = self.telling.text(node, field, "options", self.lookup)
            return _listed(text, node) if shape == "list" else text
        if shape == "list" and not isinstance(value, tuple) and value is not None:
            return Many((Item(self.plain(node, field)),), keyed=False, place=node.span, one_line=True)
        if shape == "map" and isinstance(value, tuple) and all(isinstance(each.value, dict) for each in value):
            merged = {key: each for element in value for key, each in element.items()}
            return self.plain(node._replace(value=merged), field)
        if isinstance(value, dict) and option and option.options:
            return self.object(node, option.options, field)
        return self.plain(node, field)

    def object(self, node: Node, known: Options | None, field: str) -> Expression:
        """Return options as an object, where they are not a block."""
        return self._many(node, field, known)

    def plain(self, node: Node, field: str) -> Expression:
        """Return a value as it is."""
        value = node.value
        if isinstance(value, str):
            return self.telling.text(node, field, "options", self.lookup)
        if isinstance(value, tuple):
            items = tuple(Item(self.plain(each, f"{field}[{index}]")) for index, each in enumerate(value))
            return Many(items, keyed=False, place=node.span, one_line=_one_line(node))
        if isinstance(value, dict):
            return self._many(node, field, None)
        return Lit(value if isinstance(value, bool | int | float) or value is None else str(value), node.span)

    def _many(self, node: Node, field: str, known: Options | None) -> Many:
        items: list[Item] = []
        above: tuple[str, ...] = ()
        for key, value in node.items():
            if known is not None and (lines := comment(key, value)):
                above += lines
                continue
            name = Node(str(key), value.place)
            made = self.value(value, (known or NOTHING).get(str(key)), f"{field}.{key}")
            items.append(Item(made, as_key(self.telling.text(name, field, "options", self.lookup)), above))
            above = ()
        return Many(tuple(items), keyed=True, place=node.span, one_line=_one_line(node), end=above)


def _listed(text: Expression, node: Node) -> Expression:
    """Return the list that Packer makes of a text: its parts between commas."""
    if isinstance(text, Lit):
        parts = str(text.value).split(",") if text.value else []
        items = tuple(Item(Lit(part, node.span)) for part in parts)
        return Many(items, keyed=False, place=node.span, one_line=True)
    return Call("compact", (Call("split", (Lit(",", node.span), text), node.span),), node.span)


def guessed(node: Node) -> Shape:
    """Return what the option of an unknown component is likely to be, by its value.

    In HCL, what holds objects are blocks as a rule; an object of nothing but plain values is most often a map.
    """
    value = node.value
    if isinstance(value, tuple):
        return "blocks" if value and all(isinstance(each.value, dict) for each in value) else "value"
    if isinstance(value, dict):
        inner = [each.value for each in value.values()]
        return "block" if any(isinstance(each, dict | tuple) for each in inner) else "map"
    return "value"


def _one_line(node: Node) -> bool:
    return node.span.line == node.span.end_line
