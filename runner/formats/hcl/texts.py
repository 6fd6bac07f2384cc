"""Texts and templates as HCL writes them, in quotes and as heredocs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count, pairwise

from runner.formats.hcl.tree import Expression, For, If, Lit, Part, Template

_PLAIN = re.compile(r"[ !#-\[\]-~]*")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t", '"': r"\"", "\\": r"\\"}
_OPENER = re.compile(r"([$%])\{")
_BEFORE_ESCAPED = re.compile(r"([$%])(?=\1\1\{)")

Inline = Callable[[Expression], str]
"""Writes an expression on one line."""


def quoted(text: Lit | Template, inline: Inline) -> str:
    """Return a text or template in double quotes."""
    written = []
    for (kind, code), (following, _) in pairwise((*_pieces(_parts(text), inline), ("", ""))):
        if kind:
            written.append(f"{kind}{{{code}}}")
        else:
            escaped = _escaped(code)
            written.append(_plain(escaped, following, _unicode))
    return f'"{"".join(written)}"'


def label(text: str) -> str:
    """Return a text in double quotes that has no inserts."""
    return f'"{_plain(_escaped(text), "", _unicode)}"'


def heredoc(text: Lit | Template, inline: Inline) -> tuple[str, tuple[str, ...], str] | None:
    """Return the introducer, the lines and the marker of a heredoc; nothing for a text that cannot be one.

    A directive where a line begins gets the line for itself.
    """
    pieces = list(_pieces(_parts(text), inline))
    written = ""
    for (kind, code), (following, _) in pairwise((*pieces, ("", ""))):
        if not kind:
            written += _plain(code, following, lambda sign: f'${{"{sign}"}}')
        elif kind == "%" and (not written or written.endswith("\n")):
            written += f"%{{{code}~}}\n"
        else:
            written += f"{kind}{{{code}}}"
    ends = not written or written.endswith("\n")
    if "\r" in written or (not ends and not pieces[-1][0]):
        return None
    lines = (written if ends else f"{written[:-1]}~}}\n").split("\n")[:-1]
    taken = {line.strip() for line in lines}
    marker = next(name for number in count(1) if (name := f"EOT{number if number > 1 else ''}") not in taken)
    indentations = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    indents = ends and 0 in indentations and all(kind != "%" for kind, _ in pieces)
    return "<<-" if indents else "<<", tuple(lines), marker


def _parts(text: Lit | Template) -> tuple[Part, ...]:
    return (text,) if isinstance(text, Lit) else text.parts


def _pieces(parts: tuple[Part, ...], inline: Inline) -> Iterator[tuple[str, str]]:
    """Yield texts, with nothing before them, and what stands in inserts, with the sign that begins them."""
    for part in parts:
        if isinstance(part, Lit) and isinstance(part.value, str):
            if part.value:
                yield "", part.value
        elif isinstance(part, If):
            yield "%", f"if {inline(part.condition)}"
            yield from _pieces(part.then, inline)
            if part.other:
                yield "%", "else"
                yield from _pieces(part.other, inline)
            yield "%", "endif"
        elif isinstance(part, For):
            names = f"{part.key}, {part.name}" if part.key else part.name
            yield "%", f"for {names} in {inline(part.over)}"
            yield from _pieces(part.body, inline)
            yield "%", "endfor"
        else:
            yield "$", inline(part)


def _plain(text: str, following: str, write: Callable[[str], str]) -> str:
    """Return a text in which nothing begins an insert; ``write`` is for a sign that would, before what follows."""
    text = _BEFORE_ESCAPED.sub(lambda found: write(found[1]), _OPENER.sub(r"\1\1{", text))
    return text[:-1] + write(following) if following and text.endswith(following) else text


def _escaped(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return "".join(_SHORT.get(each) or (each if each.isprintable() else _unicode(each)) for each in text)


def _unicode(character: str) -> str:
    return f"\\u{ord(character):04x}" if character < "\U00010000" else f"\\U{ord(character):08x}"
