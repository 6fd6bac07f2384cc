"""Diagnostics as a SARIF log, which code scanning services and editors read.

The format is "Static Analysis Results Interchange Format Version 2.1.0" of OASIS.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from runner import __version__
from runner.diagnostics.catalogue import CATALOGUE
from runner.diagnostics.diagnostic import Diagnostic, Note
from runner.text import Span

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(diagnostics: Sequence[Diagnostic]) -> dict[str, Any]:
    """Return the log of one run as JSON data. Its rules are the catalogue's entries of the codes that occur."""
    codes = sorted({each.code for each in diagnostics})
    driver = {"name": "ingot", "version": __version__, "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, codes.index(each.code)) for each in diagnostics],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> dict[str, Any]:
    entry = CATALOGUE.get(code)
    if entry is None:  # a plugin's own code
        return {"id": code}
    example = "" if entry.good is None else f"\n\n{entry.good}"
    return {
        "id": code,
        "shortDescription": _message(entry.title),
        "fullDescription": _message(entry.explanation),
        "help": _message(entry.explanation + example),
    }


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, Any]:
    remarks = [note.message for note in diagnostic.notes if note.span is None]
    hints = [] if diagnostic.hint is None else [f"hint: {diagnostic.hint}"]
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": diagnostic.severity,
        "message": _message("\n".join((diagnostic.message, *remarks, *hints))),
        "locations": [{"physicalLocation": _location(diagnostic.span)}],
    }
    elsewhere = [_related(note, note.span) for note in diagnostic.notes if note.span]
    return result | {"relatedLocations": elsewhere} if elsewhere else result


def _related(note: Note, span: Span) -> dict[str, Any]:
    return {"physicalLocation": _location(span), "message": _message(note.message)}


def _message(text: str) -> dict[str, str]:
    """Return a text as SARIF writes it: braces are doubled, because single ones stand for arguments."""
    return {"text": text.replace("{", "{{").replace("}", "}}")}


def _location(span: Span) -> dict[str, Any]:
    names = ("startLine", "startColumn", "endLine", "endColumn")
    region = {name: max(number, 1) for name, number in zip(names, span[1:], strict=True)}
    return {"artifactLocation": {"uri": _uri(span.file.path)}, "region": region}


def _uri(path: str) -> str:
    """Return a path as a URI reference; a relative one stays relative."""
    pure = PurePath(path)
    try:
        return pure.as_uri() if pure.is_absolute() else quote(pure.as_posix(), errors="surrogateescape")
    except UnicodeEncodeError:  # half a character, which no name of a file holds, but a made-up one may
        return quote(pure.as_posix(), errors="replace")
