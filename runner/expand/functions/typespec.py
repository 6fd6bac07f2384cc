"""Reads HCL's notation of types: ``list(string)``, ``object({a = string, b = optional(number, 1)})``."""

from __future__ import annotations

import json
import re
from typing import Any

from runner.expand.functions.error import Refused
from runner.expand.functions.types import ANY, BOOL, NUMBER, STRING, Attribute, Type, convert
from runner.expand.functions.values import parse_number, plain

_TOKEN = re.compile(
    r"""\s*(?:(?P<name>[^\W\d][\w-]*)|(?P<number>-?\d[\d.]*(?:[eE][-+]?\d+)?)|(?P<string>"(?:[^"\\]|\\.)*")"""
    r"""|(?P<sign>[][(){},=:])|(?P<end>\Z))"""
)
_KEYWORDS = {"string": STRING, "number": NUMBER, "bool": BOOL, "any": ANY}
_COLLECTIONS = ("list", "set", "map")


def parse_type(source: str) -> Type:
    """Return the type that ``source`` denotes.

    ``optional(type, default)`` is allowed for attributes of objects, as in Packer from 1.16 on; the default is a
    literal. Raises ``Refused``, which points at what is wrong.
    """
    reader = _Reader(source)
    found = reader.type()
    reader.expect("")
    return found


class _Reader:
    """Reads the notation once from left to right."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens: list[tuple[str, str]] = []
        position = 0
        while not self.tokens or self.tokens[-1][0] != "end":
            match = _TOKEN.match(source, position)
            if match is None:
                self.fail(f"{source[position:].strip()[:1]!r} has no place in it")
                break
            self.tokens.append((match.lastgroup or "end", match[match.lastgroup or "end"]))
            position = match.end()
        self.tokens.reverse()

    def fail(self, reason: str) -> None:
        msg = (
            f"{self.source!r} is no type: {reason}; types are string, number, bool, any, list(...), set(...), map(...),"
            " tuple([...]) and object({...})"
        )
        raise Refused(msg)

    def peek(self) -> str:
        return self.tokens[-1][1]

    def take(self) -> tuple[str, str]:
        return self.tokens.pop() if len(self.tokens) > 1 else self.tokens[-1]

    def expect(self, sign: str) -> None:
        _, found = self.take()
        if found != sign:
            self.fail(f"{sign or 'the end'!r} is missing" + (f" before {found!r}" if found else ""))

    def type(self) -> Type:
        group, word = self.take()
        if group != "name":
            self.fail(f"{word!r} is no keyword" if word else "it ends too early")
        if word in _KEYWORDS:
            return _KEYWORDS[word]
        if word not in (*_COLLECTIONS, "tuple", "object"):
            self.fail(f"there is no type {word!r}")
        self.expect("(")
        if word in _COLLECTIONS:
            found = Type(word, (self.type(),))
        else:
            found = Type("tuple", self._elements()) if word == "tuple" else Type("object", (), self._attributes())
        self.expect(")")
        return found

    def _elements(self) -> tuple[Type, ...]:
        self.expect("[")
        elements = []
        while self.peek() != "]":
            elements.append(self.type())
            if self.peek() != "]":
                self.expect(",")
        self.take()
        return tuple(elements)

    def _attributes(self) -> tuple[Attribute, ...]:
        self.expect("{")
        attributes: dict[str, Attribute] = {}
        while self.peek() != "}":
            group, name = self.take()
            if group != "name":
                self.fail(f"{name!r} cannot name an attribute" if name else "it ends too early")
            self.expect(":" if self.peek() == ":" else "=")
            attributes[name] = self._attribute(name)
            if self.peek() == ",":
                self.take()
        self.take()
        return tuple(attributes[name] for name in sorted(attributes))

    def _attribute(self, name: str) -> Attribute:
        if self.peek() != "optional":
            return Attribute(name, self.type())
        self.take()
        self.expect("(")
        kind, default = self.type(), None
        if self.peek() == ",":
            self.take()
            default = self._literal()
            try:
                default = convert(plain(default), kind)
            except Refused as refused:
                self.fail(f"the default of {name!r} does not fit: {refused.reason}")
        self.expect(")")
        return Attribute(name, kind, optional=True, default=default)

    def _literal(self) -> Any:
        group, word = self.take()
        if group == "string":
            try:
                return json.loads(word)
            except ValueError:
                self.fail(f"{word} is no string")
        if group == "number":
            return parse_number(word)
        if word in {"true", "false", "null"}:
            return {"true": True, "false": False, "null": None}[word]
        if word == "[":
            return self._literals()
        if word != "{":
            self.fail(f"{word!r} is no literal" if word else "it ends too early")
        return self._entries()

    def _literals(self) -> list[Any]:
        values = []
        while self.peek() != "]":
            values.append(self._literal())
            if self.peek() != "]":
                self.expect(",")
        self.take()
        return values

    def _entries(self) -> dict[str, Any]:
        entries = {}
        while self.peek() != "}":
            group, name = self.take()
            if group not in {"name", "string"}:
                self.fail(f"{name!r} cannot be a key" if name else "it ends too early")
            self.expect(":" if self.peek() == ":" else "=")
            entries[json.loads(name) if group == "string" else name] = self._literal()
            if self.peek() == ",":
                self.take()
        self.take()
        return entries
