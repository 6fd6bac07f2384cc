"""Say what is wrong in a JSON text in the words of someone who writes it by hand."""

from __future__ import annotations

import re
from typing import NamedTuple

_GOOD_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')
_PIECE = re.compile(r'"[^"\r\n]{0,30}"?|[\w.+-]+|.', re.DOTALL)
_NUMBER_LIKE = re.compile(r"[-+.]?[0-9]|[-+]\.[0-9]")
_NO_COMMENTS = "JSON has no comments; YAML and HCL have them"
_OTHER_WORDS = {
    "True": "write true",
    "False": "write false",
    "None": "write null",
    "undefined": "write null",
    **dict.fromkeys(("NaN", "Infinity", "-Infinity"), "JSON has only finite numbers; use null or a string"),
}


class Problem(NamedTuple):
    """What is wrong with the text from ``start`` to ``end``, and what to do about it."""

    message: str
    start: int
    end: int
    hint: str | None = None


def explain(text: str, at: int, expected: str) -> Problem:
    """Say why there is no ``expected`` (``"':'"``, ``"a value"``) in ``text`` at ``at``, which is no space."""
    if at == len(text):
        return Problem(f"not JSON: expected {expected}, found the end of the file", at, at)
    begins_string = "value" in expected or "key" in expected
    if begins_string and text[at] == '"' and (problem := _explain_string(text, at)):
        return problem
    if text.startswith(("//", "/*", "#"), at):
        return Problem(f"not JSON: expected {expected}, found a comment", at, at + 1, _NO_COMMENTS)
    piece = _PIECE.match(text, at)
    assert piece, "any character is a piece"
    found, end = piece[0], piece.end()
    if "value" in expected and _NUMBER_LIKE.match(found):
        hint = "as in 10, -1, 0.5 and 1e6; a text, a version say, stands in double quotes"
        return Problem(f"not JSON: {found} is not how a number is written", at, end, hint)
    return Problem(f"not JSON: expected {expected}, found {_quoted(found)}", at, end, _hint(text, at, found, expected))


def _explain_string(text: str, start: int) -> Problem | None:
    good = _GOOD_STRING.match(text, start)
    assert good, "there is a quote"
    at = good.end()
    character = text[at : at + 1]
    if character in ("", "\n", "\r"):
        hint = 'close it with "; a line end in it is written \\n'
        return Problem("not JSON: the string is not closed on its line", start, at, hint)
    if character == "\\":
        return Problem(
            f"not JSON: {_quoted(text[at : at + 2])} is no escape sequence", at, min(at + 2, len(text)),
            r"a backslash is written \\; the escapes are \" \\ \/ \b \f \n \r \t and \u with four hexadecimal digits",
        )
    if character == '"':
        return None
    written = {"\t": "\\t", "\b": "\\b", "\f": "\\f"}.get(character, f"\\u{ord(character):04x}")
    message = f"not JSON: the control character U+{ord(character):04X} in a string"
    return Problem(message, at, at + 1, f"write {written}")


def _hint(text: str, at: int, found: str, expected: str) -> str | None:
    if "value" not in expected and "key" not in expected:
        return None
    if found in ("]", "}"):
        return "remove the comma before it" if text[:at].rstrip().endswith(",") else None
    if found in _OTHER_WORDS and "value" in expected:
        return _OTHER_WORDS[found]
    if found == "'":
        return "JSON quotes with double quotes only"
    return "a text stands in double quotes" if found[0].isalpha() or found[0] == "_" else None


def _quoted(text: str) -> str:
    """Return ``text`` in quotes, fit for a message of one line."""
    return f"'{text}'" if text.isprintable() and "'" not in text else repr(text)
