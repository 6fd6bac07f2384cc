"""The options of a component: attributes and nested blocks become one mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from runner.formats.hcl.tree import Attribute, Block, Body, Item, Lit, Many
from runner.formats.yaml.write import Entry, Map, Seq, Value, write
from runner.packer.to_jinja import ToJinja
from runner.schema.check import fits
from runner.text import NOTHING

Entries = tuple[tuple[str, Entry], ...]


class Options(NamedTuple):
    """Translates the bodies of components; ``schema`` has the properties that the component knows."""

    jinja: ToJinja
    field: str
    schema: Mapping[str, Any] = NOTHING

    def map(self, body: Body, without: Iterable[str] = (), first: Entries = ()) -> Map:
        """Return a body as a mapping: ``first``, then its options in their order, but those called ``without``.

        What the component has no option for is a comment at the end.
        """
        left_out = frozenset(without)
        found: dict[str, Entry] = {}
        lost: list[str] = []
        for item in body.items:
            word = item.name if isinstance(item, Attribute) else _block_name(item)
            if word in left_out or word in found:
                continue
            name = self._known(word)
            if name is None:
                lost += self._lost(item, word)
            elif isinstance(item, Attribute):
                entry = self._attribute(item, name)
                found.update({} if entry is None else {name: entry})
            else:
                blocks = [each for each in body.blocks() if _block_name(each) == word]
                found[name] = Entry(self._blocks(name, blocks), item.above, item.beside, item.gap)
        return Map((*first, *found.items()), (*body.end, *lost))

    def _known(self, word: str) -> str | None:
        """Return an option as the component spells it; like Packer, in whatever case it is written."""
        properties = self._properties()
        if not properties or word in properties or self.schema.get("additionalProperties"):
            return word
        return next((name for name in properties if name.lower() == word.lower()), None)

    def _lost(self, item: Attribute | Block, word: str) -> list[str]:
        path = f"{self.field}.{word}"
        self.jinja.coverage.unsupported(item.place, path, "there is no such option")
        if isinstance(item, Block):
            return [f"{word}: (no such option)"]
        with self.jinja.inside(path):
            shown = write(Map(((word, Entry(self.jinja.value(item.value))),)))
        first, *more = shown.splitlines()
        return [f"{first}  (no such option)", *more]

    def _attribute(self, item: Attribute, name: str) -> Entry | None:
        """Return an option's value; nothing for what is none to Packer: null, an empty text where none can stand."""
        path = f"{self.field}.{item.name}"
        shape = self._properties().get(name)
        with self.jinja.inside(path):
            value = self.jinja.value(item.value)
        if value is None:
            self.jinja.coverage.mapped(item.place, path)
            return None
        if value == "" and shape is not None and not fits("", shape):
            self.jinja.coverage.changed(item.place, path, "an empty value is none, and is left out")
            return None
        fitting = _fitting(value, shape or NOTHING)
        if name != item.name or fitting != value:
            why = f"it is called {name}" if name != item.name else "a text is wanted"
            self.jinja.coverage.changed(item.place, path, why)
        else:
            self.jinja.coverage.mapped(item.place, path)
        return Entry(fitting, item.above, item.beside, item.gap)

    def _blocks(self, name: str, blocks: list[Block]) -> Value:
        inner = Options(self.jinja, f"{self.field}.{name}", self._of_block(name))
        if any(block.type == "dynamic" for block in blocks):
            return self._dynamic(inner, blocks, alone=not self._is_list(name) and bool(self._properties().get(name)))
        maps = [inner.map(block.body) for block in blocks]
        if len(maps) == 1 and not self._is_list(name):
            return maps[0]
        firsts = [Entry(each, () if n == 0 else blocks[n].above) for n, each in enumerate(maps)]
        return Seq(tuple(firsts))

    def _dynamic(self, inner: Options, blocks: list[Block], *, alone: bool) -> Value:
        """Return the blocks that ``dynamic`` makes, and those beside them, as one expression; ``alone`` the first."""
        code = self.jinja.collected([
            (inner.literal(block.body), None) if block.type != "dynamic" else _loop(inner, block) for block in blocks
        ], alone=alone)
        self.jinja.coverage.mapped(blocks[0].place, inner.field)
        return code

    def literal(self, body: Body) -> Many:
        """Return a body as an expression: an object of its attributes and blocks."""
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


def _block_name(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


def _fitting(value: Value, shape: Mapping[str, Any]) -> Value:
    """Return a value with truth values as texts where a text is wanted, as HCL converts them."""
    if isinstance(value, bool):
        types = shape.get("type", ())
        return str(value).lower() if "string" in types and "boolean" not in types and "pattern" not in shape else value
    if isinstance(value, Map):
        properties, rest = shape.get("properties", NOTHING), shape.get("additionalProperties")
        more = rest if isinstance(rest, Mapping) else NOTHING
        entries = ((name, each, properties.get(name, more)) for name, each in value.entries)
        return Map(tuple((name, each._replace(value=_fitting(each.value, s))) for name, each, s in entries), value.end)
    if isinstance(value, Seq):
        inner = shape.get("items", NOTHING)
        return Seq(tuple(each._replace(value=_fitting(each.value, inner)) for each in value.items), value.end)
    return value


def _loop(inner: Options, block: Block) -> tuple[Many, Block]:
    content = next(block.body.blocks("content"), None)
    return inner.literal(content.body if content else Body((), block.place)), block
