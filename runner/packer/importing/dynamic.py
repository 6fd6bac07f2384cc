"""Blocks that ``dynamic`` makes in a build."""

from __future__ import annotations

from typing import NamedTuple

from runner.formats.hcl_tree import Binary, Block, Call, Conditional, Expression, Lit, Many, Ref


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
