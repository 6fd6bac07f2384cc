"""Blocks that ``dynamic`` makes in a build."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from runner.formats.hcl.tree import (
    Attr,
    Binary,
    Block,
    Call,
    Conditional,
    Expression,
    For,
    If,
    Index,
    Item,
    Lit,
    Many,
    Ref,
    Template,
)
from runner.formats.hcl.walk import rebuilt
from runner.packer.names import Names


class Dynamic(NamedTuple):
    """A block that is made for each element of something."""

    block: Block
    over: Expression
    """What is gone through; with a ``condition`` the one element there may be."""
    iterator: str
    condition: Expression | None = None
    """Where there is one element at most: whether there is."""


def block_type(block: Block) -> str:
    """Return the type of a block, or of those that it makes."""
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


def dynamic(block: Block) -> Dynamic | None:
    """Take a ``dynamic`` block apart; nothing when it does not say what it makes."""
    over, named, written = (block.body.get(name) for name in ("for_each", "iterator", "labels"))
    content = next(block.body.blocks("content"), None)
    if over is None or content is None:
        return None
    iterator = named.value.name if named and isinstance(named.value, Ref) else block.labels[0]
    labels: tuple[str, ...] = ()
    if written is not None:
        items = written.value.items if isinstance(written.value, Many) else ()
        labels = tuple(str(item.value.value) for item in items if isinstance(item.value, Lit))
    if len(labels) != (block.labels[0] != "post-processors"):  # that one has none, every other one its type
        return None
    inner = Block(block.labels[0], labels, content.body, block.place, block.above, block.beside, block.gap)
    match over.value:
        case Conditional(condition, Many((one,), keyed=False), Many((), keyed=False)):
            return Dynamic(inner, one.value, iterator, condition)
        case Call("compact", (Many((one,), keyed=False),)):
            return Dynamic(inner, one.value, iterator, _given(one.value))
    return Dynamic(inner, over.value, iterator)


def _given(text: Expression) -> Expression:
    return Binary("!=", text, Lit("", text.place), text.place)


# ---------------------------------------------------------------------- sources


def unrolled(block: Block, names: Names) -> tuple[Block, ...]:
    """Return the sources that a block makes; none where what it goes through is not written out, or their names."""
    made = dynamic(block)
    listed = _written(made.over, names) if made is not None and made.condition is None else None
    return () if made is None or listed is None else tuple(_sources(made, listed))


def _written(over: Expression, names: Names) -> Many | None:
    match over:
        case Attr(Ref("local"), name) if name in names.locals:
            return _written(names.locals[name], names)
        case Many():
            return over
    return None


def _sources(made: Dynamic, listed: Many) -> Iterator[Block]:
    for number, item in enumerate(listed.items):
        place = made.block.place
        key = item.key if item.key is not None else Lit(number, place)
        value = Index(made.over, key, place)
        body = _filled_in(made.block.body, made.iterator, {"key": key, "value": value})
        named = body.get("name")
        name = _text(named.value, value, item.value) if named is not None else None
        if named is None or name is None:
            continue
        items = tuple(each._replace(value=Lit(name, place)) if each is named else each for each in body.items)
        yield made.block._replace(body=body._replace(items=items))


def _filled_in(record: Any, iterator: str, parts: dict[str, Expression]) -> Any:
    """Return a record with what an iteration gives in the place of its iterator."""
    match record:
        case Attr(Ref(name), "key" | "value" as part) if name == iterator:
            return parts[part]
        case Ref(name, place) if name == iterator:
            items = tuple(Item(each, Lit(part, place)) for part, each in parts.items())
            return Many(items, keyed=True, place=place)
    return rebuilt(record, lambda each: _filled_in(each, iterator, parts))


def _text(expression: Expression, element: Expression, written: Expression) -> str | None:
    """Return a text that is made of texts and parts of an element, which is ``written`` out; nothing for any other."""
    match expression:
        case Lit(str(text)):
            return text
        case Template(parts):
            texts = [None if isinstance(part, If | For) else _text(part, element, written) for part in parts]
            return None if None in texts else "".join(map(str, texts))
        case Attr(on, name) if on == element and isinstance(written, Many):
            found = (each.value for each in written.items if isinstance(each.key, Lit) and each.key.value == name)
            return _text(next(found, Lit(None, expression.place)), element, written)
    return _text(written, element, written) if expression == element and written is not expression else None
