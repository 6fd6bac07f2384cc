"""Whether the rules of a variable are rules that Cerberus knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from runner.diagnostics import Diagnostic, did_you_mean
from runner.expand.rules import validator_class
from runner.text import Node

_OF = re.compile(r"(allof|anyof|noneof|oneof)(?:_(\w+))?")
_INNER = frozenset({"keysrules", "valuesrules", "keyschema", "valueschema"})
_NUMBERS = frozenset({"min", "max"})
_COUNTS = frozenset({"minlength", "maxlength"})
_LISTS = frozenset({"allowed", "forbidden"})
_OTHER_NAMES = {
    "int": "integer", "str": "string", "bool": "boolean", "map": "dict", "mapping": "dict", "object": "dict",
    "array": "list", "text": "string",
}
"""What types are called elsewhere -> in Cerberus."""


def mistakes_in_rules(rules: Node) -> Iterator[Diagnostic]:
    """Yield every rule, however deep, that is none or is given something it cannot use (E306)."""
    if not isinstance(rules.value, dict):
        yield Diagnostic("E306", "rules are a mapping of a rule's name to what it wants", rules.span)
    for name, child in rules.items():
        yield from _in_rule(str(name), child)


def _in_rule(name: str, node: Node) -> Iterator[Diagnostic]:
    of = _OF.fullmatch(name)
    if of:
        for each in node.elements():
            yield from _in_rule(of[2], each) if of[2] else mistakes_in_rules(each)
    elif name == "schema":
        yield from _in_schema(node)
    elif name in _INNER:
        yield from mistakes_in_rules(node)
    elif name == "items":
        for each in node.elements():
            yield from mistakes_in_rules(each)
    elif name not in validator_class().rules:
        yield Diagnostic("E306", f"unknown rule {name!r}", node.place, did_you_mean(name, validator_class().rules))
    elif (problem := _problem(name, node)) is not None:
        yield Diagnostic("E306", problem[0], node.span, problem[1])


def _in_schema(node: Node) -> Iterator[Diagnostic]:
    """Check the rules for the items of a list, or for the fields of a mapping."""
    inner = [child for _, child in node.items()]
    names = {str(key) for key, _ in node.items()}
    fields = bool(inner) and all(isinstance(each.value, dict) for each in inner) and not names <= {"schema", *_INNER}
    for each in inner if fields else [node]:
        yield from mistakes_in_rules(each)


def _problem(name: str, node: Node) -> tuple[str, str | None] | None:
    """Return what is wrong with what a rule is given, and a hint."""
    value = node.value
    if name == "type":
        return _unknown("type", [str(each.value) for each in node.elements()], validator_class().types_mapping)
    if name == "coerce":
        return _unknown("coercion", [str(each.value) for each in node.elements()], _coercions())
    if name == "regex":
        return _not_a_regex(value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if (name in _NUMBERS and not number) or (name in _COUNTS and not isinstance(value, int)):
        return f"the rule {name!r} takes a number", None
    if name in _LISTS and not isinstance(value, tuple):
        return f"the rule {name!r} takes a list", None
    return None


def _unknown(what: str, given: list[str], known: Mapping[str, Any]) -> tuple[str, str | None] | None:
    wrong = next((word for word in given if word not in known), None)
    if wrong is None:
        return None
    other = _OTHER_NAMES.get(wrong)
    hint = f"did you mean {other!r}?" if other else did_you_mean(wrong, known) or f"known: {', '.join(sorted(known))}"
    return f"unknown {what} {wrong!r}", hint


def _coercions() -> dict[str, None]:
    prefix = "_normalize_coerce_"
    return {name.removeprefix(prefix): None for name in dir(validator_class()) if name.startswith(prefix)}


def _not_a_regex(value: Any) -> tuple[str, str | None] | None:
    if not isinstance(value, str):
        return "the rule 'regex' takes a text", None
    try:
        re.compile(value)
    except re.error as error:
        return f"not a regular expression: {error}", None
    return None
