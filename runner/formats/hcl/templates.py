"""Strings and heredocs of HCL: from their pieces to texts, inserts and directives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from runner.formats.hcl.lexer import MAX_DEPTH, Piece
from runner.formats.hcl.lexer import Template as Source
from runner.formats.hcl.syntax import Syntax
from runner.formats.hcl.tree import Expression, For, If, Lit, Part, Template
from runner.formats.hcl.values import heredoc_text, string_text
from runner.text import Span

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NAME = r"[A-Za-z_][\w-]*"
_DIRECTIVE = re.compile(
    rf"\s*(?:(?P<for>for)\s+(?P<first>{_NAME})\s*(?:,\s*(?P<second>{_NAME})\s*)?(?<![\w-])in(?![\w-])"
    r"|(?P<word>if|else|endif|endfor)(?![\w-]))"
)
_WORDS = "'if', 'else', 'endif', 'for NAME in' or 'endfor'"
_OPENED_BY = {"else": "if", "endif": "if", "endfor": "for"}


@dataclass(slots=True)
class _Token:
    """A text, in heredocs one line of it, or an insert: then ``code`` is what stands in it."""

    start: int
    end: int
    text: str = ""
    code: str | None = None
    code_start: int = 0
    directive: bool = False


@dataclass(slots=True)
class _Open:
    """The template as a whole, or a directive not closed yet: its head, and the parts of its present branch."""

    token: _Token
    kind: str = ""
    head: Expression | None = None
    names: tuple[str | None, str] = (None, "")
    then: list[Part] | None = None
    parts: list[Part] = field(default_factory=list)


class Templates:
    """Reads templates; ``read_insert`` reads the code of an insert that starts at an offset of the text."""

    def __init__(self, syntax: Syntax, read_insert: Callable[[str, int], Expression | None]) -> None:
        self._syntax = syntax
        self._read_insert = read_insert

    def read(self, source: Source) -> Expression:
        """Return a text, a template, or, for an insert in quotes and nothing else, what is inserted."""
        place = self._syntax.places.span(source.start, source.end)
        heredoc = bool(source.introducer)
        tokens = [token for piece in source.pieces for token in self._tokens(piece, heredoc=heredoc)]
        _strip(tokens)
        if source.introducer == "<<-":
            _outdent(tokens)
        parts = self._parts(tokens)
        if not parts:
            return Lit("", place, heredoc)
        only = parts[0] if len(parts) == 1 else None
        if isinstance(only, Lit) and isinstance(only.value, str):
            return only._replace(place=place, heredoc=heredoc)
        if only and len(tokens) == 1 and not heredoc and not isinstance(only, If | For):
            return only
        return Template(parts, place, heredoc)

    def _tokens(self, piece: Piece, *, heredoc: bool) -> Iterator[_Token]:
        text = self._syntax.text
        if piece.code is not None:
            directive = text[piece.start] == "%"
            yield _Token(piece.start, piece.end, code=piece.code, code_start=piece.start + 2, directive=directive)
        elif not heredoc:
            yield _Token(piece.start, piece.end, string_text(text[piece.start : piece.end]))
        else:
            for line in _LINE.finditer(text, piece.start, piece.end):
                yield _Token(line.start(), line.end(), heredoc_text(line[0]))

    def _parts(self, tokens: list[_Token]) -> tuple[Part, ...]:
        """Group the tokens by directives."""
        opened = [_Open(_Token(0, 0))]
        for token in tokens:
            if token.code is None:
                if token.text:
                    opened[-1].parts.append(Lit(token.text, self._syntax.places.span(token.start, token.end)))
            elif token.directive:
                self._directive(opened, token)
            elif (value := self._read_insert(token.code, token.code_start)) is not None:
                opened[-1].parts.append(value)
        for each in opened[1:]:
            self._mistake(f"'%{{ {each.kind} }}' is never closed; it ends with '%{{ end{each.kind} }}'", each.token)
        return _joined(opened[0].parts)

    def _directive(self, opened: list[_Open], token: _Token) -> None:
        code = token.code or ""
        found = _DIRECTIVE.match(code)
        if not found:
            self._mistake(f"expected {_WORDS} in a directive", token)
            return
        word = found["for"] or found["word"]
        rest, start = code[found.end() :], token.code_start + found.end()
        if word in _OPENED_BY:
            if rest.strip():
                self._mistake(f"'{word}' stands alone in its directive", token)
            self._close(opened, word, token)
            return
        if len(opened) > MAX_DEPTH:
            self._syntax.too_deep(token.start, token.end)
            return
        names: tuple[str | None, str] = (None, "")
        if word == "for":
            first, second = (self._name(token, found, group) for group in ("first", "second"))
            names = (first, second) if second else (None, first)
        opened.append(_Open(token, word, self._read_insert(rest, start), names))

    def _name(self, token: _Token, found: re.Match[str], group: str) -> str:
        """Return a name as it is written: the code has but ASCII."""
        return self._syntax.text[token.code_start + found.start(group) : token.code_start + found.end(group)]

    def _close(self, opened: list[_Open], word: str, token: _Token) -> None:
        top = opened[-1]
        if top.kind != _OPENED_BY[word] or (word == "else" and top.then is not None):
            self._mistake(f"'%{{ {word} }}' without '%{{ {_OPENED_BY[word]} }}' before it", token)
        elif word == "else":
            top.then, top.parts = top.parts, []
        else:
            opened.pop()
            place = self._syntax.places.span(top.token.start, token.end)
            if top.head is None:  # it has a mistake
                return
            parts = _joined(top.parts)
            if word == "endfor":
                opened[-1].parts.append(For(*top.names, top.head, parts, place))
            elif top.then is None:
                opened[-1].parts.append(If(top.head, parts, (), place))
            else:
                opened[-1].parts.append(If(top.head, _joined(top.then), parts, place))

    def _mistake(self, message: str, token: _Token) -> None:
        self._syntax.mistake(message, token.start, token.end)


def _is_text(part: Part) -> bool:
    return isinstance(part, Lit) and isinstance(part.value, str)


def _joined(parts: list[Part]) -> tuple[Part, ...]:
    """Make one of texts in a row."""
    joined: list[Part] = []
    for are_texts, group in groupby(parts, _is_text):
        first, *others = group
        if are_texts and others:
            text = "".join(str(part.value) for part in (first, *others) if isinstance(part, Lit))
            joined.append(Lit(text, Span(*first.place[:3], *others[-1].place[3:])))
        else:
            joined += (first, *others)
    return tuple(joined)


def _strip(tokens: list[_Token]) -> None:
    """Apply the markers ``~``: an insert that has one takes the blanks off the text beside it, off one line of it."""
    for at, token in enumerate(tokens):
        if token.code and token.code.startswith("~"):
            token.code, token.code_start = token.code[1:], token.code_start + 1
            for before in tokens[max(at - 1, 0) : at]:
                before.text = before.text.rstrip()
        if token.code and token.code.endswith("~"):
            token.code = token.code[:-1]
            for after in tokens[at + 1 : at + 2]:
                after.text = after.text.lstrip()


def _outdent(tokens: list[_Token]) -> None:
    """Take off the indentation that all lines share; lines of nothing but blanks do not count and stay."""
    indented: list[_Token] = []
    shared = None
    line_starts = True
    for token in tokens:
        stripped = token.text.lstrip()
        if line_starts and (stripped or not token.text.endswith("\n")):
            indentation = len(token.text) - len(stripped)
            shared = indentation if shared is None else min(shared, indentation)
            indented.append(token)
        line_starts = token.text.endswith("\n")
    for token in indented:
        token.text = token.text[shared:]
