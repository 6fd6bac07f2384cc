"""Manual pages made from the records: as text for ``ingot doc``, as Markdown for the reference."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, get_args

from runner import registry
from runner.cli.reference_language import language_pages
from runner.diagnostics.catalogue import CATALOGUE, Entry, examples
from runner.registry import WORDS
from runner.schema.check import wanted
from runner.sdk.plugin import Kind

Schema = dict[str, Any]
_WIDTH = 100
_LANGUAGES = {".yml": "yaml", ".json": "json", ".hcl": "hcl"}
KINDS: tuple[Kind, ...] = get_args(Kind)


def pages() -> dict[str, str]:
    """Return every page of the reference by its path."""
    files = {"README.md": _index(), **language_pages(_table)}
    for kind in KINDS:
        for entry in registry.entries(kind):
            if entry.origin == "ingot":
                files[f"{kind}/{entry.name}.md"] = plugin_page(entry)
    for code, known in CATALOGUE.items():
        files[f"diagnostics/{code}.md"] = diagnostic_page(known)
    return files


def _index() -> str:
    lines = ["# Reference", "", "Made from the records in the source by `ingot doc --write docs/reference`.", ""]
    lines += ["- [Keywords of a playbook](playbook.md)"]
    lines += [f"- [{name.capitalize()}]({name}.md)" for name in ("functions", "filters", "tests", "lookups")]
    lines.append("")
    for kind in KINDS:
        lines += [f"## {kind.replace('_', ' ').capitalize()}", ""]
        lines += ["| name | what it does | in this version |", "|---|---|---|"]
        for entry in registry.entries(kind):
            state = "runs" if entry.runs else "is checked and planned"
            lines.append(f"| [{entry.name}]({kind}/{entry.name}.md) | {_summary(entry.schema)} | {state} |")
        lines.append("")
    lines += ["## Diagnostics", "", "| code | what it says |", "|---|---|"]
    lines += [f"| [{code}](diagnostics/{code}.md) | {known.title} |" for code, known in CATALOGUE.items()]
    return "\n".join(lines) + "\n"


def _summary(schema: Schema) -> str:
    return str(schema["description"]).partition("\n")[0]


def plugin_page(entry: registry.Entry) -> str:
    """Return a plugin's page as Markdown."""
    schema = entry.schema
    about = schema["x-ingot"]
    lines = [f"# {entry.name}", "", f"{WORDS[entry.kind].capitalize()}. {schema['description']}", ""]
    if about.get("aliases"):
        lines += [f"Also called {', '.join(f'`{alias}`' for alias in about['aliases'])}.", ""]
    if about.get("free_form"):
        lines += [f"A bare text stands for the option `{about['free_form']}`.", ""]
    if not entry.runs:
        lines += ["This version checks and plans it; a build that uses it is refused before it starts.", ""]
    if _own(schema):
        lines += [*_table(schema), ""]
    for name, prop in _own(schema):
        lines += _block(name, prop)
    rules = list(_rules(schema))
    if rules:
        lines += ["Rules:", "", *(f"- {rule}" for rule in rules), ""]
    if about.get("attributes"):
        lines += ["| attribute | meaning |", "|---|---|"]
        lines += [f"| `{name}` | {meaning} |" for name, meaning in about["attributes"].items()]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _own(schema: Schema) -> list[tuple[str, Schema]]:
    """Return the options, required ones first, without other names of the same option."""
    options = [(name, prop) for name, prop in schema.get("properties", {}).items() if "x-alias-of" not in prop]
    required = schema.get("required", ())
    return sorted(options, key=lambda option: option[0] not in required)


def _table(schema: Schema) -> list[str]:
    lines = ["| option | type | default | meaning |", "|---|---|---|---|"]
    return lines + [_row(name, prop, schema) for name, prop in _own(schema)]


def _row(name: str, prop: Schema, schema: Schema) -> str:
    others = [other for other, known in schema["properties"].items() if known.get("x-alias-of") == name]
    called = f"`{name}`" + "".join(f", `{other}`" for other in others)
    default = "required" if name in schema.get("required", ()) else _default(prop)
    return f"| {called} | {_cell(kind_of(prop))} | {_cell(default)} | {_cell(_meaning(prop))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _default(prop: Schema) -> str:
    if "default" not in prop or prop["default"] in ("", [], {}):
        return ""
    return f"`{_word(prop['default'])}`"


def _word(value: Any) -> str:
    """Return a value as one word of a table: booleans as in YAML, line ends as escapes."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).replace("\r", "\\r").replace("\n", "\\n")


def _meaning(prop: Schema) -> str:
    text = str(prop.get("description", ""))
    if prop.get("deprecated"):
        text += f" Deprecated: {prop.get('x-instead', '')}"
    return text + (" Masked in every output." if prop.get("x-secret") else "")


def kind_of(prop: Schema) -> str:
    """Return what an option wants, in a few words."""
    if "$ref" in prop:
        name = prop["$ref"].rpartition("/")[2].replace("_", " ")
        return f"[{name}](#{name.replace(' ', '-')})"
    choices = [choice for branch in prop.get("anyOf", ()) for choice in branch.get("enum", ()) if choice is not None]
    if choices:
        return f"one of {', '.join(dict.fromkeys(_word(choice) for choice in choices))}"
    if prop.get("x-meaning"):
        return str(prop["x-meaning"])
    if "array" in prop.get("type", ()) and "items" in prop:
        inner = "mappings" if prop["items"].get("properties") else kind_of(prop["items"])
        plural = {"a text": "texts", "a number": "numbers", "a whole number": "whole numbers", "a mapping": "mappings"}
        return f"a list of {plural.get(inner, inner)}" if prop["items"] else "a list"
    if not prop.get("type") and not prop.get("anyOf"):
        return "any value"
    return wanted(prop) if prop.get("type") else " or ".join(dict.fromkeys(wanted(each) for each in prop["anyOf"]))


def _block(name: str, prop: Schema) -> list[str]:
    """Return the table of an option that is itself a record, or a list of them."""
    inner = prop if prop.get("properties") else prop.get("items", {})
    if not isinstance(inner, dict) or not inner.get("properties"):
        return []
    lines = [f"## {name}", "", *_table(inner), ""]
    for each, known in _own(inner):
        lines += _block(f"{name}.{each}", known)
    return lines


def _rules(schema: Schema) -> Iterator[str]:
    for clause in schema.get("allOf", ()):
        if "then" in clause:
            for option, needs in clause["then"].get("dependentRequired", {}).items():
                yield f"`{option}` needs {', '.join(f'`{need}`' for need in needs)}"
            continue
        names = list(dict.fromkeys(_named(clause)))
        listed = ", ".join(f"`{name}`" for name in names)
        if len(names) == 1 and "not" not in clause:
            yield f"{listed} is needed"
        elif "oneOf" in clause:
            yield f"exactly one of {listed}"
        elif "anyOf" in clause:
            yield f"at least one of {listed}"
        elif "not" in clause:
            yield f"not both of {listed}"


def _named(clause: Any) -> Iterator[str]:
    if isinstance(clause, dict):
        yield from clause.get("required", ())
        for key in ("anyOf", "allOf", "oneOf", "not"):
            yield from _named(clause.get(key, []))
    elif isinstance(clause, list):
        for each in clause:
            yield from _named(each)


def diagnostic_page(known: Entry) -> str:
    """Return a diagnostic's page as Markdown."""
    lines = [f"# {known.code}: {known.title}", "", known.explanation, ""]
    example = examples().get(known.code)
    if example:
        for name, text in example.files.items():
            lines += [f"{name}:", "", *_fenced(_LANGUAGES.get(PurePath(name).suffix, "text"), text)]
        lines += _fenced("text", example.transcript)
    if known.good:
        lines += ["Instead:", "", *_fenced("yaml", known.good)]
    return "\n".join(lines)


def _fenced(language: str, text: str) -> list[str]:
    return [f"```{language}", text.rstrip("\n"), "```", ""]


def plugin_text(entry: registry.Entry) -> str:
    """Return a plugin's page for a terminal."""
    schema = entry.schema
    about = schema["x-ingot"]
    lines = [f"{entry.name}: {WORDS[entry.kind]}", ""]
    lines += textwrap.wrap(str(schema["description"]), _WIDTH)
    if about.get("aliases"):
        lines += ["", f"Also called {', '.join(about['aliases'])}."]
    if not entry.runs:
        lines += ["", "This version checks and plans it; a build that uses it is refused before it starts."]
    lines += ["", *_text_options(schema, "")]
    lines += [f"  ({rule.replace('`', '')})" for rule in _rules(schema)]
    for name, meaning in (about.get("attributes") or {}).items():
        lines += [f"  .{name}", f"      {meaning}"]
    return "\n".join(lines) + "\n"


def keyword_text(name: str, schema: Schema) -> Iterator[str]:
    """Yield the lines that say what the option or keyword ``name`` of ``schema`` is, and what it means."""
    return _text_option(name, schema["properties"][name], schema, "")


def _text_option(name: str, prop: Schema, schema: Schema, prefix: str) -> Iterator[str]:
    state = "required" if name in schema.get("required", ()) else _default(prop).strip("`")
    shown = f", {state}" if state == "required" else f", default {state}" if state else ""
    kind = re.sub(r"\[(.*?)\]\(#.*?\)", r"\1", kind_of(prop))  # a link means nothing in a terminal
    yield f"  {prefix}{name}: {kind}{shown}"
    yield from textwrap.wrap(_meaning(prop), _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)


def _text_options(schema: Schema, prefix: str) -> Iterator[str]:
    for name, prop in _own(schema):
        yield from _text_option(name, prop, schema, prefix)
        inner = prop if prop.get("properties") else prop.get("items", {})
        if isinstance(inner, dict) and inner.get("properties"):
            yield from _text_options(inner, f"{prefix}{name}.")
