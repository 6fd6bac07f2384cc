"""Translate the templates of Go in a string to an expression of HCL.

What only a builder can fill in (``{{ .Vars }}``) stays as it is: Packer fills it in in HCL, too. Where such a text
uses a variable, the variable is inserted into it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from runner.formats.hcl.tree import Attr, Call, Conditional, Expression, Index, Lit, Part, Template
from runner.packer.legacy import engine
from runner.packer.legacy.engine import Kept, Lookup, Value, joined
from runner.packer.legacy.go_template import parse
from runner.packer.legacy.go_tree import (
    Action,
    Command,
    Constant,
    Control,
    Field,
    GoError,
    Group,
    Name,
    Operand,
    Piece,
    Pipe,
    Words,
)
from runner.packer.legacy.places import within
from runner.text import Span

Mode = Literal["options", "variables", "hcl"]
"""Where a string stands: in the options or the variables of a JSON template, or in a template in HCL."""

HOLE = 0xF0000
"""The first of the (private) characters that stand for the inserts of a template in HCL while it is parsed."""


class Problem(NamedTuple):
    """A part of a string that could not be translated as it is."""

    place: Span
    why: str


class Translated(NamedTuple):
    """An expression, and what there is to say about it."""

    expression: Expression
    problems: tuple[Problem, ...] = ()
    calls: frozenset[str] = frozenset()
    """The functions that were translated."""
    wrong: bool = False
    """Whether the string is no template; then ``problems`` says why."""


def translate(text: str | Lit | Template, place: Span, mode: Mode = "hcl", lookup: Lookup | None = None) -> Translated:
    """Translate a string, or the text of a template in HCL; ``lookup`` knows variables and the like."""
    given = Lit(text, place) if isinstance(text, str) else text
    parts = given.parts if isinstance(given, Template) else (given,)
    holes = [part for part in parts if not (isinstance(part, Lit) and isinstance(part.value, str))]
    marks = map(chr, range(HOLE, sys.maxunicode + 1))
    whole = "".join(
        part.value if isinstance(part, Lit) and isinstance(part.value, str) else next(marks, "") for part in parts
    )
    if "{{" not in whole:
        return Translated(given)
    if holes and sum(character >= chr(HOLE) for character in whole) != len(holes):
        return Translated(given, (Problem(place, "the text has characters for private use, and inserts"),))
    try:
        pieces = parse(whole)
    except GoError as error:
        at = within(place, whole, error.start, error.end)
        return Translated(given, (Problem(at, str(error)),), wrong=True)
    work = _Work(whole, place, mode, lookup or _only_the_clock(place), holes)
    made = list(work.pieces(pieces))
    if not work.calls and not work.problems:
        return Translated(given)
    text_made = joined(made, place, heredoc=given.heredoc)
    return Translated(_bare(text_made), tuple(work.problems), frozenset(work.calls))


def _only_the_clock(place: Span) -> Lookup:
    return lambda function, _: engine.moment(place) if function == "timestamp" else None


def _bare(made: Lit | Template) -> Expression:
    """Return the expression alone when a template is nothing else and it gives a text anyway."""
    if isinstance(made, Template) and len(made.parts) == 1 and not made.heredoc:
        only = made.parts[0]
        number = isinstance(only, Attr) and isinstance(only.on, Call)  # the seconds of a time
        if isinstance(only, Attr | Call | Index | Conditional) and not number:
            return only
    return made


class _Work:
    """The translation of one string."""

    def __init__(self, text: str, place: Span, mode: Mode, lookup: Lookup, holes: list[Part]) -> None:
        self.text = text
        self.place = place
        self.mode = mode
        self.lookup = lookup
        self.holes = holes
        self.problems: list[Problem] = []
        self.calls: set[str] = set()

    def pieces(self, pieces: Iterable[Piece]) -> Iterator[Part]:
        """Yield what the pieces are in HCL."""
        for piece in pieces:
            if isinstance(piece, Words):
                yield from self.words(piece.text)
            elif isinstance(piece, Action):
                yield from self.action(piece)
            else:
                yield from self.control(piece)

    def words(self, text: str) -> Iterator[Part]:
        """Yield text, and the inserts that stand in it."""
        start = 0
        for at, character in enumerate(text) if self.holes else ():
            if 0 <= ord(character) - HOLE < len(self.holes):
                yield Lit(text[start:at], self.place)
                yield self.holes[ord(character) - HOLE]
                start = at + 1
        yield Lit(text[start:], self.place)

    def action(self, action: Action) -> Iterator[Part]:
        pipe = action.pipe
        if pipe and not pipe.assigned:
            value = self.attempt(pipe.commands)
            if value and not (isinstance(value.expression, Lit) and "{" in str(value.expression.value)):
                yield engine.written(value)
                return
        yield Lit("{{", self.place)
        yield from self.kept(pipe, action.start, action.end)
        yield Lit("}}", self.place)

    def control(self, block: Control) -> Iterator[Part]:
        pipe = block.pipe if block.word == "if" else None
        if pipe and not pipe.assigned and (value := self.attempt(pipe.commands)):
            then = _bare(joined(list(self.pieces(block.body)), self.place))
            other = _bare(joined(list(self.pieces(block.other)), self.place))
            yield Conditional(engine.true(value), then, other, self.place)
            return
        yield Lit("{{", self.place)
        yield from self.kept(block.pipe, block.start, block.end)
        yield Lit("}}", self.place)
        yield from self.pieces(block.body)
        if block.other:
            yield Lit("{{else}}", self.place)
            yield from self.pieces(block.other)
        yield Lit("{{end}}", self.place)

    def kept(self, pipe: Pipe | None, start: int, end: int) -> Iterator[Part]:
        """Yield the text of an action as it is, with the values that it has no other way to get inserted."""
        at = start
        for first, last, value in self.inserts(pipe) if pipe else ():
            yield from self.words(self.text[at:first])
            quotes = Lit('"' if value.kind == "text" else "", self.place)
            yield from (quotes, engine.written(value), quotes)
            at = last
        yield from self.words(self.text[at:end])

    def inserts(self, pipe: Pipe) -> Iterator[tuple[int, int, Value]]:
        """Yield the parts of a pipeline that can be translated, where it cannot as a whole: offsets and values."""
        commands = pipe.commands
        for count in range(len(commands) - 1, 0, -1):
            if _calls(commands[:count]) and (value := self.attempt(commands[:count])):
                yield commands[0].start, commands[count - 1].end, value
                commands = commands[count:]
                break
        for command in commands:
            for operand in command.operands:
                if isinstance(operand, Group):
                    value = self.attempt(operand.pipe.commands) if _calls(operand.pipe.commands) else None
                    if value:
                        yield operand.start, operand.end, value
                    else:
                        yield from self.inserts(operand.pipe)
                elif isinstance(operand, Name):
                    self.stays(operand)

    def stays(self, name: Name) -> None:
        """Note what is wrong with a function that stays in the text."""
        if name.name == "sed":
            why = "Packer has removed the function 'sed'"
        elif name.name in engine.OPTIONS_ONLY and self.mode == "variables":
            why = f"'{name.name}' is not known yet where variables get their values"
        elif name.name == "env" and self.mode == "options":
            why = "environment variables can be read in 'variables' only"
        elif name.name in engine.ONLY_JSON:
            why = f"'{name.name}' cannot be used like this here"
        elif name.name in engine.ENGINE | engine.BUILT_IN | engine.BUILDERS:
            return
        else:
            why = f"Packer has no function '{name.name}'"
        self.problems.append(Problem(within(self.place, self.text, name.start, name.end), why))

    def attempt(self, commands: tuple[Command, ...]) -> Value | None:
        """Return the value of a pipeline; nothing when it cannot be translated."""
        try:
            value = self.value(commands)
        except Kept:
            return None
        self.calls.update(_calls(commands))
        return value

    def value(self, commands: tuple[Command, ...]) -> Value:
        found: Value | None = None
        for command in commands:
            first, *others = command.operands
            if not isinstance(first, Name):
                if others or found:
                    raise Kept
                found = self.operand(first)
                continue
            if self.mode == "variables" and first.name in engine.OPTIONS_ONLY:
                raise Kept
            arguments = [self.operand(each) for each in others] + ([found] if found else [])
            found = engine.call(first.name, arguments, self.place, self.lookup)
        assert found, "a pipeline has a command"
        return found

    def operand(self, operand: Operand) -> Value:
        if isinstance(operand, Group):
            return self.value(operand.pipe.commands)
        if isinstance(operand, Name):
            return engine.call(operand.name, (), self.place, self.lookup)
        if isinstance(operand, Field):
            raise Kept
        return self.constant(operand)

    def constant(self, constant: Constant) -> Value:
        value = constant.value
        if isinstance(value, str):
            return Value(joined(list(self.words(value)), self.place))
        return Value(Lit(value, self.place), "truth" if isinstance(value, bool) else "number")


def _calls(commands: Iterable[Command]) -> set[str]:
    """Return the functions of a pipeline, inner ones too."""
    found: set[str] = set()
    for command in commands:
        for operand in command.operands:
            if isinstance(operand, Name):
                found.add(operand.name)
            elif isinstance(operand, Group):
                found |= _calls(operand.pipe.commands)
    return found
