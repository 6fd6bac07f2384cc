"""Canonical YAML: one layout for every playbook, and nothing lost.

The text is laid out anew around its own tokens; it is never loaded and dumped. What changes:

- Two spaces a level. The items of a list stand two spaces inside the key they belong to; the outermost list or
  mapping of a document starts in the first column.
- One space after ``-``, ``?``, ``:``, ``,`` and a tag or anchor. ``[a, b]`` and ``{a: 1}`` without padding. No space
  before ``:`` and ``,``, save where YAML needs it (``*alias : value``). Tabs between tokens count as spaces.
- A bracket that is closed on a later line: what follows is level with what stands beside the bracket; where nothing
  does, two spaces further in than the line the bracket is on, and a closing bracket is level with that line.
- Plain and quoted scalars keep their lines. The further ones move with the first, so that what is aligned stays
  aligned, and are indented by two spaces at least (by none where the scalar starts its line).
- ``'single'`` quotes become ``"double"`` where the text between them has no backslash, double quote or tab.
- ``|`` and ``>`` scalars keep header and text, and move with their parent. One that the end of the file cuts off
  before its last line break becomes ``|-`` or ``>-``: that says the same, and the file can end in a line break.
- Comments keep their lines. Two spaces stand before one at the end of a line; those that stood in one column on
  neighbouring lines stay in one column. A comment on a line of its own is indented with what follows; or, where it
  stood further in than that, with the list or mapping that ends there, or with the value that a key lacks.
- One space after ``#``; a commented-out block keeps its inner indentation. ``#!``, ``##``, rulers such as ``#---``
  and, at the head of a file, ``#cloud-config`` and its like stay to the letter.
- Blank lines: at most two together, none at the start and the end of the file, none removed elsewhere.
- No blanks at the end of a line (save in a ``|`` or ``>`` text), line feeds as line ends, one at the end of the file,
  no byte order mark.

Everything else stays as it is written: quotes, or none; flow or block; line breaks; numbers, tags, anchors, document
markers. The layout is the one that Ansible's documentation shows and yamllint's default rules ask for; only a closing
bracket in a list is level with the text of its item, not with the dash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from runner.formats.yaml.layout import lay_out

_BYTE_ORDER_MARK = "\ufeff"
_LINE_END = re.compile("\r\n?|\x85")
_NOT_MEANING = {"start_mark", "end_mark", "style"}


class CannotFormat(ValueError):  # noqa: N818 - it reads as what it says
    """The text has no canonical form: as a rule it is not YAML.

    ``message`` says why; ``line`` and ``column`` say where, counted from one.
    """

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"{line}:{column}: {message}")
        self.message = message
        self.line = line
        self.column = column


def format_yaml(text: str) -> str:
    """Return ``text`` in canonical form; the description of this module says what that is.

    A canonical text comes back unchanged. Raises ``CannotFormat`` when ``text`` is not YAML as libyaml reads it.
    The result is always read again; should it not say the same, event by event, that is a ``CannotFormat`` too
    (an indented ``--- x``, for one, is a text that would become a document marker).
    """
    source = _LINE_END.sub("\n", text.removeprefix(_BYTE_ORDER_MARK))
    meaning = _events(source)
    formatted = "".join(f"{line}\n" for line in lay_out(source))
    try:
        again = _events(formatted)
    except CannotFormat as error:
        raise CannotFormat(f"the canonical form would not be YAML: {error}", 1, 1) from error
    for before, after in zip_longest(meaning, again):
        if before is None or after is None or before.says != after.says:
            place = before or meaning[-1]
            raise CannotFormat("the canonical form would say something else from here on", place.line, place.column)
    return formatted


@dataclass(frozen=True, slots=True)
class _Event:
    """One statement of a text (a scalar, the start of a list, ...) and where it stands."""

    line: int
    column: int
    says: tuple[object, ...]


def _events(text: str) -> list[_Event]:
    import yaml

    try:
        return [_event(event) for event in yaml.parse(text, Loader=yaml.CSafeLoader)]
    except yaml.MarkedYAMLError as error:
        message = ", ".join(part for part in (error.context, error.problem) if part)
        mark = error.problem_mark or error.context_mark
        raise CannotFormat(message, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1) from error
    except yaml.reader.ReaderError as error:
        before = text.encode()[: error.position].decode()
        raise _unreadable(before, text[len(before)]) from error
    except UnicodeEncodeError as error:
        raise _unreadable(text[: error.start], text[error.start]) from error


def _event(event: Any) -> _Event:
    mark = event.start_mark
    says = (type(event), *(value for name, value in vars(event).items() if name not in _NOT_MEANING))
    return _Event(mark.line + 1, mark.column + 1, says)


def _unreadable(before: str, character: str) -> CannotFormat:
    message = f"character U+{ord(character):04X} is not allowed in YAML; in double quotes it can be escaped"
    return CannotFormat(message, before.count("\n") + 1, len(before) - before.rfind("\n"))
