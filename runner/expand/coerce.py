"""Make a value fit a variable's type and rules, with Cerberus where there is something to check."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from runner.diagnostics import Note, Report
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
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


def coerced(
    variable: Variable, node: Node, value: Any, report: Report, *, note: Note, literal: bool
) -> tuple[Any] | None:
    """Return the value as the variable's type wants it (in a tuple, for it may be null); report why it does not fit.

    ``literal`` values are texts from the command line or the environment, read by the type.
    """
    kind = variable.type or _type_of(variable.default)
    notes = () if node is variable.default else (note,)
    if literal:
        found = _read_literal(str(value), kind)
        if found is None:
            report.add("E305", f"{str(value)!r} is not {_WORDS[kind]}", node.span, notes=notes)
            return None
        value = found[0]
    elif kind != "any" and variable.type is not None:
        found = _fitted(node, value, kind)
        if found is None:
            _report_misfit(node, value, kind, report, notes)
            return None
        value = found[0]
    if variable.rules is None:
        return (value,)
    return _by_rules(variable, kind, node, value, report, notes)


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
            return _boolean(text)
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
            return (value,) if isinstance(value, bool) else _boolean(str(value))
    return (value,) if isinstance(value, _TYPES[kind]) else None


def _number(value: Any) -> tuple[Any] | None:
    if isinstance(value, int | float):
        return (value,)
    if not isinstance(value, str):
        return None
    text = value.strip()
    for read in (int, float):
        try:
            return (read(text),)
        except ValueError:
            continue
    return None


def _boolean(text: str) -> tuple[bool] | None:
    word = text.strip().lower()
    return (True,) if word in _TRUE else (False,) if word in _FALSE else None


def _report_misfit(node: Node, value: Any, kind: str, report: Report, notes: tuple[Note, ...]) -> None:
    if kind == "string" and node.raw is not None:
        meaning = f"the boolean {str(value).lower()}" if isinstance(value, bool) else f"the number {value}"
        report.add(
            "E110", f"unquoted, {node.raw} is {meaning} in YAML, and a text is wanted", node.span,
            hint=f'quote it: "{node.raw}"', notes=notes,
        )
        return
    shown = "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(value)
    report.add("E305", f"{shown} is not {_WORDS[kind]}", node.span, notes=notes)


def _by_rules(
    variable: Variable, kind: str, node: Node, value: Any, report: Report, notes: tuple[Note, ...]
) -> tuple[Any] | None:
    import cerberus

    assert variable.rules is not None
    rules = variable.rules.plain()
    definition = {**({"type": _CERBERUS[kind]} if kind in _CERBERUS else {}), **rules}
    try:
        validator = _validator_class()({variable.name: definition})
        valid = validator.validate({variable.name: value})
    except cerberus.SchemaError as error:
        for rule, span in _rule_places(error.args[0], variable):
            report.add("E306", f"not a Cerberus rule: {rule}", span)
        return None
    except (TypeError, ValueError, RuntimeError) as error:
        report.add("E306", f"the rules cannot be applied: {error}", variable.rules.span)
        return None
    if valid:
        return (validator.document[variable.name],)
    for path, message in _messages(validator.errors[variable.name], ()):
        place = node.at([part for part in path if isinstance(part, str | int)])
        inside = "".join(f"[{part!r}]" for part in path)
        report.add("E307", f"{variable.name}{inside}: {message}", place.span, notes=notes)
    return None


def misfits(name: str, value: Any, rules: Mapping[str, Any]) -> list[tuple[tuple[Any, ...], str]]:
    """Return in what a value breaks Cerberus rules: the path into it, and a message."""
    validator = _validator_class()({name: dict(rules)})
    return [] if validator.validate({name: value}) else _messages(validator.errors.get(name, []), ())


def _messages(errors: Any, path: tuple[Any, ...]) -> list[tuple[tuple[Any, ...], str]]:
    """Return Cerberus' nested messages flat, each with its path into the value."""
    found: list[tuple[tuple[Any, ...], str]] = []
    for each in errors:
        if isinstance(each, dict):
            for key, inner in each.items():
                found += _messages(inner, (*path, key))
        else:
            found.append((path, str(each)))
    return found


def _rule_places(errors: Any, variable: Variable) -> list[tuple[str, Span]]:
    assert variable.rules is not None
    if not isinstance(errors, dict):
        return [(str(errors), variable.rules.span)]
    found: list[tuple[str, Span]] = []
    for each in errors.get(variable.name, [{"": [str(errors)]}]):
        if not isinstance(each, dict):
            found.append((str(each), variable.rules.span))
            continue
        for rule, messages in each.items():
            child = variable.rules.get(rule)
            texts = [text for _, text in _messages(messages, ())]
            found.append((f"{rule}: {', '.join(texts)}", child.place if child else variable.rules.span))
    return found


@cache
def _validator_class() -> Any:
    """Return Cerberus' validator with coercions by name: ``coerce: integer`` and the like."""
    import cerberus

    class Validator(cerberus.Validator):  # type: ignore[misc]  # cerberus has no types
        """Cerberus with the coercions that a YAML file can name."""

        def _normalize_coerce_integer(self, value: Any) -> int:
            return int(value)

        _normalize_coerce_int = _normalize_coerce_integer

        def _normalize_coerce_float(self, value: Any) -> float:
            return float(value)

        _normalize_coerce_number = _normalize_coerce_float

        def _normalize_coerce_string(self, value: Any) -> str:
            return str(value)

        _normalize_coerce_str = _normalize_coerce_string

        def _normalize_coerce_boolean(self, value: Any) -> bool:
            found = _boolean(str(value))
            if found is None:
                raise ValueError(f"{value!r} is not true or false")
            return found[0]

        _normalize_coerce_bool = _normalize_coerce_boolean

        def _normalize_coerce_list(self, value: Any) -> list[Any]:
            return value if isinstance(value, list) else [value]

        def _normalize_coerce_lower(self, value: Any) -> str:
            return str(value).lower()

        def _normalize_coerce_upper(self, value: Any) -> str:
            return str(value).upper()

        def _normalize_coerce_strip(self, value: Any) -> str:
            return str(value).strip()

    return Validator
