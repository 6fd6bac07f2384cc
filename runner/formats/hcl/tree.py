"""HCL (version 2) as records: what a text says, with its places and its comments, whatever it was written in.

Templates of Packer in HCL, in HCL's JSON and in Packer's older JSON all become such a tree; so one translation serves
them all, in both directions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from runner.text import Span


class Lit(NamedTuple):
    """A number, a truth value, null, or a text that has no inserts."""

    value: str | int | float | bool | None
    place: Span
    heredoc: bool = False
    """Whether a text was written as a heredoc."""


class Template(NamedTuple):
    """A text with inserts. Texts between them are ``Lit``; ``If`` and ``For`` stand for directives."""

    parts: tuple[Part, ...]
    place: Span
    heredoc: bool = False


class If(NamedTuple):
    """``%{ if }`` in a template."""

    condition: Expression
    then: tuple[Part, ...]
    other: tuple[Part, ...]
    place: Span


class For(NamedTuple):
    """``%{ for }`` in a template."""

    key: str | None
    name: str
    over: Expression
    body: tuple[Part, ...]
    place: Span


class Ref(NamedTuple):
    """The first name of a reference, such as ``var``."""

    name: str
    place: Span


class Attr(NamedTuple):
    """``on.name``."""

    on: Expression
    name: str
    place: Span


class Index(NamedTuple):
    """``on[key]``; ``on.0`` is one, too."""

    on: Expression
    key: Expression
    place: Span


class Splat(NamedTuple):
    """``on[*].rest`` and ``on.*.rest``: ``rest`` has ``item``, a ``Ref``, where each element goes."""

    on: Expression
    rest: Expression
    full: bool
    """Whether it is ``[*]``: then ``rest`` has the indexes that follow, too."""
    place: Span


SPLAT_ITEM = "*"
"""The name of the ``Ref`` that stands for each element in the ``rest`` of a ``Splat``."""


class Call(NamedTuple):
    """A function's call; with ``spread`` the last argument is a list of further ones."""

    name: str
    arguments: tuple[Expression, ...]
    place: Span
    spread: bool = False


class Unary(NamedTuple):
    """``-x`` or ``!x``."""

    operator: Literal["-", "!"]
    operand: Expression
    place: Span


class Binary(NamedTuple):
    """Two operands and what stands between them."""

    operator: str
    left: Expression
    right: Expression
    place: Span


class Conditional(NamedTuple):
    """``condition ? then : other``."""

    condition: Expression
    then: Expression
    other: Expression
    place: Span


class Item(NamedTuple):
    """An element of a list or an object; ``key`` is none in a list. A bare name as a key is a ``Lit``."""

    value: Expression
    key: Expression | None = None
    above: tuple[str, ...] = ()
    """Comments before it, see ``Attribute``."""
    beside: str = ""
    gap: bool = False


class Many(NamedTuple):
    """A list ``[ ]``, or, with ``keyed``, an object ``{ }``."""

    items: tuple[Item, ...]
    keyed: bool
    place: Span
    one_line: bool = False
    """Whether it was written on one line, or has no items."""
    end: tuple[str, ...] = ()
    """Comments after the last item."""


class Comprehension(NamedTuple):
    """``[for x in over : value if condition]``; with a ``key`` ``{for k, x in over : key => value...}``."""

    key_name: str | None
    name: str
    over: Expression
    value: Expression
    place: Span
    key: Expression | None = None
    condition: Expression | None = None
    grouped: bool = False
    """Whether values of one key are put into a list, ``...``."""


Expression = (
    Lit | Template | Ref | Attr | Index | Splat | Call | Unary | Binary | Conditional | Many | Comprehension
)
Part = Expression | If | For
"""What a template is made of."""


class Attribute(NamedTuple):
    """``name = value``."""

    name: str
    value: Expression
    place: Span
    """The place of the name."""
    above: tuple[str, ...] = ()
    """Lines of comment before it, without their marks; an empty one is a blank line between or after comments, and one
    with nothing but its mark is a blank, `` ``."""
    beside: str = ""
    """The comment on its (last) line, without its mark."""
    gap: bool = False
    """Whether a blank line stands before it and its comments."""


class Block(NamedTuple):
    """``type "label" { ... }``."""

    type: str
    labels: tuple[str, ...]
    body: Body
    place: Span
    """The place of its type and labels."""
    above: tuple[str, ...] = ()
    beside: str = ""
    """The comment after its opening brace, or after a block of one line."""
    gap: bool = False


class Body(NamedTuple):
    """Attributes and blocks, in their order."""

    items: tuple[Attribute | Block, ...]
    place: Span
    end: tuple[str, ...] = ()
    """Comments after the last item."""

    def attributes(self) -> Iterator[Attribute]:
        """Yield the attributes."""
        return (item for item in self.items if isinstance(item, Attribute))

    def blocks(self, *types: str) -> Iterator[Block]:
        """Yield the blocks, of these types if any are named."""
        return (item for item in self.items if isinstance(item, Block) and (not types or item.type in types))

    def get(self, name: str) -> Attribute | None:
        """Return the attribute of that name."""
        return next((item for item in self.attributes() if item.name == name), None)
