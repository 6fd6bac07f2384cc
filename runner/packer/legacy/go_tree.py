"""What a text says in Go's template language, as records. ``start`` and ``end`` are offsets in that text."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """Text outside of braces, without what trim markers took away."""

    text: str
    start: int


class Constant(NamedTuple):
    """A text, a number, ``true``, ``false`` or ``nil``."""

    value: str | int | float | bool | None
    start: int
    end: int


class Field(NamedTuple):
    """``.A.b``, or ``.`` alone; of the context, or of a variable (``$x.A``) or a group (``(f).A``)."""

    path: tuple[str, ...]
    start: int
    end: int
    of: Group | str | None = None


class Name(NamedTuple):
    """A function."""

    name: str
    start: int
    end: int


class Group(NamedTuple):
    """A pipeline in parentheses."""

    pipe: Pipe
    start: int
    end: int


Operand = Constant | Field | Name | Group


class Command(NamedTuple):
    """A function or a value, and its arguments."""

    operands: tuple[Operand, ...]
    start: int
    end: int


class Pipe(NamedTuple):
    """Commands, each of which gets what the one before it gives as its last argument."""

    commands: tuple[Command, ...]
    start: int
    end: int
    assigned: bool = False
    """Whether the value goes to a variable."""


class Action(NamedTuple):
    """``{{ pipe }}``; without a pipe it is a statement such as ``break``, kept as it is."""

    pipe: Pipe | None
    start: int
    end: int
    """Those of what stands between the braces, with its blanks."""


class Control(NamedTuple):
    """``{{ if }}``, ``{{ range }}`` and the like, up to their ``{{ end }}``."""

    word: str
    pipe: Pipe | None
    start: int
    end: int
    """Those of what stands between the first braces."""
    body: tuple[Piece, ...]
    other: tuple[Piece, ...] = ()
    """What follows ``{{ else }}``."""


Piece = Words | Action | Control


class GoError(Exception):
    """A text is no template; ``start`` and ``end`` say where."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = end
