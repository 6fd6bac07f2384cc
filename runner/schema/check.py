"""Check a node against a schema and say what is wrong in the user's terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from runner.diagnostics import Report, did_you_mean
from runner.schema.accept import accepts, is_trap
from runner.text import Node, Span

Schema = dict[str, Any]

_WANTED = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}


def check(node: Node, schema: Schema, report: Report, *, what: str = "option", lenient: bool = False) -> bool:
    """Report every way in which ``node`` breaks ``schema``; return whether there is none.

    ``what`` is what a key is called in messages. ``lenient`` makes a text that YAML reads as a number or a boolean
    a warning: Ansible turns it back into some text, and roles rely on it.
    """
    if accepts(node, schema):
        return True
    traps = list(_traps(node, schema))
    for trapped, alternatives in traps:
        _report_trap(trapped, alternatives, report, lenient=lenient)
    deprecated = list(_deprecated(node, schema))
    for place, key, instead in deprecated:
        report.add("W112", f"{what} {key!r} is deprecated", place, hint=instead)
    sound = not traps or lenient
    for error in _errors(node, schema, {id(trapped) for trapped, _ in traps}):
        sound = False
        _report(error, node, report, what)
    return sound


def _errors(node: Node, schema: Schema, trapped: set[int]) -> Iterator[Any]:
    import jsonschema

    validator = jsonschema.Draft202012Validator(_without_refs(schema))
    for error in validator.iter_errors(_json(node)):
        if id(node.at(list(error.absolute_path))) not in trapped:
            yield error


def _without_refs(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {} if "$ref" in schema else {key: _without_refs(value) for key, value in schema.items()}
    return [_without_refs(each) for each in schema] if isinstance(schema, list) else schema


def _json(node: Node) -> Any:
    """Return the value as JSON Schema sees it: dates are texts, keys too."""
    if isinstance(node.value, dict):
        return {key if isinstance(key, str) else repr(key): _json(child) for key, child in node.value.items()}
    if isinstance(node.value, tuple):
        return [_json(child) for child in node.value]
    if isinstance(node.value, dt.date | bytes):
        return node.raw or node.span.text()
    return node.value


def _traps(node: Node, schema: Schema) -> Iterator[tuple[Node, Schema]]:
    """Yield the scalars that YAML reads otherwise than the schema wants them, however deep."""
    if "$ref" in schema:
        return
    unquoted_bool = isinstance(node.value, bool) and node.raw and _wants_text_only(schema)
    if unquoted_bool or is_trap(node, schema):
        yield node, schema
    if "anyOf" in schema and not any(accepts(node, branch) for branch in schema["anyOf"]):
        for branch in schema["anyOf"]:
            yield from _traps(node, branch)
    for key, child in node.items():
        inner = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
        if isinstance(inner, dict):
            yield from _traps(child, inner)
    if isinstance(node.value, tuple) and "items" in schema:
        for item in node.value:
            yield from _traps(item, schema["items"])


def _wants_text_only(schema: Schema) -> bool:
    types = schema.get("type", ())
    return bool(types) and types[0] == "string" and "boolean" not in types


def _report_trap(node: Node, schema: Schema, report: Report, *, lenient: bool) -> None:
    raw, value = node.raw, node.value
    quoted = f'quote it: "{raw}"'
    if schema.get("x-octal"):
        assert isinstance(value, int)
        report.add("W111", f"{raw} is a decimal number: as permissions it means {value:#o}", node.span,
                   hint=f'write permissions in octal, quoted: "0{raw}"')
        return
    assert isinstance(value, int | float)
    meaning = f"the boolean {str(value).lower()}" if isinstance(value, bool) else f"the number {value}"
    if isinstance(value, int) and ":" in (raw or ""):
        meaning += " (base 60)"
    code = "W110" if lenient else "E110"
    report.add(code, f"unquoted, {raw} is {meaning} in YAML, and a text is wanted", node.span, hint=quoted)


def _deprecated(node: Node, schema: Schema) -> Iterator[tuple[Span, str, str]]:
    for key, child in node.items():
        known = schema.get("properties", {}).get(key, {})
        if known.get("deprecated"):
            yield child.place, str(key), known.get("x-instead", "")
        yield from _deprecated(child, known)


def _report(error: Any, root: Node, report: Report, what: str) -> None:
    path = list(error.absolute_path)
    node = root.at(path)
    match error.validator:
        case "additionalProperties":
            _unknown(node, error.schema, report, what)
        case "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            for key in missing:
                report.add("E103", f"{what} {key!r} is missing", node.place)
        case "type":
            report.add("E104", f"{_shown(node)} stands where {wanted(error.schema)} is wanted", node.span)
        case "pattern":
            meaning = error.schema.get("x-meaning") or wanted(error.schema)
            report.add("E105", f"{_shown(node)} is not {meaning}", node.span)
        case "minimum" | "maximum":
            bound = "at least" if error.validator == "minimum" else "at most"
            report.add("E106", f"{_shown(node)} is out of range: {bound} {error.validator_value}", node.span)
        case "enum" | "const":
            choices = [error.validator_value] if error.validator == "const" else error.validator_value
            _choice(node, choices, report)
        case "dependentRequired":
            _needs(node, error.validator_value, report, what)
        case _:
            _report_combination(error, node, report)


def _report_combination(error: Any, node: Node, report: Report) -> None:
    names = list(dict.fromkeys(_names(error.validator_value)))
    if error.validator == "not":
        both = [name for name in names if node.get(name)]
        places = [child.place for name in both if (child := node.get(name))]
        report.add("E107", f"{_listed(both, 'and')} exclude each other", places[-1] if places else node.place)
        return
    if error.validator in ("oneOf", "anyOf") and names:
        given = [name for name in names if node.get(name)]
        if len(given) > 1:
            last = node.get(given[-1])
            place = last.place if last else node.place
            report.add("E107", f"{_listed(given, 'and')} exclude each other", place)
        else:
            report.add("E108", f"one of {_listed(names, 'or')} is needed", node.place)
        return
    choices = [each for branch in error.validator_value for each in branch.get("enum", ())]
    if choices:
        _choice(node, choices, report)
    else:
        kinds = " or ".join(dict.fromkeys(wanted(branch) for branch in error.validator_value))
        report.add("E104", f"{_shown(node)} stands where {kinds} is wanted", node.span)


def _names(clauses: Any) -> Iterator[str]:
    """Yield the options that a rule names."""
    if isinstance(clauses, dict):
        yield from clauses.get("required", ())
        for key in ("anyOf", "allOf", "oneOf"):
            yield from _names(clauses.get(key, []))
    else:
        for each in clauses:
            yield from _names(each)


def _unknown(node: Node, schema: Schema, report: Report, what: str) -> None:
    known = [name for name, prop in schema.get("properties", {}).items() if "x-alias-of" not in prop]
    for key, child in node.items():
        if key in schema.get("properties", {}):
            continue
        if not isinstance(key, str):
            shown = (child.key_span.text() if child.key_span else "") or str(key)
            report.add("E111", f"unquoted, {shown} is no text in YAML, and a key has to be one", child.place,
                       hint=f'quote it: "{shown}"')
        else:
            unknown_word("E101", what, key, known, child.place, report)


def unknown_word(code: str, what: str, word: str, known: Iterable[str], place: Span, report: Report) -> None:
    """Report a word that means nothing, with the word that was probably meant or the words that would do."""
    words = sorted(known)
    few = f"known: {', '.join(words)}" if 0 < len(words) <= 8 else None  # noqa: PLR2004 - what fits on a line
    report.add(code, f"unknown {what} {word!r}", place, hint=did_you_mean(word, words) or few)


def _choice(node: Node, choices: list[Any], report: Report) -> None:
    words = [str(choice) for choice in choices if choice is not None]
    hint = did_you_mean(str(node.value), words) if isinstance(node.value, str) else None
    report.add("E102", f"{_shown(node)} is not one of {', '.join(words)}", node.span, hint=hint)


def _needs(node: Node, needs: dict[str, list[str]], report: Report, what: str) -> None:
    for key, names in needs.items():
        missing = [name for name in names if not node.get(name)]
        child = node.get(key)
        if child and missing:
            report.add("E109", f"{what} {key!r} needs {_listed(missing, 'and')} too", child.place)


def _listed(names: list[str], word: str) -> str:
    quoted = [repr(name) for name in names]
    return f" {word} ".join((", ".join(quoted[:-1]), quoted[-1])) if len(quoted) > 1 else "".join(quoted)


def wanted(schema: Schema) -> str:
    """Say in words what a schema wants."""
    types = schema.get("type", [])
    names = [types] if isinstance(types, str) else list(types)
    if names[:1] == ["boolean"]:
        return _WANTED["boolean"]
    if names[:1] in (["integer"], ["number"], ["object"], ["string"]):
        return _WANTED[names[0]]
    words = [_WANTED[name] for name in names if name != "null"]
    return " or ".join(dict.fromkeys(words)) or "another value"


def _shown(node: Node) -> str:
    value = node.value
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, tuple):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    text = value if isinstance(value, str) else node.raw or repr(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")  # noqa: PLR2004 - what fits on a line
