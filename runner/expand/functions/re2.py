r"""RE2 patterns, the kind that HCL has, as Python patterns.

Syntax: https://github.com/google/re2/wiki/Syntax. What RE2 lacks (look-around, back-references, possessive repetition)
is an error here too. Both engines prefer the leftmost match and the earlier alternative. They differ in three ways:
Python's may be slow where RE2 promises linear time (nested repetitions such as ``(a+)+$``); a repeated group that can
be empty may end up empty where RE2 keeps what it matched before; and ``(?i)`` does not widen ``\P{...}``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from runner.expand.functions.charclass import PERL, POSIX, Ranges, complement, unicode_class, written
from runner.expand.functions.error import Refused

_MOST_REPEATS = 1000  # RE2's limit on {n,m}, also when repetitions are nested
_REPEAT = re.compile(r"[*+?]|\{(\d+)(,?)(\d*)\}", re.ASCII)
_GROUP = re.compile(r"\(\?(?:P?<(\w+)>|(i|m|s|U)*(-(?:i|m|s|U)+)?[:)])", re.ASCII)
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ASSERTIONS = {"A": r"\A", "z": r"\Z", "b": r"(?a:\b)", "B": r"(?!(?a:\b))"}


@dataclass(frozen=True)
class Pattern:
    """A translated pattern: ``names`` are the numbers and names of its named groups, ``groups`` counts all."""

    expression: re.Pattern[str]
    names: tuple[tuple[int, str], ...]
    groups: int

    def matches(self, string: str) -> Iterator[re.Match[str]]:
        """Yield the matches from left to right; an empty one does not follow another match immediately."""
        position, end = 0, -1
        while position <= len(string) and (match := self.expression.search(string, position)):
            empty = match.start() == match.end()
            if not empty or match.start() != end:
                yield match
            end = match.end()
            position = end + empty


def compile_(pattern: str) -> Pattern:
    """Translate the RE2 ``pattern``. Raises ``Refused``, which says what RE2 does not accept."""
    reader = _Reader(pattern)
    translated, _ = reader.alternatives(frozenset())
    if reader.position < len(pattern):
        reader.fail("a ) has no (")
    try:
        return Pattern(re.compile(translated), tuple(reader.names), reader.groups)
    except (re.error, RecursionError, OverflowError) as error:
        raise Refused(f"the pattern {pattern!r} is too much for this implementation: {error}") from None


class _Reader:
    """Reads a pattern once from left to right; each method returns the translation of what it consumed."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.position = 0
        self.groups = 0
        self.names: list[tuple[int, str]] = []

    def fail(self, reason: str) -> None:
        raise Refused(f"the pattern {self.pattern!r} is not valid: {reason}")

    def peek(self, count: int = 1) -> str:
        return self.pattern[self.position : self.position + count]

    def take(self, count: int = 1) -> str:
        taken = self.peek(count)
        self.position += count
        return taken

    def alternatives(self, flags: frozenset[str]) -> tuple[str, int]:
        """Read up to the end of the group; also return how often its most repeated part may occur."""
        parts: list[list[str]] = [[]]
        most = 1
        while self.peek() not in ("", ")"):
            if self.peek() == "|":
                self.take()
                parts.append([])
                continue
            if self.peek(2) == "\\Q":
                parts[-1] += self._quoted(flags)
                repeats = 1
            elif self.peek(2) == "(?" and (switched := self._switch(flags)) is not None:
                flags, repeats = switched, 1
            else:
                item, repeats = self._item(flags)
                parts[-1].append(item)
            most = max(most, self._repeat(parts[-1], flags, repeats))
        return "|".join("".join(items) for items in parts), most

    def _repeat(self, items: list[str], flags: frozenset[str], most: int) -> int:
        """Read a repetition, if there is one, and apply it to the last of ``items``."""
        match = _REPEAT.match(self.pattern, self.position)
        if match is None:
            return most
        if not items:
            self.fail(f"{match[0]} has nothing to repeat")
        self.take(len(match[0]))
        most = self._times(match, most)
        lazy = self.peek() == "?"
        if lazy:
            self.take()
        again = _REPEAT.match(self.pattern, self.position)
        if again:
            self.fail(f"{match[0]}{again[0]} repeats a repetition; put the inner one into (?:...)")
        items[-1] = f"(?:{items[-1]}){match[0]}{'?' if lazy != ('U' in flags) else ''}"
        return most

    def _times(self, match: re.Match[str], most: int) -> int:
        if match[1] is None:
            return most
        least, highest = int(match[1][:9]), int((match[3] or match[1])[:9])
        if highest < least or max(highest, least) > _MOST_REPEATS:
            self.fail(f"{match[0]} must rise, up to {_MOST_REPEATS} at most")
        if highest * most > _MOST_REPEATS:
            self.fail(f"{match[0]} repeats a repetition more than {_MOST_REPEATS} times in all")
        return max(highest, 1) * most

    def _item(self, flags: frozenset[str]) -> tuple[str, int]:
        match = _REPEAT.match(self.pattern, self.position)
        if match:
            self.fail(f"{match[0]} has nothing to repeat")
        first = self.take()
        if first == "(":
            return self._group(flags)
        if first == "[":
            return self._cased(self._bracket(), flags), 1
        if first == "\\":
            return self._escape(flags), 1
        if first == ".":
            return ("(?s:.)" if "s" in flags else "."), 1
        if first in "^$":
            always = r"\A" if first == "^" else r"\Z"
            return (f"(?m:{first})" if "m" in flags else always), 1
        return self._cased(re.escape(first), flags), 1

    def _cased(self, item: str, flags: frozenset[str]) -> str:
        return f"(?i:{item})" if "i" in flags else item

    def _switch(self, flags: frozenset[str]) -> frozenset[str] | None:
        """Read ``(?i)`` and return the flags from there on; None, and nothing read, when it is ``(?i:...)``."""
        match = _GROUP.match(self.pattern, self.position)
        if match is None:
            self.fail(f"{self.pattern[self.position : self.position + 4]} is no group that RE2 has")
            return None
        if not match[0].endswith(")"):
            return None
        self.take(len(match[0]))
        return _switched(flags, match[0])

    def _group(self, flags: frozenset[str]) -> tuple[str, int]:
        match = _GROUP.match(self.pattern, self.position - 1)
        opening = "(?:"
        if match is None or match[1] is not None:
            self.groups += 1
            opening = "("
        if match is not None:
            self.take(len(match[0]) - 1)
            if match[1] is not None:
                self.names.append((self.groups, match[1]))
            else:
                flags = _switched(flags, match[0])
        inner, most = self.alternatives(flags)
        if self.take() != ")":
            self.fail("a ( has no )")
        return f"{opening}{inner})", most

    def _escape(self, flags: frozenset[str]) -> str:
        letter = self.peek()
        if letter in _ASSERTIONS and letter:
            return _ASSERTIONS[self.take()]
        ranges = self._class_escape()
        if ranges is not None:
            return self._cased(written(ranges), flags)
        return self._cased(re.escape(self._character_escape()), flags)

    def _quoted(self, flags: frozenset[str]) -> list[str]:
        r"""Read the text between ``\Q`` and ``\E``, character by character."""
        self.take(2)
        literal, ended, _ = self.pattern[self.position :].partition("\\E")
        self.take(len(literal) + len(ended))
        return [self._cased(re.escape(each), flags) for each in literal]

    def _class_escape(self) -> Ranges | None:
        """Read what follows a backslash if it names a class of characters."""
        letter = self.peek()
        if letter and letter in PERL:
            return PERL[self.take()]
        if letter not in ("p", "P") or not letter:
            return None
        self.take()
        name = self.take()
        if name == "{":
            name, closed, _ = self.pattern[self.position :].partition("}")
            self.take(len(name) + len(closed))
            if not closed:
                self.fail("\\p{ has no }")
        inverse = (letter == "P") != name.startswith("^")
        ranges = unicode_class(name.removeprefix("^"))
        if ranges is None:
            self.fail(f"there is no class \\p{{{name}}} here")
        return complement(ranges or ()) if inverse else ranges

    def _character_escape(self) -> str:
        """Read what follows a backslash as one character."""
        letter = self.take()
        if letter in _CONTROLS and letter:
            return _CONTROLS[letter]
        if letter == "x":
            match = re.compile(r"\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2})").match(self.pattern, self.position)
            if match and int(match[1] or match[2], 16) <= sys.maxunicode:
                self.take(len(match[0]))
                return chr(int(match[1] or match[2], 16))
        octal = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}").match(self.pattern, self.position - 1)
        if octal:
            self.take(len(octal[0]) - 1)
            return chr(int(octal[0], 8))
        if not letter or not letter.isascii() or letter.isalnum():
            self.fail(f"RE2 has no \\{letter}" if letter else "it ends with a backslash")
        return letter

    def _bracket(self) -> str:
        """Read a class up to its ``]``; its ``[`` is read already."""
        inverse = self.peek() == "^"
        if inverse:
            self.take()
        ranges: list[tuple[int, int]] = []
        first = True
        while first or self.peek() != "]":
            if not self.peek():
                self.fail("a [ has no ]")
            ranges += self._class_item()
            first = False
        self.take()
        return written(tuple(ranges), inverse=inverse)

    def _class_item(self) -> Ranges:
        if self.peek(2) == "[:" and ":]" in self.pattern[self.position + 2 :]:
            name = self.pattern[self.position + 2 :].partition(":]")[0]
            self.take(len(name) + 4)
            found = POSIX.get(name.removeprefix("^"))
            if found is None:
                self.fail(f"there is no class [:{name}:]")
            return complement(found or ()) if name.startswith("^") else (found or ())
        if self.peek() == "\\":
            self.take()
            ranges = self._class_escape()
            if ranges is not None:
                return ranges
            self.position -= 1
        low = high = self._class_character()
        if self.peek() == "-" and self.peek(2) not in ("-", "-]"):
            self.take()
            high = self._class_character()
        if high < low:
            self.fail(f"{low}-{high} is no range")
        return ((ord(low), ord(high)),)

    def _class_character(self) -> str:
        character = self.take()
        return self._character_escape() if character == "\\" else character


def _switched(flags: frozenset[str], group: str) -> frozenset[str]:
    """Return ``flags`` after the flags of ``(?im-s:`` are switched on and off."""
    on, _, off = group[2:-1].partition("-")
    return (flags | set(on)) - set(off)

