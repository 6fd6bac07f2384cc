"""The pieces of YAML that hold free text - scalars and comments - in canonical form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

INDENT = 2
BLANK = " \t"

_DOCUMENT_MARKER = re.compile(r"(?:---|\.\.\.)(?:\s|$)")
_NEEDS_SINGLE_QUOTES = re.compile(r'[\\"\t]')
_COMMENT_TO_THE_LETTER = re.compile(r"#(?:$|[ \t!#]|([-=*~_+/.^%|:])\1)")
_HEAD_TO_THE_LETTER = re.compile(r"#(?:cloud-|include\b|part-handler|jinja2:|yaml-language-server)")


@dataclass(frozen=True, slots=True)
class BlockScalar:
    """A ``|`` or ``>`` scalar taken apart.

    ``header`` is its indicators, ``rest`` what follows them on their line, ``lines`` the indented text; ``length``
    counts the characters that were used: up to the last line, or just the indicators where there is none.
    """

    header: str
    rest: str
    lines: tuple[str, ...]
    length: int


def block_scalar(raw: str, old_parent: int, new_parent: int) -> BlockScalar:
    """Indent a block scalar anew.

    ``raw`` is its text from the indicator to the end of the blank lines after it; those that are no part of the value
    are left over. ``old_parent`` and ``new_parent`` are the columns of the collection it stands in (0: in none).
    """
    first, *rows = raw.split("\n")
    header = first.partition("#")[0].rstrip(BLANK)
    rest = first[len(header) :]
    explicit = re.search("[0-9]", header)
    old = old_parent + int(explicit[0]) if explicit else _indentation(rows)
    pad = " " * (new_parent + (int(explicit[0]) if explicit else INDENT))
    texts = [row[old:] for row in rows]
    if texts and texts[-1]:  # the end of the file stands where its line break would be
        header = header if "-" in header else f"{header.replace('+', '')}-"
        count = len(texts)
    elif "+" in header:
        count = max(len(texts) - 1, 0)
    else:
        count = max((number for number, text in enumerate(texts, 1) if text), default=0)
    lines = tuple(pad + text if text else "" for text in texts[:count])
    length = len(first) + sum(len(row) + 1 for row in rows[:count]) if count else len(first) - len(rest)
    return BlockScalar(header, rest, lines, length)


def _indentation(rows: Sequence[str]) -> int:
    """Return how far a block scalar without an indentation indicator is indented: as its first line with text."""
    indents = [len(row) - len(row.lstrip(" ")) for row in rows]
    return next((indent for indent, row in zip(indents, rows, strict=True) if row[indent:]), max(indents, default=0))


def flow_scalar(raw: str, shift: int, least: int) -> tuple[str, ...]:
    """Return the lines of a plain or quoted scalar.

    Those after the first move as far as the scalar does (``shift`` columns), so that what is aligned stays aligned,
    but not further out than to column ``least``.
    """
    first, *rows = raw.split("\n")
    if not rows:
        return (_double_quoted(raw),)
    escapes = first.startswith('"')
    lines = [_without_end_blanks(first, escapes=escapes)]
    for number, row in enumerate(rows, 1):
        text = row.lstrip(BLANK) if number == len(rows) else _without_end_blanks(row, escapes=escapes).lstrip(BLANK)
        column = max(len(row) - len(row.lstrip(BLANK)) + shift, least)
        if column == 0 and _DOCUMENT_MARKER.match(text):
            column = INDENT
        lines.append(" " * column + text if text else "")
    return tuple(_double_quoted("\n".join(lines)).split("\n"))


def _without_end_blanks(row: str, *, escapes: bool) -> str:
    """Strip a line of a scalar that goes on, but not the blank that a backslash makes part of the text."""
    bare = row.rstrip(BLANK)
    escaped = escapes and (len(bare) - len(bare.rstrip("\\"))) % 2
    return row[: len(bare) + escaped]


def _double_quoted(raw: str) -> str:
    if not raw.startswith("'") or _NEEDS_SINGLE_QUOTES.search(raw):
        return raw
    return '"' + raw[1:-1].replace("''", "'") + '"'


def comment_text(text: str, *, head: bool = False) -> str:
    """Return a comment with a space after its ``#``, where it should have one; ``head``: nothing stands before it."""
    text = text.rstrip(BLANK)
    if _COMMENT_TO_THE_LETTER.match(text) or (head and _HEAD_TO_THE_LETTER.match(text)):
        return text
    return f"# {text[1:]}"


def comment_texts(texts: Sequence[str], *, head: bool) -> list[str]:
    """Tidy the comment lines of one place together.

    Under a line that gets its space, the lines that are indented deeper (a commented-out block) get one as well.
    """
    tidied: list[str] = []
    shifted = opens = False
    for text in texts:
        tidy = comment_text(text, head=head)
        inner = text[1:].lstrip(BLANK)
        depth = len(text) - 1 - len(inner)
        if tidy != text.rstrip(BLANK):
            shifted = True
        elif shifted and inner and (depth > 1 or (depth == 1 and opens)):
            tidy = f"# {text[1:].rstrip(BLANK)}"
        elif inner:
            shifted = False
        opens = inner.rstrip(BLANK).endswith(":")
        tidied.append(tidy)
    return tidied
