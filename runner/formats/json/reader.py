"""Read JSON (RFC 8259) without losing where anything was.

Nothing recurses, so that no file costs more than its size allows. What JSON leaves open is decided for safety: a key
that stands twice, half of a surrogate pair and a number too large to keep are refused, for each would be lost later.
"""

from __future__ import annotations

import re
from math import isinf
from typing import NoReturn

from runner.diagnostics import Note, Report
from runner.formats.json.errors import explain
from runner.formats.places import Places
from runner.text import Key, Node, SourceFile, Span

MAX_DEPTH = 200
"""How deeply lists and objects may be nested."""
MAX_DIGITS = 4300
"""How many digits a whole number may have: Python prints no more."""

_SPACE = r"[ \t\n\r]*+"
_ESCAPED = r'(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+'
_NUMBER = r"-?+(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][-+]?+[0-9]++)?+(?![\w.+-])"
_VALUE = re.compile(
    rf'{_SPACE}(?:"([^"\\\x00-\x1f]*+)"|({_NUMBER})|(true|false|null)(?!\w)|([\[{{])|"({_ESCAPED})")'
)
_PLAIN, _NUMERIC, _WORD, _OPENER = 1, 2, 3, 4
_KEY = re.compile(rf'{_SPACE}"({_ESCAPED})"')
_COLON = re.compile(rf"{_SPACE}:")
_AFTER = re.compile(rf"{_SPACE}([,\]}}])")
_BLANK = re.compile(_SPACE)
_ESCAPE = re.compile(r"\\(?:u([dD][89abAB]..)\\u([dD][c-fC-F]..)|u(....)|(.))")
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": True, "false": False, "null": None}


def load(file: SourceFile) -> Node:
    """Return the document tree of a JSON text; a byte order mark before it is passed over.

    Raises ``Invalid`` with every key that stands twice (E021), the first error in the syntax and every string or
    number that cannot be kept (E022), and with E023 when lists and objects are nested more than 200 deep.
    """
    report = Report()
    root = _Reader(file, report).read()
    report.require()
    assert root, "a text that gives no document has an error in the report"
    return root


class _Stop(Exception):  # noqa: N818 - no error by itself: the report has it
    """Reading cannot go on; the reason is in the report."""


class _Frame:
    """A list or object that is being read; ``key`` is the key of an object whose value comes next."""

    __slots__ = ("entries", "items", "key", "key_span", "start")

    def __init__(self, start: int, key_span: Span | None, *, is_list: bool) -> None:
        self.start = start
        self.key_span = key_span
        self.items: list[Node] | None = [] if is_list else None
        self.entries: dict[Key, Node] = {}
        self.key = ""

    @property
    def closer(self) -> str:
        return "}" if self.items is None else "]"


class _Reader:
    """Reads one text from left to right; ``at`` is the offset of what is not read yet."""

    def __init__(self, file: SourceFile, report: Report) -> None:
        self.text = file.text
        self.report = report
        self.places = Places(file)
        self.at = 1 if self.text.startswith("\ufeff") else 0
        self.frames: list[_Frame] = []
        self.key_span: Span | None = None

    def read(self) -> Node | None:
        """Return the document; nothing when its end is not reached."""
        try:
            while True:
                node = self._value()
                while node is not None:
                    if not self.frames:
                        self._end()
                        return node
                    node = self._put(node)
        except _Stop:
            return None

    def _value(self) -> Node | None:
        """Read a scalar or an empty list or object; nothing when the first item of one is to be read next."""
        found = _VALUE.match(self.text, self.at)
        if found is None:
            self._stop("a value")
        kind = found.lastindex
        assert kind, "every way to match has its group"
        self.at = found.end()
        start = found.start(kind)
        if kind == _OPENER:
            return self._open(start)
        text = found[kind]
        if kind == _NUMERIC:
            span = self.places.on_one_line(start, self.at)
            return Node(self._number(text, span), span, self.key_span, text)
        if kind == _WORD:
            return Node(_WORDS[text], self.places.on_one_line(start, self.at), self.key_span, text)
        value = text if kind == _PLAIN else self._unescaped(text, start)
        return Node(value, self.places.on_one_line(start - 1, self.at), self.key_span)

    def _open(self, start: int) -> Node | None:
        if len(self.frames) == MAX_DEPTH:
            message = f"lists and objects are nested more than {MAX_DEPTH} deep"
            self.report.add("E023", message, self.places.on_one_line(start, start + 1))
            raise _Stop
        frame = _Frame(start, self.key_span, is_list=self.text[start] == "[")
        self.frames.append(frame)
        after = _AFTER.match(self.text, self.at)
        if after and after[1] == frame.closer:
            self.at = after.end()
            return self._close()
        self._next(frame, alternative=f" or '{frame.closer}'")
        return None

    def _put(self, node: Node) -> Node | None:
        """Add ``node`` to the innermost list or object; return that when this was its last."""
        frame = self.frames[-1]
        if frame.items is None:
            frame.entries.setdefault(frame.key, node)
        else:
            frame.items.append(node)
        after = _AFTER.match(self.text, self.at)
        if after is None or after[1] not in ("," + frame.closer):
            self._stop(f"',' or '{frame.closer}'")
        self.at = after.end()
        if after[1] != ",":
            return self._close()
        self._next(frame)
        return None

    def _next(self, frame: _Frame, alternative: str = "") -> None:
        """Go to the next value of ``frame``, past its key."""
        if frame.items is not None:
            self.key_span = None
            if alternative and not _VALUE.match(self.text, self.at):
                self._stop("a value" + alternative)
            return
        found = _KEY.match(self.text, self.at)
        if found is None:
            self._stop("a key" + alternative)
        start = found.start(1)
        self.at = found.end()
        self.key_span = self.places.on_one_line(start - 1, self.at)
        key = found[1]
        frame.key = self._unescaped(key, start) if "\\" in key else key
        if earlier := frame.entries.get(frame.key):
            notes = (Note("first set here", earlier.key_span),)
            self.report.add("E021", f"the key '{frame.key}' stands twice", self.key_span, notes=notes)
        colon = _COLON.match(self.text, self.at)
        if colon is None:
            self._stop("':'")
        self.at = colon.end()

    def _close(self) -> Node:
        frame = self.frames.pop()
        value = frame.entries if frame.items is None else tuple(frame.items)
        return Node(value, self.places.span(frame.start, self.at), frame.key_span)

    def _end(self) -> None:
        self.at = self._blank()
        if self.at != len(self.text):
            self._stop("the end of the file")

    def _blank(self) -> int:
        blank = _BLANK.match(self.text, self.at)
        assert blank, "it matches nothing too"
        return blank.end()

    def _number(self, text: str, span: Span) -> int | float:
        digits = text.removeprefix("-")
        if digits.isdigit():
            if len(digits) <= MAX_DIGITS:
                return int(text)
            message = f"a number of more than {MAX_DIGITS} digits"
        elif not isinf(value := float(text)):
            return value
        else:
            message = f"{text[:40]} is larger than any floating-point number"
        self.report.add("E022", message, span, hint="use a string")
        return 0

    def _unescaped(self, text: str, start: int) -> str:
        """Return what a string means; ``start`` is the offset of its ``text``."""

        def character(escape: re.Match[str]) -> str:
            high, low, code, short = escape.groups()
            if high:
                return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)
            if short:
                return _SHORT.get(short, short)
            if code[0] in "dD" and code[1] in "89abcdefABCDEF":
                span = self.places.on_one_line(start + escape.start(), start + escape.end())
                hint = "a character beyond U+FFFF is two of them: D800 to DBFF, then DC00 to DFFF"
                self.report.add("E022", f"{escape[0]} is half a character: no text can hold it", span, hint=hint)
            return chr(int(code, 16))

        return _ESCAPE.sub(character, text)

    def _stop(self, expected: str) -> NoReturn:
        problem = explain(self.text, self._blank(), expected)
        notes = []
        if self.frames and self.text[problem.start : problem.start + 1] in ("", "]", "}"):
            start = self.frames[-1].start
            notes.append(Note("opened here", self.places.on_one_line(start, start + 1)))
        span = self.places.span(problem.start, problem.end)
        self.report.add("E022", problem.message, span, hint=problem.hint, notes=notes)
        raise _Stop
