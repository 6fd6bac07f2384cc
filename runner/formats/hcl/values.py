"""What the literals of HCL mean: numbers, strings and heredocs."""

from __future__ import annotations

import re
from math import isinf

from runner.formats.hcl.lexer import Template

MAX_DIGITS = 4300
"""How many digits a whole number may have: Python prints no more."""

_IN_STRING = re.compile(r"\\(?:u(.{4})|U(.{8})|(.))|([$%])\4\{")
_IN_HEREDOC = re.compile(r"([$%])\1\{")
_SHORT = {"n": "\n", "r": "\r", "t": "\t"}


def number(text: str) -> int | float | None:
    """Return the value of a number literal: an ``int`` when it is whole (``1e3``, ``2.0``), however large.

    Nothing when it has more digits than can be printed, or is too large for a ``float``.
    """
    if text.isdigit():
        return int(text) if len(text) <= MAX_DIGITS else None
    from decimal import Decimal, InvalidOperation

    try:
        exact = Decimal(text)
    except InvalidOperation:
        return None
    if exact.adjusted() >= MAX_DIGITS:
        return 0 if not exact else None
    if exact == exact.to_integral_value():
        return int(exact)
    value = float(exact)
    return None if isinf(value) else value


def decimal_text(text: str) -> str:
    """Return a number literal in its shortest form without an exponent, as it reads as a key."""
    value = number(text)
    if isinstance(value, float):
        from decimal import Decimal

        return f"{Decimal(text).normalize():f}"
    return str(value)


def template_text(text: str, template: Template) -> str:
    """Return what a string or heredoc of the source ``text`` means; it has no inserts.

    Quoted strings have escapes; heredocs only ``$${`` and ``%%{``, and those with ``<<-`` lose the indentation
    that all their lines share, lines of nothing but blanks left alone.
    """
    written = "".join(text[piece.start : piece.end] for piece in template.pieces)
    if not template.introducer:
        return string_text(written)
    return heredoc_text(_outdented(written) if template.introducer == "<<-" else written)


def string_text(written: str) -> str:
    """Return what a text in quotes means."""
    return _IN_STRING.sub(_character, written) if "\\" in written or "{" in written else written


def heredoc_text(written: str) -> str:
    """Return what a text in a heredoc means, but for its indentation."""
    return _IN_HEREDOC.sub(r"\1{", written)


def _character(escape: re.Match[str]) -> str:
    code4, code8, short, doubled = escape.groups()
    if doubled:
        return f"{doubled}{{"
    return _SHORT.get(short, short) if short else chr(int(code4 or code8, 16))


def _outdented(text: str) -> str:
    lines = text.split("\n")
    indentation = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[indentation:] if line.strip() else line for line in lines)
