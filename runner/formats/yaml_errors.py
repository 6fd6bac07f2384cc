"""Say what libyaml found wrong in the words of someone who writes playbooks."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.reader import ReaderError

from runner.diagnostics import Report
from runner.formats.places import Places
from runner.text import SourceFile, Span


def report_syntax_error(error: yaml.MarkedYAMLError, file: SourceFile, report: Report) -> None:
    """Report a syntax error where a reader would look for it."""
    mark, problem, context = error.problem_mark, error.problem or "", error.context or ""
    where = _place(mark, file)
    before = file.line(where.line)[: where.column - 1]
    at = file.line(where.line)[where.column - 1 : where.column]
    if "quoted scalar" in context and "end of stream" in problem:
        start = _place(error.context_mark, file)
        report.add("E005", "the string is never closed", start, hint="add the missing quote")
    elif at == "\t" or "tab" in problem or before.strip(" ") == "\t":
        report.add("E004", "a tab stands where YAML wants spaces", where, hint="indent with spaces")
    elif "mapping values are not allowed" in problem:
        report.add(
            "E006", "a ':' is not expected here", where,
            hint="quote a text that holds ': '; or mend the indentation of this line",
        )
    elif "incompatible" in problem:
        report.add("E008", "this version of YAML is not known", where, hint="remove the line")
    elif at in ("@", "`", "%", "&", "*", "!", "|", ">") or "cannot start any token" in problem:
        report.add("E007", f"a value cannot begin with {at!r}", where, hint="quote it")
    elif "did not find expected" in problem or "could not find expected" in problem:
        _expected(problem, context, where, report)
    elif "undefined alias" in problem or "anchor" in problem:
        report.add("E010", f"not YAML: {problem}", where)
    else:
        report.add("E008", f"not YAML: {problem}", where)


def _expected(problem: str, context: str, where: Span, report: Report) -> None:
    wanted = problem.replace("did not find expected ", "").replace("could not find expected ", "")
    wanted = wanted.replace("<document start>", "the end of the document").replace("block end", "the end of the block")
    hint = "check the indentation of this line and of the lines above it"
    text = where.file.line(where.line).lstrip()
    if "flow" in context:
        hint = "a closing bracket or a comma is missing"
    elif text.startswith(("{{", "{%")) or ": {{" in text:
        hint = 'an expression at the start of a value is quoted: "{{ ... }}"'
    elif '": ' not in text and ('" ' in text or "' " in text):
        hint = "text goes on after a closing quote; quote the whole value"
    elif wanted == "':'":
        hint = "a key is followed by ': '"
    report.add("E009", f"not YAML: {wanted} is expected here", where, hint=hint)


def report_unreadable_character(error: ReaderError, file: SourceFile, report: Report) -> None:
    """Report a character that YAML does not allow at all."""
    number = error.character if isinstance(error.character, int) else ord(error.character)
    index = max(file.text.find(chr(number)), 0)
    report.add(
        "E003", f"the character U+{number:04X} is not allowed in YAML", Places(file).on_one_line(index, index + 1),
        hint='write it as an escape in double quotes: "\\x00"',
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
