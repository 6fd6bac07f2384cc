"""What the validator found wrong, in the user's terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from runner.diagnostics import Note, Report, did_you_mean, nearest
from runner.schema.accept import accepts
from runner.schema.formats import fault
from runner.schema.words import Schema, listed, shown, unknown_word, wanted
from runner.text import Node, Span

Path = tuple[str | int, ...]


def explain(errors: Sequence[Any], root: Node, schema: Schema, report: Report, what: str) -> None:
    """Report the errors that ``jsonschema`` found in ``root``; ``what`` is what a key is called.

    An option that seems to be there, with a slip of the pen in its name, is not reported as missing too; nor is a value
    of another type that it is none of the choices.
    """
    explainer = _Explainer(root, schema, report, what, _meant(errors, root))
    mistyped = {tuple(error.absolute_path) for error in errors if error.validator == "type"}
    for error in errors:
        if error.validator not in ("enum", "anyOf") or tuple(error.absolute_path) not in mistyped:
            explainer.explain(error)


def _meant(errors: Iterable[Any], root: Node) -> dict[Path, frozenset[str]]:
    """Return for each mapping the options that its unknown keys look like."""
    return {
        tuple(error.absolute_path): frozenset(
            near
            for key, _ in _strays(root.at(list(error.absolute_path)), error.schema)
            if (near := nearest(key, error.schema.get("properties", {})))
        )
        for error in errors
        if error.validator == "additionalProperties"
    }


def _strays(node: Node, schema: Schema) -> Iterator[tuple[str, Node]]:
    for key, child in node.items():
        if isinstance(key, str) and key not in schema.get("properties", {}):
            yield key, child


class _Explainer(NamedTuple):
    root: Node
    schema: Schema
    report: Report
    what: str
    meant: Mapping[Path, frozenset[str]]

    def explain(self, error: Any) -> None:
        path = list(error.absolute_path)
        node = self.root.at(path)
        meant = self.meant.get(tuple(path), frozenset())
        match error.validator:
            case "additionalProperties":
                self.unknown(node, error.schema)
            case "required":
                for key in error.validator_value:
                    if key not in error.instance and key not in meant:
                        self.report.add("E103", f"{self.what} {key!r} is missing", node.place)
            case "type":
                self.mistyped(node, error.schema)
            case "pattern" | "format":
                self.garbled(node, error.schema)
            case "minimum" | "maximum":
                self.out_of_range(node, error)
            case "enum" | "const":
                choices = [error.validator_value] if error.validator == "const" else error.validator_value
                self.choice(node, choices)
            case "dependentRequired":
                self.needs(node, error.validator_value)
            case _:
                self.combination(error, node, meant)

    def unknown(self, node: Node, schema: Schema) -> None:
        known = [name for name, prop in schema.get("properties", {}).items() if "x-alias-of" not in prop]
        about = schema.get("x-ingot")
        page = f"`ingot doc {about['kind']}/{about['name']}` lists the options" if about else None
        for key, child in _strays(node, schema):
            unknown_word("E101", self.what, key, known, child.place, self.report, otherwise=page)

    def out_of_range(self, node: Node, error: Any) -> None:
        if "boolean" in error.schema.get("type", ()):  # only 0 and 1 mean one
            self.mistyped(node, error.schema)
            return
        bound = "at least" if error.validator == "minimum" else "at most"
        self.report.add("E106", f"{shown(node)} is out of range: {bound} {error.validator_value}", node.span)

    def mistyped(self, node: Node, schema: Schema) -> None:
        kind, hint = wanted(schema), None
        if kind == "a list" and isinstance(node.value, dict):
            hint = "begin each item with '- '"
        elif kind == "a mapping" and isinstance(node.value, tuple):
            hint = "write 'name: value', without '- '"
        elif node.value is not None and node.raw and accepts(node._replace(value=node.raw), schema):
            hint = f'quote it: "{node.raw}"'
        elif node.value is None:
            hint = "give a value, or leave the key out"
            if node.raw and accepts(node._replace(value=node.raw), schema):
                hint += f'; if it is a text, quote it: "{node.raw}"'
        self.report.add("E104", f"{shown(node)} stands where {kind} is wanted", node.span, hint=hint)

    def garbled(self, node: Node, schema: Schema) -> None:
        if found := fault(schema.get("format", ""), str(node.value)):
            self.report.add("E112", found.message, _within(node.span, found.part), hint=found.hint)
        else:
            meaning = schema.get("x-meaning") or wanted(schema)
            self.report.add("E105", f"{shown(node)} is not {meaning}", node.span)

    def choice(self, node: Node, choices: list[Any]) -> None:
        words = [str(word).lower() if isinstance(word, bool) else str(word) for word in choices if word is not None]
        hint = did_you_mean(str(node.value), words) if isinstance(node.value, str) else None
        self.report.add("E102", f"{shown(node)} is not one of {', '.join(words)}", node.span, hint=hint)

    def needs(self, node: Node, needs: dict[str, list[str]]) -> None:
        for key, names in needs.items():
            missing = [name for name in names if not node.get(name)]
            child = node.get(key)
            if child and missing:
                self.report.add("E109", f"{self.what} {key!r} needs {listed(missing, 'and')} too", child.place)

    def combination(self, error: Any, node: Node, meant: frozenset[str]) -> None:
        names = list(dict.fromkeys(_names(error.validator_value)))
        if names and error.validator in ("not", "oneOf", "anyOf"):
            given = [(name, child) for name in names if (child := node.get(name))]
            if error.validator == "not" or len(given) > 1:
                self.excluding(node, given)
            elif not meant.intersection(names):
                own = _schema_at(self.schema, error.absolute_path).get("properties", {})
                plain = [name for name in names if "x-alias-of" not in own.get(name, {})]
                self.report.add("E108", f"one of {listed(plain, 'or')} is needed", node.place)
            return
        choices = [each for branch in error.validator_value for each in branch.get("enum", ())]
        if choices:
            self.choice(node, choices)
        else:
            kinds = " or ".join(dict.fromkeys(wanted(branch) for branch in error.validator_value))
            self.report.add("E104", f"{shown(node)} stands where {kinds} is wanted", node.span)

    def excluding(self, node: Node, given: list[tuple[str, Node]]) -> None:
        notes = [Note(f"{name!r} is here", child.place) for name, child in given[:-1]]
        place = given[-1][1].place if given else node.place
        message = f"{listed([name for name, _ in given], 'and')} exclude each other"
        self.report.add("E107", message, place, notes=notes)


def _schema_at(schema: Any, path: Iterable[str | int]) -> Schema:
    """Return the schema of the value at ``path``."""
    for part in path:
        properties = schema.get("properties", {})
        schema = schema.get("items", {}) if isinstance(part, int) else properties.get(part, {})
    found: Schema = schema
    return found


def _within(span: Span, part: str) -> Span:
    """Return where a part of a text first stands; the whole text where it is not written as it is."""
    before, found, _ = span.text().partition(part)
    if not found:
        return span
    line = span.line + before.count("\n")
    column = len(before) - before.rfind("\n") if "\n" in before else span.column + len(before)
    return Span(span.file, line, column, line, column + len(part))


def _names(clauses: Any) -> Iterator[str]:
    """Yield the options that a rule names."""
    if isinstance(clauses, dict):
        yield from clauses.get("required", ())
        for key in ("anyOf", "allOf", "oneOf"):
            yield from _names(clauses.get(key, []))
    else:
        for each in clauses:
            yield from _names(each)
