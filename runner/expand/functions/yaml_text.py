r"""Values as YAML in the form that HCL's ``yamlencode`` has.

The form is that of libyaml's emitter: strings in double quotes, folded at 80 columns; strings of several lines as
literal blocks where that can hold them; characters beyond the Basic Multilingual Plane and most unprintable ones
escaped.
"""

from __future__ import annotations

import math
import re
from typing import Any

from runner.expand.functions.error import Refused
from runner.expand.functions.values import number_text

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
    ending = "" if isinstance(value, str | list | dict) else "...\n"
    return emitter.text.rstrip(" ") + ("" if emitter.text.endswith("\n") else "\n") + ending


class _Emitter:
    """The text so far, and what is added to it; ``indent`` is the column of the surrounding collection, -1 outside."""

    def __init__(self) -> None:
        self.text = ""

    @property
    def column(self) -> int:
        return len(self.text) - self.text.rfind("\n") - 1

    def line(self, indent: int) -> None:
        """Go to ``indent`` in a new line, unless the text is there already."""
        if self.column > indent or self.text[len(self.text) - self.column :].strip(" "):
            self.text += "\n"
        self.text = self.text.ljust(len(self.text) + indent - self.column)

    def node(self, value: Any, indent: int, *, in_mapping: bool = False) -> None:
        if isinstance(value, dict) and value:
            self.mapping(value, 0 if indent < 0 else indent + 2)
        elif isinstance(value, list) and value:
            self.sequence(value, indent if in_mapping else 0 if indent < 0 else indent + 2)
        else:
            self.text += " " if self.text and self.text[-1] not in " \n" else ""
            self.scalar(value, max(indent, 0) + 2)

    def mapping(self, entries: dict[str, Any], indent: int) -> None:
        for number, (key, value) in enumerate(sorted(entries.items())):
            self.line(indent) if number or not self._after_mark(indent) else None
            if _LINE_END.search(key) or len(key.encode()) > _LONGEST_KEY:
                self.text += "? "
                self.scalar(key, indent + 2)
                self.line(indent)
                self.text += ": "
                self.node(value, indent)
                continue
            self.text += f'"{_escaped(key)}":'
            self.node(value, indent, in_mapping=True)

    def sequence(self, elements: list[Any], indent: int) -> None:
        for number, each in enumerate(elements):
            self.line(indent) if number or not self._after_mark(indent) else None
            self.text += "- "
            self.node(each, indent)

    def _after_mark(self, indent: int) -> bool:
        """Tell whether the first entry can follow in the line, after the ``- `` or ``: `` of what is around it."""
        return self.column == indent and self.text[-2:] in {"- ", ": ", "? "}

    def scalar(self, value: Any, indent: int) -> None:
        if isinstance(value, str):
            self.string(value, indent)
        elif isinstance(value, list | dict):
            self.text += "[]" if isinstance(value, list) else "{}"
        elif value is None or isinstance(value, bool):
            self.text += {None: "null", True: "true", False: "false"}[value]
        elif math.isfinite(value):
            self.text += number_text(value)
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
        self.text += f"|{'2' if value[0] in _BREAKS + ' ' else ''}{keep}\n"
        start_of_line = True
        for each in value:
            if each in _BREAKS:
                self.text += each
            else:
                self.text += " " * indent + each if start_of_line else each
            start_of_line = each in _BREAKS
        self.text += "" if start_of_line else "\n"

    def quoted(self, value: str, indent: int) -> None:
        """Write in double quotes; a single space past the width becomes a new line."""
        self.text += '"'
        after_space = False
        for place, each in enumerate(value):
            if each == " " and not after_space and 0 < place < len(value) - 1 and self.column > _WIDTH:
                self.text += "\n" + " " * indent + ("\\" if value[place + 1] == " " else "")
            else:
                self.text += _escaped(each)
            after_space = each == " "
        self.text += '"'


def _escaped(value: str) -> str:
    return "".join(map(_escaped_character, value))


def _escaped_character(character: str) -> str:
    code = ord(character)
    if code in _ESCAPES:
        return "\\" + _ESCAPES[code]
    if _UNPRINTABLE.match(character):
        return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"  # noqa: PLR2004 - bytes
    return character
