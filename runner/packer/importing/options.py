"""The options of a component: attributes and nested blocks become one mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from runner.formats.hcl_tree import Attribute, Block, Body, Lit, Many
from runner.formats.yaml_write import Entry, Map, Seq, Value
from runner.packer.to_jinja import ToJinja
from runner.text import NOTHING

Entries = tuple[tuple[str, Entry], ...]


class Options(NamedTuple):
    """Translates the bodies of components; ``schema`` has the properties that the component knows."""

    jinja: ToJinja
    field: str
    schema: Mapping[str, Any] = NOTHING

    def entries(self, body: Body, without: Iterable[str] = ()) -> Entries:
        """Return the options of a body in their order, but those called ``without``."""
        left_out = frozenset(without)
        found: dict[str, Entry] = {}
        for item in body.items:
            if isinstance(item, Attribute):
                if item.name not in left_out:
                    found[item.name] = self._attribute(item)
                continue
            name = item.labels[0] if item.type == "dynamic" and item.labels else item.type
            if name in left_out or name in found:
                continue
            blocks = [each for each in body.blocks(name, "dynamic") if each.type == name or each.labels == (name,)]
            found[name] = Entry(self._blocks(name, blocks), item.above, item.beside, item.gap)
        return tuple(found.items())

    def map(self, body: Body, without: Iterable[str] = ()) -> Map:
        """Return a body as a mapping."""
        return Map(self.entries(body, without), body.end)

    def _attribute(self, item: Attribute) -> Entry:
        path = f"{self.field}.{item.name}"
        with self.jinja.inside(path):
            value = self.jinja.value(item.value)
        self.jinja.coverage.mapped(item.place, path)
        return Entry(value, item.above, item.beside, item.gap)

    def _blocks(self, name: str, blocks: list[Block]) -> Value:
        inner = Options(self.jinja, f"{self.field}.{name}", self._of_block(name))
        if any(block.type == "dynamic" for block in blocks):
            return self._dynamic(inner, blocks)
        maps = [inner.map(block.body) for block in blocks]
        if len(maps) == 1 and not self._is_list(name):
            return maps[0]
        firsts = [Entry(each, () if n == 0 else blocks[n].above) for n, each in enumerate(maps)]
        return Seq(tuple(firsts))

    def _dynamic(self, inner: Options, blocks: list[Block]) -> Value:
        """Return the blocks that ``dynamic`` makes, and those beside them, as one expression."""
        code = self.jinja.collected([
            (inner.literal(block.body), None) if block.type != "dynamic" else _loop(inner, block) for block in blocks
        ])
        self.jinja.coverage.mapped(blocks[0].place, inner.field)
        return code

    def literal(self, body: Body) -> Many:
        """Return a body as an expression: an object of its attributes and blocks."""
        from runner.formats.hcl_tree import Item

        items = []
        for item in body.items:
            key = Lit(item.name if isinstance(item, Attribute) else item.type, item.place)
            value = item.value if isinstance(item, Attribute) else self.literal(item.body)
            items.append(Item(value, key))
        return Many(tuple(items), keyed=True, place=body.place)

    def _properties(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.schema.get("properties", NOTHING)
        return found

    def _of_block(self, name: str) -> Mapping[str, Any]:
        shape = self._properties().get(name, NOTHING)
        inner: Mapping[str, Any] = shape.get("items", shape)
        return inner

    def _is_list(self, name: str) -> bool:
        return "array" in self._properties().get(name, NOTHING).get("type", ())


def _loop(inner: Options, block: Block) -> tuple[Many, Block]:
    content = next(block.body.blocks("content"), None)
    return inner.literal(content.body if content else Body((), block.place)), block
