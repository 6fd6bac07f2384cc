r"""Values as YAML in the form that HCL's ``yamlencode`` has.

The form is that of libyaml's emitter: strings in double quotes, folded at 80 columns; strings of several lines as
literal blocks where that can hold them; characters beyond the Basic Multilingual Plane and most unprintable ones
escaped.
"""

from __future__ import annotations

import re
from typing import Any

from runner.expand.functions.error import Refused
from runner.expand.functions.values import finite, number_text

_WIDTH = 80
_LONGEST_KEY = 128  # bytes; keys beyond it, and keys of several lines, are written after a question mark
_BREAKS = "\n\u2028\u2029"
_ESCAPES = {
    0: "0", 7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 27: "e", 34: '"', 92: "\\",
    0x85: "N", 0x2028: "L", 0x2029: "P",
}  # fmt: skip
_LINE_END = re.compile("[\r\n\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_SPACES_AT_LINE_END = re.compile(f" (?:[{_BREAKS}]|\\Z)")


def yaml_text(value: Any) -> str:
    """Return ``value``, a plain one, as a YAML document without its ``---``."""
    emitter = _Emitter()
    emitter.node(value, -1)
    if emitter.column:
        emitter.put("\n")
    return "".join(emitter.parts) + ("" if isinstance(value, str | list | dict) else "...\n")


class _Emitter:
    """Parts of the text so far, where its last line ends, and the two last characters of it."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.column = 0
        self.tail = ""

    def put(self, text: str) -> None:
        self.parts.append(text)
        after = text.rfind("\n") + 1
        self.column = len(text) - after if after else self.column + len(text)
        self.tail = (self.tail + text)[-2:]

    def line(self, indent: int) -> None:
        """Start a line at ``indent``, after the end of the last one."""
        self.put(("\n" if self.column else "") + " " * indent)

    def node(self, value: Any, indent: int, *, in_mapping: bool = False) -> None:
        """Write ``value``; ``indent`` is the column of the collection that it is in, -1 outside of any."""
        if isinstance(value, dict) and value:
            self.mapping(value, 0 if indent < 0 else indent + 2)
        elif isinstance(value, list) and value:
            self.sequence(value, indent if in_mapping else 0 if indent < 0 else indent + 2)
        else:
            self.put(" " if self.tail and self.tail[-1] not in " \n" else "")
            self.scalar(value, max(indent, 0) + 2)

    def mapping(self, entries: dict[str, Any], indent: int) -> None:
        for number, (key, value) in enumerate(sorted(entries.items())):
            if number or not self._after_mark(indent):
                self.line(indent)
            if _LINE_END.search(key) or len(key.encode()) > _LONGEST_KEY:
                self.put("? ")
                self.scalar(key, indent + 2)
                self.line(indent)
                self.put(": ")
                self.node(value, indent)
                continue
            self.put(f'"{_escaped(key)}":')
            self.node(value, indent, in_mapping=True)

    def sequence(self, elements: list[Any], indent: int) -> None:
        for number, each in enumerate(elements):
            if number or not self._after_mark(indent):
                self.line(indent)
            self.put("- ")
            self.node(each, indent)

    def _after_mark(self, indent: int) -> bool:
        """Tell whether the first entry can follow in the line, after the ``- `` or ``: `` of what is around it."""
        return self.column == indent and self.tail in {"- ", ": ", "? "}

    def scalar(self, value: Any, indent: int) -> None:
        if isinstance(value, str):
            self.string(value, indent)
        elif isinstance(value, list | dict):
            self.put("[]" if isinstance(value, list) else "{}")
        elif value is None or isinstance(value, bool):
            self.put({None: "null", True: "true", False: "false"}[value])
        elif finite(value):
            self.put(number_text(value))
        else:
            raise Refused("infinity cannot be written as YAML")

    def string(self, value: str, indent: int) -> None:
        if "\n" in value and not _UNPRINTABLE.search(value) and not _SPACES_AT_LINE_END.search(value):
            self.block(value, indent)
        else:
            self.quoted(value, indent)

    def block(self, value: str, indent: int) -> None:
        """Write a literal block; ``2`` after ``|`` says how far it is indented if the first line does not."""
        keep = "" if value[-1] in _BREAKS else "-"
        if value[-1] in _BREAKS and (len(value) == 1 or value[-2] in _BREAKS):
            keep = "+"
        lines = [f"|{'2' if value[0] in _BREAKS + ' ' else ''}{keep}\n"]
        for content, end in re.findall(f"([^{_BREAKS}]*)([{_BREAKS}]|\\Z)", value):
            lines.append((" " * indent + content if content else "") + end)
        self.put("".join(lines) + ("" if value[-1] in _BREAKS else "\n"))

    def quoted(self, value: str, indent: int) -> None:
        """Write in double quotes; a single space past the width becomes a new line."""
        self.put('"')
        for match in re.finditer(r" +|[^ ]+", value):
            folding = match.start() and match.end() < len(value) + (len(match[0]) > 1) and self.column > _WIDTH
            if match[0][0] == " " and folding:
                self.put("\n" + " " * indent + ("\\" if len(match[0]) > 1 else "") + match[0][1:])
            else:
                self.put(_escaped(match[0]))
        self.put('"')


def _escaped(value: str) -> str:
    return "".join(map(_escaped_character, value))


def _escaped_character(character: str) -> str:
    code = ord(character)
    if code in _ESCAPES:
        return "\\" + _ESCAPES[code]
    if _UNPRINTABLE.match(character):
        return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"  # noqa: PLR2004 - bytes
    return character
