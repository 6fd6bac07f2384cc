"""Say what libyaml found wrong in the words of someone who writes playbooks."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.reader import ReaderError

from runner.diagnostics import Note, Report
from runner.formats.places import Places
from runner.text import SourceFile, Span

_WANTED = {
    "key": "a key",
    "node content": "a value",
    "<document start>": "the end of the file",
    "block end": "the end of the block",
    "'-' indicator": "'- ', the next item of the list,",
}
"""What libyaml expects -> what it means."""
_RESERVED = frozenset("@`%&*!|>")
_SIGNS = frozenset({"while scanning an alias", "while scanning an anchor", "while scanning a directive"})
"""What libyaml was doing when a sign that means something to YAML stood where a text was meant."""


def report_syntax_error(error: yaml.MarkedYAMLError, file: SourceFile, report: Report) -> None:
    """Report a syntax error where a reader would look for it."""
    mark, problem, context = error.problem_mark, error.problem or "", error.context or ""
    where = _place(mark, file)
    if any(each.code == "E015" and each.span[:2] == where[:2] for each in report.diagnostics):
        return  # what follows on a line with an unquoted expression
    before = file.line(where.line)[: where.column - 1]
    at = file.line(where.line)[where.column - 1 : where.column]
    if "quoted scalar" in context and "end of stream" in problem:
        start = _place(error.context_mark, file)
        report.add("E005", "the string is never closed", start, hint="add the missing quote")
    elif at == "\t" or "tab" in problem or before.strip(" ") == "\t":
        report.add("E004", "a tab stands where YAML wants spaces", where, hint="indent with spaces")
    elif "nesting depth" in problem:  # libyaml's own limit, which newer ones reach before ours is looked at
        report.add("E011", "nested too deeply", where)
    elif "incompatible" in problem:
        report.add("E008", "this version of YAML is not known", where, hint="remove the line")
    elif at in _RESERVED or "cannot start any token" in problem or context in _SIGNS:
        _reserved(where if context not in _SIGNS else _place(error.context_mark, file), before, report)
    else:
        _other(error, where, file, report)


def _reserved(where: Span, before: str, report: Report) -> None:
    at, hint = where.text(), "quote it"
    if at == "%" and before.endswith("{"):
        at, hint = "{%", "quote an expression; for keys and items of lists there are 'when', 'loop' and 'matrix'"
    report.add("E007", f"a value cannot begin with {at!r}", where, hint=hint)


def _other(error: yaml.MarkedYAMLError, where: Span, file: SourceFile, report: Report) -> None:
    problem = error.problem or ""
    if "mapping values are not allowed" in problem:
        report.add(
            "E006", "a ':' is not expected here", where,
            hint="quote a text that holds ': '; or mend the indentation of this line",
        )
    elif "escape" in problem or "hexdecimal" in problem:
        hint = "write a backslash as two, or use single quotes, in which it stands for itself"
        report.add("E008", "a backslash begins an escape here, and this is none", where, hint=hint)
    elif "expected" in problem:
        _expected(error, where, file, report)
    else:
        report.add("E008", f"not YAML: {problem}", where)


def _expected(error: yaml.MarkedYAMLError, where: Span, file: SourceFile, report: Report) -> None:
    problem, context = error.problem or "", error.context or ""
    begin = _place(error.context_mark, file)
    if context == "while scanning a simple key" and begin.line < where.line:
        line = Span(file, begin.line, begin.column, begin.line, len(file.line(begin.line).rstrip()) + 1)
        report.add("E009", "not YAML: this is no key, for no ':' follows", line, hint="a key is followed by ': '")
        return
    if "<document start>" in problem and any(file.line(number) == "..." for number in range(1, where.line)):
        report.add("E014", "a second document begins here", where, hint="a file holds one document")
        return
    wanted = problem.partition(" expected ")[2]
    notes = []
    if "flow" in context and begin != where:
        notes.append(Note("the bracket is opened here", begin))
    hint = _hint(context, where, file)
    report.add("E009", f"not YAML: {_WANTED.get(wanted, wanted)} is expected here", where, hint=hint, notes=notes)


def _hint(context: str, where: Span, file: SourceFile) -> str:
    """Return what helps most often with what stands at ``where``."""
    line = file.line(where.line)
    before, at = line[: where.column - 1].rstrip(), line[where.column - 1 : where.column]
    if before[-1:] in ("'", '"'):
        return "text goes on after a closing quote; quote the whole value"
    if "flow" in context:
        return "a closing bracket or a comma is missing"
    if at in ("]", "}"):
        return "there is one closing bracket too many"
    if ": {{" in line or line.lstrip().startswith("{{"):
        return 'an expression at the start of a value is quoted: "{{ ... }}"'
    if line.lstrip().startswith("- "):
        return "an item of a list stands among the keys of a mapping; mend the indentation"
    return "check the indentation of this line and of the lines above it"


def report_unreadable_character(error: ReaderError, file: SourceFile, report: Report) -> None:
    """Report a character that YAML does not allow at all."""
    number = error.character if isinstance(error.character, int) else ord(error.character)
    index = max(file.text.find(chr(number)), 0)
    escape = f"\\x{number:02x}" if number <= 0xFF else f"\\u{number:04x}"  # noqa: PLR2004 - what two digits hold
    report.add(
        "E003", f"the character U+{number:04X} is not allowed in YAML", Places(file).on_one_line(index, index + 1),
        hint=f'write it as an escape in double quotes: "{escape}"',
    )


def report_half_character(error: UnicodeEncodeError, file: SourceFile, report: Report) -> None:
    """Report half of a surrogate pair, which no encoded file can hold."""
    span = Places(file).span(error.start, error.end)
    report.add("E003", f"U+{ord(file.text[error.start]):04X} is half a character: no text can hold it", span)


def _place(mark: Any, file: SourceFile) -> Span:
    """Return where ``mark`` is; an error at the very end of the text points at the end of what there is."""
    if mark is None:
        return file.start()
    written = len(file.text.rstrip())
    index = min(mark.index, written)
    return Places(file).on_one_line(index, index + 1)
