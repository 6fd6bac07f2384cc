"""Check a node against a schema and say what is wrong in the user's terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from runner.diagnostics import Note, Report
from runner.schema.accept import accepts, is_trap
from runner.schema.explain import explain
from runner.schema.formats import FORMATS, fault
from runner.schema.words import Schema, unknown_word, wanted
from runner.text import Node

__all__ = ["check", "refuse_keys", "unknown_word", "wanted"]

_aliases_of: dict[int, tuple[Schema, frozenset[str]]] = {}


def check(node: Node, schema: Schema, report: Report, *, what: str = "option", lenient: bool = False) -> bool:
    """Report every way in which ``node`` breaks ``schema``; return whether there is none.

    ``what`` is what a key is called in messages. ``lenient`` makes warnings of what Ansible forgives and roles rely
    on: a text that YAML reads as a number or a boolean, an option that is given under two of its names.
    """
    sound = _aliases(schema).isdisjoint(node.value if isinstance(node.value, dict) else ())
    sound = sound or _check_aliases(node, schema, report, lenient=lenient)
    if accepts(node, schema):
        return sound
    traps = list(_traps(node, schema))
    for trapped, alternatives in traps:
        _report_trap(trapped, alternatives, report, lenient=lenient)
    sound = sound and (not traps or lenient)
    for part, known in _parts(node, schema):
        sound &= _check_keys(part, known, report, what)
    errors = list(_errors(node, schema, {id(trapped) for trapped, _ in traps}))
    explain(errors, node, schema, report, what)
    return sound and not errors


def fits(value: Any, schema: Schema) -> bool:
    """Return whether plain data, such as a plan that was saved, is what a published schema describes."""
    import jsonschema

    return bool(jsonschema.Draft202012Validator(schema).is_valid(value))


def _errors(node: Node, schema: Schema, trapped: set[int]) -> Iterator[Any]:
    import jsonschema

    validator = jsonschema.Draft202012Validator(_without_refs(schema), format_checker=_formats())
    for error in validator.iter_errors(_json(node)):
        if id(node.at(list(error.absolute_path))) not in trapped:
            yield error


def _formats() -> Any:
    """Return what knows the formats of texts: ours, and none of those that JSON Schema knows."""
    import jsonschema

    checker = jsonschema.FormatChecker(formats=())
    for name in FORMATS:
        checker.checks(name)(lambda value, name=name: not isinstance(value, str) or fault(name, value) is None)
    return checker


def _without_refs(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {} if "$ref" in schema else {key: _without_refs(value) for key, value in schema.items()}
    return [_without_refs(each) for each in schema] if isinstance(schema, list) else schema


def _json(node: Node) -> Any:
    """Return the value as JSON Schema sees it: dates are texts; keys that are no text are left out."""
    if isinstance(node.value, dict):
        return {key: _json(child) for key, child in node.value.items() if isinstance(key, str)}
    if isinstance(node.value, tuple):
        return [_json(child) for child in node.value]
    if isinstance(node.value, dt.date | bytes):
        return node.raw or node.span.text()
    return node.value


def _parts(node: Node, schema: Schema) -> Iterator[tuple[Node, Schema]]:
    """Yield every node for which ``schema`` has a schema, with it."""
    if "$ref" in schema:
        return
    yield node, schema
    for key, child in node.items():
        inner = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
        if isinstance(inner, dict):
            yield from _parts(child, inner)
    if isinstance(node.value, tuple) and "items" in schema:
        for item in node.value:
            yield from _parts(item, schema["items"])


def _traps(node: Node, schema: Schema) -> Iterator[tuple[Node, Schema]]:
    """Yield the scalars that YAML reads otherwise than the schema wants them, however deep."""
    for part, known in _parts(node, schema):
        unquoted_bool = isinstance(part.value, bool) and part.raw and _wants_text_only(known)
        if unquoted_bool or is_trap(part, known):
            yield part, known
        if "anyOf" in known and not any(accepts(part, branch) for branch in known["anyOf"]):
            for branch in known["anyOf"]:
                yield from _traps(part, branch)


def _wants_text_only(schema: Schema) -> bool:
    types = schema.get("type", ())
    return bool(types) and types[0] == "string" and "boolean" not in types


def _report_trap(node: Node, schema: Schema, report: Report, *, lenient: bool) -> None:
    raw, value = node.raw, node.value
    quoted = f'quote it: "{raw}"'
    if schema.get("x-octal"):
        assert isinstance(value, int)
        report.add("W111", f"{raw} is a decimal number: as permissions it means {value:o} in octal", node.span,
                   hint=f'write permissions in octal, quoted: "0{raw}"')
        return
    assert isinstance(value, int | float)
    meaning = f"the boolean {str(value).lower()}" if isinstance(value, bool) else f"the number {value}"
    if isinstance(value, int) and ":" in (raw or ""):
        meaning += " (base 60)"
    code = "W110" if lenient else "E110"
    report.add(code, f"unquoted, {raw} is {meaning} in YAML, and a text is wanted", node.span, hint=quoted)


def _check_keys(node: Node, schema: Schema, report: Report, what: str) -> bool:
    """Report keys that are no texts, and options that are deprecated."""
    sound = True
    known = schema.get("properties", {})
    for key, child in node.items():
        prop = known.get(key, {})
        if not isinstance(key, str):
            if known or ("object" in schema.get("type", ()) and type(key) is not int):
                refuse_key(child, report)
                sound = False
        elif prop.get("deprecated"):
            report.add("W112", f"{what} {key!r} is deprecated", child.place, hint=prop.get("x-instead"))
    return sound


def _aliases(schema: Schema) -> frozenset[str]:
    """Return the other names of options. The schema is kept, so that its identity stays its own."""
    found = _aliases_of.get(id(schema))
    if found is None:
        names = frozenset(key for key, each in schema.get("properties", {}).items() if "x-alias-of" in each)
        found = _aliases_of[id(schema)] = (schema, names)
    return found[1]


def _check_aliases(node: Node, schema: Schema, report: Report, *, lenient: bool) -> bool:
    """Report an option that is given under two of its names."""
    known = schema.get("properties", {})
    first: dict[str, tuple[str, Node]] = {}
    sound = True
    for key, child in node.items():
        if not isinstance(key, str) or key not in known:
            continue
        name = known[key].get("x-alias-of", key)
        if name in first:
            code, last = ("W113", "; the last one counts") if lenient else ("E107", "")
            other, there = first[name]
            notes = [Note("the first one is here", there.place)]
            report.add(code, f"{other!r} and {key!r} name the same option{last}", child.place, notes=notes)
            sound = lenient
        first.setdefault(name, (key, child))
    return sound


def refuse_keys(node: Node | None, report: Report) -> None:
    """Report the keys of a mapping that are no texts, and so no names."""
    for key, child in node.items() if node else ():
        if not isinstance(key, str):
            refuse_key(child, report)


def refuse_key(node: Node, report: Report) -> None:
    """Report that the key which ``node`` stands under is no text."""
    place = node.place
    report.add(
        "E111", f"unquoted, {place.text()} is no text in YAML, and a key has to be one", place,
        hint=f'quote it: "{place.text()}"',
    )
