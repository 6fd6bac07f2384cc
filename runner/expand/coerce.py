"""Make a value fit a variable's type and rules, with Cerberus where there is something to check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from runner.diagnostics import Note, Report
from runner.expand.rules import read_boolean
from runner.formats import documents
from runner.model.playbook import Variable
from runner.text import Node, SourceFile, Span

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "list": (list,),
    "map": (dict,),
    "object": (dict,),
}
_CERBERUS = {**{name: name for name in ("string", "number", "boolean", "list")}, "map": "dict", "object": "dict"}
_WORDS = {
    "string": "a text", "number": "a number", "boolean": "true or false", "list": "a list", "map": "a mapping",
    "object": "a mapping",
}


def coerced(
    variable: Variable, node: Node, value: Any, report: Report, *, note: Note, literal: bool
) -> tuple[Any] | None:
    """Return the value as the variable's type wants it (in a tuple, for it may be null); report why it does not fit.

    ``literal`` values are texts from the command line or the environment, read by the type.
    """
    kind = variable.type or _type_of(variable.default)
    if kind == "bool":
        kind = "boolean"
    if "(" in kind:
        return _typed(variable, node, value, report, note=note, literal=literal)
    notes = () if node is variable.default else (note,)
    if literal:
        found = _read_literal(str(value), kind)
        if found is None:
            _report_misfit(variable, node._replace(raw=None), str(value), kind, report, notes)
            return None
        value = found[0]
    elif kind != "any":
        found = _fitted(node, value, kind)
        if found is None:
            _report_misfit(variable, node, value, kind, report, notes)
            return None
        value = found[0]
    if variable.rules is None:
        return (value,)
    return _by_rules(variable, kind, node, value, report, notes)


def _typed(
    variable: Variable, node: Node, value: Any, report: Report, *, note: Note, literal: bool
) -> tuple[Any] | None:
    """Return a value as a type such as ``list(string)`` wants it."""
    from runner.expand.functions.error import Refused
    from runner.expand.functions.types import convert
    from runner.expand.functions.typespec import parse_type

    assert variable.type is not None
    try:
        wanted = parse_type(variable.type)
    except Refused as refused:
        report.add("E310", f"the type of {variable.name!r}: {refused.reason}", variable.place)
        return None
    kind = {"set": "list", "tuple": "list"}.get(wanted.name, wanted.name)
    read = _read_literal(value, kind) if literal else (value,)
    try:
        found = convert(read[0] if read else value, wanted)
    except Refused as refused:
        reason = "" if variable.sensitive else f": {refused.reason}"
        notes = () if node is variable.default else (note,)
        place = shown_place(variable, node.span)
        report.add("E305", f"the value of {variable.name!r} is no {wanted}{reason}", place, notes=notes)
        return None
    if variable.rules is None:
        return (found,)
    return _by_rules(variable, kind, node, found, report, () if node is variable.default else (note,))


def _type_of(default: Node | None) -> str:
    """Return the type that follows from a default."""
    value = default.value if default else None
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, tuple):
        return "list"
    return "map" if isinstance(value, dict) else "any"


def _read_literal(text: str, kind: str) -> tuple[Any] | None:
    """Read a text given from outside by the type wanted: numbers and booleans by their looks, the rest as YAML."""
    match kind:
        case "string" | "any":
            return (text,)
        case "number":
            return _number(text)
        case "boolean":
            return read_boolean(text)
    report = Report()
    node = documents.parse(SourceFile("value", text), report)
    value = node.plain() if node and not report.failed else None
    if isinstance(value, _TYPES[kind]):
        return (value,)
    if kind == "list" and text and not report.failed and not isinstance(value, dict):
        return ([part.strip() for part in text.split(",")],)
    return None


def _fitted(node: Node, value: Any, kind: str) -> tuple[Any] | None:
    """Return a value of the wanted type when nothing is lost by making it one."""
    if value is None:
        return (None,)
    match kind:
        case "string":
            if isinstance(value, str):
                return (value,)
            same = not isinstance(value, list | dict | bool) and (node.raw is None or str(value) == node.raw)
            return (node.raw or str(value),) if same else None
        case "number":
            return None if isinstance(value, bool) else _number(value)
        case "boolean":
            return (value,) if isinstance(value, bool) else read_boolean(str(value))
    return (value,) if isinstance(value, _TYPES[kind]) else None


def _number(value: Any) -> tuple[Any] | None:
    if not isinstance(value, str):
        return (value,) if isinstance(value, int | float) and isfinite(value) else None
    for read in (int, float):
        try:
            number = read(value.strip())
        except ValueError:
            continue
        return (number,) if isfinite(number) else None
    return None


def _report_misfit(
    variable: Variable, node: Node, value: Any, kind: str, report: Report, notes: tuple[Note, ...]
) -> None:
    place = shown_place(variable, node.span)
    if variable.sensitive:
        report.add("E305", f"the value of {variable.name!r} is not {_WORDS[kind]}", place, notes=notes)
    elif kind == "string" and node.raw is not None:
        meaning = f"the boolean {str(value).lower()}" if isinstance(value, bool) else f"the number {value}"
        report.add(
            "E110", f"unquoted, {node.raw} is {meaning} in YAML, and a text is wanted", place,
            hint=f'quote it: "{node.raw}"', notes=notes,
        )
    else:
        shown = "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(value)
        report.add("E305", f"{shown} is not {_WORDS[kind]}", place, notes=notes)


def _by_rules(
    variable: Variable, kind: str, node: Node, value: Any, report: Report, notes: tuple[Note, ...]
) -> tuple[Any] | None:
    from runner.expand.rule_check import mistakes_in_rules
    from runner.expand.rule_words import within
    from runner.expand.rules import apply_rules

    assert variable.rules is not None
    mistakes = list(mistakes_in_rules(variable.rules))
    if mistakes:
        report.extend(mistakes)
        return None
    typed = {"type": _CERBERUS[kind]} if kind in _CERBERUS else {}
    try:
        found, breaks = apply_rules(variable.name, value, {**typed, **variable.rules.plain()})
    except ValueError as error:
        report.add("E306", f"the rules cannot be applied: {error}", variable.rules.span)
        return None
    for path, words in breaks:
        report.add("E307", f"{variable.name}{within(path)} {words}", _place(node, path, words, variable), notes=notes)
    return found


def _place(node: Node, path: Sequence[Any], words: str, variable: Variable) -> Span:
    """Return where to point: at a key that is not known, and else at the value."""
    inner = node.at([part for part in path if isinstance(part, str | int)])
    return shown_place(variable, inner.place if words == "is not known" else inner.span)


def shown_place(variable: Variable, span: Span) -> Span:
    """Return a place that does not tell how long a sensitive value is."""
    return span._replace(end_line=span.line, end_column=span.column + 1) if variable.sensitive else span
