"""Write diagnostics down: for people, for editors, for code scanning, for GitHub's annotations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from runner.diagnostics.diagnostic import Diagnostic, Note, Severity
from runner.diagnostics.excerpt import excerpt, visible
from runner.text import Span

Format = Literal["text", "json", "sarif", "github"]
_Paint = Callable[[str, str], str]

_RESET = "\x1b[0m"
_COLORS: Mapping[str, str] = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "message": "\x1b[1m",
    "gutter": "\x1b[34m",
    "note": "\x1b[36m",
    "hint": "\x1b[32m",
}


def render(diagnostics: Sequence[Diagnostic], format: Format, *, color: bool = False) -> str:  # noqa: A002 - what users call it: --format
    """Return ``diagnostics`` in one of the formats; a text that is not empty ends with a line end.

    ``text`` is for people: the place, the message, the source line with the place marked, notes and the hint.
    ``json`` is an array of objects, ``sarif`` a SARIF 2.1.0 log, ``github`` GitHub's workflow commands.
    Lines and columns count from one; columns count characters, and an end is one past the last one.
    ``color`` adds terminal colours to ``text``; the other formats have none.
    """
    match format:
        case "text":
            paint = _paint if color else _plain
            return "".join(f"{line}\n" for each in diagnostics for line in _lines(each, paint))
        case "json":
            return json.dumps([_record(each) for each in diagnostics], indent=2) + "\n"
        case "sarif":
            from runner.diagnostics.sarif import sarif

            return json.dumps(sarif(diagnostics), indent=2) + "\n"
        case "github":
            from runner.diagnostics.github import command

            return "".join(f"{command(each)}\n" for each in diagnostics)


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """Return how much was found, such as ``2 errors, 1 warning``; nothing for nothing."""
    counts = [
        (sum(each.severity == severity for each in diagnostics), severity) for severity in ("error", "warning")
    ]
    return ", ".join(f"{count} {word}{'s' if count > 1 else ''}" for count, word in counts if count)


def _lines(diagnostic: Diagnostic, paint: _Paint) -> Iterator[str]:
    """Yield the lines of a diagnostic for people."""
    numbers = [span.line for span in (diagnostic.span, *(note.span for note in diagnostic.notes)) if span]
    gutter = len(str(max(numbers)))
    severity = paint(diagnostic.severity, f"{diagnostic.severity}[{diagnostic.code}]")
    message, *more = visible(diagnostic.message).split("\n")
    place = visible(str(diagnostic.span)).replace("\n", " ")
    yield f"{place}: {severity}: {paint('message', message)}"
    yield from (f"  {line}".rstrip() for line in more)
    yield from _excerpt(diagnostic.span, gutter, diagnostic.severity, paint)
    for note in diagnostic.notes:
        yield from _note(note, gutter, paint)
    if diagnostic.hint is not None:
        yield from _remark("hint", diagnostic.hint, gutter, paint)


def _excerpt(span: Span, gutter: int, severity: Severity, paint: _Paint) -> Iterator[str]:
    found = excerpt(span)
    if found is None:
        return
    bar = paint("gutter", f"{'':{gutter}} |")
    yield bar
    yield f"{paint('gutter', f'{span.line:{gutter}} |')} {found.text}".rstrip()
    yield f"{bar} {' ' * found.start}{paint(severity, '^' * found.width)}"


def _note(note: Note, gutter: int, paint: _Paint) -> Iterator[str]:
    place = f" ({note.span})" if note.span else ""
    yield from _remark("note", f"{note.message}{place}", gutter, paint)
    found = excerpt(note.span) if note.span else None
    if note.span and found:
        yield f"{paint('gutter', f'{note.span.line:{gutter}} |')} {found.text}".rstrip()


def _remark(word: str, text: str, gutter: int, paint: _Paint) -> Iterator[str]:
    """Yield a note or a hint; its further lines stand below the first word of the text."""
    lead = f"{'':{gutter}} = {word}: "
    first, *more = visible(text).split("\n")
    yield f"{'':{gutter}} {paint('gutter', '=')} {paint(word, f'{word}:')} {first}"
    for line in more:
        yield f"{'':{len(lead)}}{line}"


def _paint(role: str, text: str) -> str:
    return f"{_COLORS[role]}{text}{_RESET}"


def _plain(role: str, text: str) -> str:  # noqa: ARG001 - stands in for _paint
    return text


def _record(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        **_place(diagnostic.span),
        "hint": diagnostic.hint,
        "notes": [{"message": note.message, **_place(note.span)} for note in diagnostic.notes],
    }


def _place(span: Span | None) -> dict[str, str | int | None]:
    if span is None:
        return dict.fromkeys(("path", "line", "column", "end_line", "end_column"))
    file, line, column, end_line, end_column = span
    return {"path": file.path, "line": line, "column": column, "end_line": end_line, "end_column": end_column}
