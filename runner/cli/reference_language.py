"""Reference pages of the language itself: the keywords of a playbook, functions, filters, tests and look-ups."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from runner.expand import filters, functions, jinja_tests, lookups
from runner.reading.keywords import PARTS, Playbook
from runner.schema.generate import schema_of

CALLABLES: Mapping[str, tuple[str, Any]] = {
    "functions": ("function", functions), "filters": ("filter", filters), "tests": ("test", jinja_tests),
    "lookups": ("look-up", lookups),
}
"""What expressions call by name: kind -> what one is called, and where they are found."""
KINDS = ("keywords", *CALLABLES)


def names(kind: str) -> frozenset[str]:
    """Return the names of all keywords, functions, filters, tests or look-ups."""
    if kind == "keywords":
        return frozenset(name for _, schema in _parts() for name in schema["properties"])
    return frozenset(CALLABLES[kind][1].names())


def language_text(kind: str, name: str, meaning: Callable[[str, dict[str, Any]], Iterable[str]]) -> str:
    """Return the page of a name in ``names(kind)`` for a terminal; ``meaning`` writes what one keyword means."""
    if kind == "keywords":
        return "\n".join(_keyword(name, meaning)) + "\n"
    word, module = CALLABLES[kind]
    function = module.find(name)
    return f"{name}: {word}\n\n  {name}{_signature(function)}\n\n{inspect.cleandoc(function.__doc__ or '')}\n"


def _keyword(name: str, meaning: Callable[[str, dict[str, Any]], Iterable[str]]) -> Iterator[str]:
    """Yield what a keyword means; where it means the same, the parts of a playbook stand together."""
    found: dict[tuple[str, ...], list[str]] = {}
    for part, schema in _parts():
        if name in schema["properties"]:
            found.setdefault(tuple(meaning(name, schema)), []).append(part)
    for index, (lines, parts) in enumerate(found.items()):
        yield from ("",) if index else ()
        yield f"{name}: keyword of {', '.join(parts)}"
        yield ""
        yield from lines


def _parts() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "playbook", schema_of(Playbook)
    for part, record in PARTS.items():
        yield part.replace("_", " "), schema_of(record)


def language_pages(table: Callable[[dict[str, Any]], list[str]]) -> dict[str, str]:
    """Return the pages by their paths; ``table`` writes the options of a schema as a Markdown table."""
    kinds: tuple[tuple[str, str, Any], ...] = (
        ("functions", "Functions of expressions, called by name: `{{ cidrsubnet('10.0.0.0/8', 8, 2) }}`.", functions),
        ("filters", "Filters beside Jinja's own: `{{ name | regex_replace('a', 'b') }}`.", filters),
        ("tests", "Tests beside Jinja's own: `{{ version is version('2.0', '>=') }}`.", jinja_tests),
        ("lookups", "Look-ups: `{{ lookup('env', 'HOME') }}`, and `query` for a list.", lookups),
    )
    found = {f"{name}.md": _callables(name.capitalize(), about, module) for name, about, module in kinds}
    return {"playbook.md": _keywords(table), **found}


def _keywords(table: Callable[[dict[str, Any]], list[str]]) -> str:
    lines = ["# The keywords of a playbook", "", str(inspect.cleandoc(Playbook.__doc__ or "")), ""]
    lines += [*table(schema_of(Playbook)), ""]
    for name, record in PARTS.items():
        lines += [f"## {name.replace('_', ' ')}", "", inspect.cleandoc(record.__doc__ or ""), ""]
        lines += [*table(schema_of(record)), ""]
    return "\n".join(lines)


def _callables(title: str, about: str, module: Any) -> str:
    names: Iterable[str] = (name for name in sorted(module.names()) if "." not in name)
    lines = [f"# {title}", "", about, ""]
    for name in names:
        function = module.find(name)
        lines += [f"## {name}", "", f"`{name}{_signature(function)}`", "", inspect.cleandoc(function.__doc__ or ""), ""]
    return "\n".join(lines)


def _signature(function: Callable[..., Any]) -> str:
    """Return the parameters as a user sees them: without types, context and Jinja's environment."""
    hidden = {"context", "environment"}
    shown: list[str] = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in hidden:
            continue
        name = parameter.name.rstrip("_")
        if parameter.kind is parameter.VAR_POSITIONAL:
            shown.append(f"*{name}")
        elif parameter.kind is parameter.VAR_KEYWORD:
            shown.append(f"**{name}")
        elif parameter.default is parameter.empty:
            shown.append(name)
        else:
            named = " at 0x" not in repr(parameter.default)  # a mark for "not given" has no name
            shown.append(f"{name}={parameter.default!r}" if named else f"{name}=...")
    return f"({', '.join(shown)})"
