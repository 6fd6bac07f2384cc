"""Split a text into words and actions, and actions into tokens, as Go's template language does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from runner.packer.legacy.go_tree import GoError

_OPEN, _CLOSE = "{{", "}}"
_SPACE = " \t\r\n"
_COMMENT = re.compile(r"(?:-[ \t\r\n]+)?/\*(.*?)\*/(?:[ \t\r\n]+-)?\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]++)
      | (?P<quoted>"(?:[^"\\\n]|\\.)*+")
      | (?P<raw>`[^`]*+`)
      | (?P<rune>'(?:[^'\\\n]|\\[^x0-9uU]|\\x..|\\[0-7]{3}|\\u.{4}|\\U.{8})')
      | (?P<number>[-+]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+(?![.0-9eE])|
            (?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?))(?![\w.])
      | (?P<field>(?:\.[^\W\d]\w*)++)
      | (?P<dot>\.)(?![\w.])
      | (?P<variable>\$(?:[^\W\d]\w*|))
      | (?P<name>[^\W\d]\w*)
      | (?P<mark>:=|[|(),=])""",
    re.VERBOSE,
)
_ESCAPES = re.compile(r"\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_PLAIN_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Token(NamedTuple):
    """One word of an action; ``spaced`` says whether blanks stand before it."""

    kind: str
    text: str
    start: int
    end: int
    spaced: bool


class Braces(NamedTuple):
    """What stands between ``{{`` and ``}}``: its tokens, and its offsets without trim markers."""

    tokens: tuple[Token, ...]
    start: int
    end: int


class Outside(NamedTuple):
    """Text outside of braces."""

    text: str
    start: int


def split(text: str) -> Iterator[Outside | Braces]:
    """Yield what is outside and inside of braces, in turn; comments are left out, and what trim markers take away."""
    at, trim = 0, False
    while True:
        opened = text.find(_OPEN, at)
        end = len(text) if opened < 0 else opened
        before = text[at:end]
        if trim:
            before = before.lstrip(_SPACE)
        start = end - len(before)
        inside = opened + len(_OPEN)
        left = opened >= 0 and text[inside : inside + 1] == "-" and text[inside + 1 : inside + 2] in tuple(_SPACE)
        if left:
            before = before.rstrip(_SPACE)
        if before:
            yield Outside(before, start)
        if opened < 0:
            return
        if comment := _COMMENT.match(text, inside):
            at, trim = comment.end(), comment[0][-3:] == "-}}"
            continue
        tokens, inner, trim = _tokens(text, inside + left, opened)
        yield Braces(tokens, inside + left, inner)
        at = inner + trim + len(_CLOSE)


def _tokens(text: str, at: int, opened: int) -> tuple[tuple[Token, ...], int, bool]:
    """Return the tokens of an action, the offset past them and their blanks, and whether what follows is trimmed."""
    found: list[Token] = []
    spaced = False
    while True:
        if text.startswith(_CLOSE, at):
            return tuple(found), at, False
        if spaced and text.startswith("-" + _CLOSE, at):
            return tuple(found), at, True
        match = _TOKEN.match(text, at)
        if match is None:
            if at >= len(text):
                msg = "'{{' is not closed by '}}'"
                raise GoError(msg, opened, opened + len(_OPEN))
            raise GoError(_unexpected(text, at), at, at + 1)
        kind = match.lastgroup
        assert kind, "each way to match has its name"
        if kind != "space":
            found.append(Token(kind, match[0], at, match.end(), spaced))
        spaced = kind == "space"
        at = match.end()


def _unexpected(text: str, at: int) -> str:
    if text[at] in "\"'`":
        return "a quote is not closed"
    return f"{text[at]!r} is not expected inside of braces"


def constant(token: Token) -> str | int | float:
    """Return the value of a token that is a text or a number."""
    if token.kind == "raw":
        return token.text[1:-1].replace("\r", "")
    if token.kind == "quoted":
        return _unquoted(token)
    if token.kind == "rune":
        return ord(_unquoted(token)[:1] or "\0")
    digits = token.text.replace("_", "")
    try:
        return int(digits, 8) if re.fullmatch(r"[-+]?0[0-7]+", digits) else int(digits, 0)
    except ValueError:
        return float(digits)


def _unquoted(token: Token) -> str:
    def character(found: re.Match[str]) -> str:
        byte, octal, short, long, other = found.groups()
        if byte or octal:
            return chr(int(byte, 16) if byte else int(octal, 8))
        if short or long:
            code = int(short or long, 16)
            if code > 0x10FFFF or 0xD800 <= code < 0xE000:  # noqa: PLR2004 - what Unicode has no character for
                raise GoError(f"{found[0]} is no character", token.start, token.end)
            return chr(code)
        if other not in "\"'\\" and other not in _PLAIN_ESCAPES:
            raise GoError(f"{found[0]} is no escape of Go", token.start, token.end)
        return _PLAIN_ESCAPES.get(other, other)

    return _ESCAPES.sub(character, token.text[1:-1])


def quoted(text: str) -> str:
    """Return ``text`` as a constant, in backquotes where that is possible: so it needs no escapes in JSON."""
    return json.dumps(text, ensure_ascii=False) if "`" in text or "\r" in text else f"`{text}`"
