"""Parse the templates of Go that stand in the strings of Packer's templates, such as ``{{ user `region` }}``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runner.packer.legacy.go_lexer import Braces, Outside, Token, constant, split
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

MAX_DEPTH = 50
"""How deeply parentheses and blocks may be nested."""
MAX_TOKENS = 300
"""How many words may stand between one pair of braces."""

_BLOCKS = frozenset(("if", "range", "with", "define", "block"))
_PIPED = frozenset(("if", "range", "with"))
_STATEMENTS = frozenset(("break", "continue", "template"))
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "nil": None}


def parse(text: str) -> tuple[Piece, ...]:
    """Return the pieces of a text. Raises ``GoError`` when it is no template."""
    if "{{" not in text:
        return (Words(text, 0),) if text else ()
    pieces = _Pieces(split(text))
    found, stopped = pieces.until(0)
    if stopped:
        word = stopped.tokens[0]
        raise GoError(f"{{{{{word.text}}}}} has no block to belong to", stopped.start, stopped.end)
    return found


class _Pieces:
    """Reads blocks out of the stream of words and braces."""

    def __init__(self, stream: Iterator[Outside | Braces]) -> None:
        self.stream = stream

    def until(self, depth: int) -> tuple[tuple[Piece, ...], Braces | None]:
        """Read up to the end, or up to an ``end`` or ``else``, which is returned with what stood before it."""
        found: list[Piece] = []
        for each in self.stream:
            if isinstance(each, Outside):
                found.append(Words(each.text, each.start))
                continue
            if not each.tokens:
                msg = "nothing stands between the braces"
                raise GoError(msg, max(0, each.start - 2), each.start)
            word = each.tokens[0].text if each.tokens[0].kind == "name" else ""
            if word in ("end", "else"):
                return tuple(found), each
            if word in _BLOCKS:
                found.append(self.control(each, each.tokens, depth + 1))
            elif word in _STATEMENTS:
                found.append(Action(None, each.start, each.end))
            else:
                found.append(Action(_Reader(each).pipe(each.tokens), each.start, each.end))
        return tuple(found), None

    def control(self, head: Braces, tokens: tuple[Token, ...], depth: int) -> Control:
        """Read a block up to its end; ``tokens`` begin with its word."""
        if depth > MAX_DEPTH:
            raise GoError(f"blocks are nested more than {MAX_DEPTH} deep", head.start, head.end)
        word, start = tokens[0].text, tokens[0].start
        pipe = _Reader(head).pipe(tokens[1:]) if word in _PIPED else None
        body, stopped = self.until(depth)
        other: tuple[Piece, ...] = ()
        if stopped and stopped.tokens[0].text == "else":
            if len(stopped.tokens) > 1:
                if stopped.tokens[1].text not in ("if", "with"):
                    raise GoError("'else' is followed by 'if' or by nothing", stopped.start, stopped.end)
                nested = self.control(stopped, stopped.tokens[1:], depth + 1)
                return Control(word, pipe, start, head.end, body, (nested,))
            other, stopped = self.until(depth)
        if stopped is None or stopped.tokens[0].text != "end":
            raise GoError(f"{{{{{word}}}}} has no {{{{end}}}}", start, head.end)
        return Control(word, pipe, start, head.end, body, other)


class _Reader:
    """Reads the pipelines of one pair of braces."""

    def __init__(self, braces: Braces) -> None:
        self.braces = braces
        self.tokens: tuple[Token, ...] = ()
        self.at = 0

    def pipe(self, tokens: Iterable[Token]) -> Pipe:
        """Return the pipeline that the tokens are."""
        self.tokens = tuple(tokens)
        if len(self.tokens) > MAX_TOKENS:
            raise GoError(f"there are more than {MAX_TOKENS} words in these braces", self.braces.start, self.braces.end)
        assigned = self._assignment()
        found = self._pipe(0, assigned=assigned)
        if token := self._next():
            raise GoError(f"{token.text!r} is not expected here", token.start, token.end)
        return found

    def _next(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _assignment(self) -> bool:
        """Pass over ``$x :=``, ``$x =`` and ``$k, $v :=``."""
        kinds = [each.text if each.kind == "mark" else each.kind for each in self.tokens[:4]]
        for shape in (("variable", ":="), ("variable", "="), ("variable", ",", "variable", ":=")):
            if tuple(kinds[: len(shape)]) == shape:
                self.at = len(shape)
                return True
        return False

    def _pipe(self, depth: int, *, assigned: bool = False) -> Pipe:
        commands = [self._command(depth)]
        while (token := self._next()) and token.text == "|" and token.kind == "mark":
            self.at += 1
            commands.append(self._command(depth))
            first = commands[-1].operands[0]
            if isinstance(first, Constant):
                msg = "a value stands where a function is wanted"
                raise GoError(msg, first.start, first.end)
        return Pipe(tuple(commands), commands[0].start, commands[-1].end, assigned)

    def _command(self, depth: int) -> Command:
        operands: list[Operand] = []
        while (token := self._next()) and not (token.kind == "mark" and token.text in "|),=:="):
            operands.append(self._operand(token, depth))
        if not operands:
            start, end = (token.start, token.end) if token else (self.braces.start, self.braces.end)
            raise GoError("a value is missing", start, end)
        first = operands[0]
        if isinstance(first, Constant) and len(operands) > 1:
            raise GoError("a value takes no arguments", operands[1].start, operands[1].end)
        return Command(tuple(operands), first.start, operands[-1].end)

    def _operand(self, token: Token, depth: int) -> Operand:
        self.at += 1
        if token.kind == "name":
            if token.text in _WORDS:
                return Constant(_WORDS[token.text], token.start, token.end)
            return Name(token.text, token.start, token.end)
        if token.kind in ("dot", "field"):
            return Field(_path(token), token.start, token.end)
        if token.kind == "variable":
            return self._fields_of(token.text, token.start, token.end)
        if token.kind == "mark":
            return self._group(token, depth)
        return Constant(constant(token), token.start, token.end)

    def _group(self, token: Token, depth: int) -> Operand:
        if depth >= MAX_DEPTH:
            raise GoError(f"parentheses are nested more than {MAX_DEPTH} deep", token.start, token.end)
        inner = self._pipe(depth + 1)
        closing = self._next()
        if closing is None or closing.text != ")":
            raise GoError("'(' is not closed by ')'", token.start, token.end)
        self.at += 1
        group = Group(inner, token.start, closing.end)
        after = self._next()
        return self._fields_of(group, token.start, closing.end) if after and _follows(after) else group

    def _fields_of(self, of: Group | str, start: int, end: int) -> Field:
        """Return the fields that follow a variable or a group without a blank."""
        after = self._next()
        if after and _follows(after):
            self.at += 1
            return Field(_path(after), start, after.end, of)
        return Field((), start, end, of)


def _follows(token: Token) -> bool:
    return token.kind == "field" and not token.spaced


def _path(token: Token) -> tuple[str, ...]:
    return tuple(token.text.split(".")[1:]) if token.kind == "field" else ()
