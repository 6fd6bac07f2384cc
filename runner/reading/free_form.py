"""Options written as one text: ``apt: name=curl state=present`` and ``command: make creates=/bin/x``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runner.diagnostics import Note, Report
from runner.expand.place import expressions
from runner.text import Key, Node, Span

_WORD = re.compile(
    r"""(?: "(?:\\.|[^"\\])*" | '[^']*'  # what is quoted is one piece, blanks and all
          | \\. | [^\s] )+""",
    re.VERBOSE | re.DOTALL,
)
_PAIR = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)=(.*)", re.DOTALL)


def split_options(node: Node, known: frozenset[str], free_form: str | None, report: Report) -> Node | None:
    """Return the mapping that a text of ``key=value`` words stands for; nothing when it is none.

    With ``free_form`` (the option that the bare text is, such as ``cmd``) only words whose key is in ``known`` are
    options, as in Ansible; the rest, as it stands, is the text. Without it every word has to be a pair.
    """
    assert isinstance(node.value, str)
    text = node.value
    entries: dict[Key, Node] = {}
    if free_form is not None and "=" not in text and text.strip():  # a bare text, as nearly all are
        return Node({free_form: Node(text.strip(), node.span, node.span)}, node.span, node.key_span)
    rest: list[str] = []
    end = 0
    sound = True
    for start, word in _words(text):
        pair = _PAIR.fullmatch(word)
        place = _place(node, start, len(word))
        if pair and (free_form is None or pair[1] in known):
            if pair[1] in entries:
                notes = [Note("first set here", entries[pair[1]].place)]
                report.add("E016", f"{pair[1]!r} is set twice", place, notes=notes)
            entries[pair[1]] = Node(_unquoted(pair[2]), place, place)
        elif free_form is None:
            sound = False
            report.add("E123", f"{word!r} is not of the form key=value", place, hint="write the options as a mapping")
        else:
            rest.append(text[end:start] + word if rest else word)
        end = start + len(word)
    if free_form is not None and rest:
        entries[free_form] = Node("".join(rest).strip() if entries else text.strip(), node.span, node.span)
    return Node(entries, node.span, node.key_span) if sound else None


def _words(text: str) -> Iterator[tuple[int, str]]:
    pieces: list[str] = []
    end = 0
    for start, part in expressions(text):  # an expression is one piece, blanks and quotes and all
        pieces += (text[end:start], "x" * len(part))
        end = start + len(part)
    for match in _WORD.finditer("".join((*pieces, text[end:]))):
        yield match.start(), text[match.start() : match.end()]


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text


def _place(node: Node, start: int, length: int) -> Span:
    """Return the place of a word of an unquoted text on one line; of the whole text otherwise."""
    span = node.span
    assert isinstance(node.value, str)
    if span.line != span.end_line or span.end_column - span.column != len(node.value):
        return span
    return Span(span.file, span.line, span.column + start, span.line, span.column + start + length)
