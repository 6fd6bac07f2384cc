"""Plays -> records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from runner.diagnostics import Note
from runner.model.playbook import Play, SourceUse
from runner.reading.context import (
    Context,
    check_environment,
    mapping_of,
    only,
    shown,
    text_of,
    warn_of_number_like,
    without,
)
from runner.reading.post_processors import read_post_processors
from runner.reading.roles import read_roles
from runner.reading.tasks import read_tasks
from runner.schema.check import check, refuse_keys
from runner.schema.published import definition
from runner.schema.words import listed
from runner.text import Node, Span
from runner.text.paths import is_file

_PARTS = frozenset({
    "name", "description", "hosts", "sources", "vars", "vars_files", "matrix", "pre_tasks", "roles", "tasks",
    "post_tasks", "handlers", "on_error", "verify", "post_processors",
})
_USE_KEYWORDS = frozenset({"from", "when"})
_NAME: dict[str, Any] = {"type": ["string", "number"]}


def read_plays(node: Node | None, context: Context) -> tuple[Play, ...]:
    """Return the plays of a playbook. Two plays of one name are an error: so would be their builds."""
    plays: list[Play] = []
    by_name: dict[str, Play] = {}
    for each in node.value if node and isinstance(node.value, tuple) else ():
        play = _read_play(each, context)
        if play is None:
            continue
        first = by_name.get(play.name) if play.name else None
        if first is not None:
            context.report.add(
                "E016", f"there are two plays called {play.name!r}", play.place,
                notes=[Note("the first one is here", first.place)],
            )
        elif play.name:
            by_name[play.name] = play
        plays.append(play)
    return tuple(plays)


def _with_services(keywords: dict[str, Node]) -> dict[str, Node]:
    """Return the keywords with ``services`` as what it stands for: defaults of the modules that start services."""
    services = keywords.pop("services", None)
    if services is None:
        return keywords
    own = keywords.get("module_defaults")
    defaults = dict(own.items()) if own is not None else {}
    for module in ("service", "systemd"):
        given = defaults.get(module)
        options = {"services": services, **(dict(given.items()) if given is not None else {})}
        defaults[module] = Node(options, services.span, services.key_span)
    return {**keywords, "module_defaults": Node(defaults, services.span, services.key_span)}


def _read_play(node: Node, context: Context) -> Play | None:
    if not check(node, definition("play"), context.report, what="keyword") and not isinstance(node.value, dict):
        return None
    parts = mapping_of(node)
    name = text_of(parts.get("name"))
    if name and "." in name:
        context.report.add(
            "E130", f"the play's name {name!r} has a dot, and builds are called play.source", parts["name"].span,
            hint=f"write {name.replace('.', '-')!r}",
        )
    roles = read_roles(parts.get("roles"), context)
    handlers = read_tasks(parts.get("handlers"), context, part="handler")
    lists = {key: read_tasks(parts.get(key), context) for key in ("pre_tasks", "tasks", "post_tasks")}
    lists |= {key: read_tasks(parts.get(key), context) for key in ("on_error", "verify")}
    place = parts["name"].span if name else node.span
    return Play(
        name=name or None,
        place=place,
        sources=_read_uses(parts, place, context),
        keywords=_with_services({key: child for key, child in parts.items() if key not in _PARTS}),
        vars=_variables(parts, context),
        matrix=_read_matrix(parts.get("matrix"), context),
        roles=roles.items,
        handlers=(*roles.handlers, *handlers),
        post_processors=read_post_processors(parts.get("post_processors"), context),
        written=node,
        **lists,
    )


def _read_uses(parts: Mapping[str, Node], place: Span, context: Context) -> tuple[SourceUse, ...]:
    listed = parts.get("sources")
    if not _elements(listed) and not _elements(parts.get("hosts")):
        context.report.add("E134", "the play uses no source", place, hint="name one under 'sources'")
    uses: list[SourceUse] = []
    if listed is None:
        uses = [use for each in _elements(parts.get("hosts")) for use in _read_hosts(each, context)]
    for each in _elements(listed):
        name = text_of(each)
        if name is not None:
            if check(each, _NAME, context.report):
                uses.append(SourceUse(name, each.span))
            continue
        found = [(name, child) for name, child in each.items() if isinstance(name, str)]
        if len(found) != 1:
            context.report.add(
                "E131", "an entry of 'sources' is a name, or one name with options", each.span,
                hint="write '- NAME' or '- NAME: {option: value}'",
            )
            continue
        name, options = found[0]
        uses.append(_read_use(name, options, context))
    first: dict[str, SourceUse] = {}
    for use in uses:
        if use.name in first:
            notes = [Note("first used here", first[use.name].place)]
            context.report.add("E016", f"the source {use.name!r} is used twice in this play", use.place, notes=notes)
        first.setdefault(use.name, use)
    return tuple(first.values())


def _elements(node: Node | None) -> tuple[Node, ...]:
    return node.elements() if node else ()


def _read_hosts(node: Node, context: Context) -> list[SourceUse]:
    """Return the sources that a pattern of an Ansible playbook selects: names, globs and ``all``, joined by ``:``."""
    found: list[SourceUse] = []
    for pattern in re.split(r"[:,]", text_of(node) or ""):
        names = [name for name in context.sources if pattern.strip() == "all" or fnmatchcase(name, pattern.strip())]
        found += [SourceUse(name, node.span) for name in names or [pattern.strip()]]
    return list({use.name: use for use in found}.values())


def _read_use(name: str, options: Node, context: Context) -> SourceUse:
    if options.value is None:
        return SourceUse(name, options.place)
    if not isinstance(options.value, dict):
        start = text_of(options)
        hint = f"to start from the image of a build, write '{name}: {{from: {start}}}'" if start else None
        context.report.add("E104", "the options of a source are a mapping", options.span, hint=hint)
        return SourceUse(name, options.place)
    check(only(options, _USE_KEYWORDS), definition("source_use"), context.report, what="keyword")
    rest = without(options, _USE_KEYWORDS)
    return SourceUse(
        name, options.place, rest if rest.value else None, options.get("from"), options.get("when")
    )


def _read_matrix(node: Node | None, context: Context) -> Node | None:
    if node is None or node.value is None:
        return None
    if not isinstance(node.value, dict):
        context.report.add("E104", "a matrix is a mapping of names to lists", node.span)
        return None
    check(node, definition("matrix"), context.report)
    for key, child in node.items():
        if key in ("include", "exclude"):
            for each in child.elements():
                if not isinstance(each.value, dict) and not _is_expression(child):
                    context.report.add("E104", f"an entry of {key!r} is a mapping of names to values", each.span)
        elif isinstance(child.value, tuple):
            warn_of_number_like(child, context.report)
        elif not _is_expression(child):
            context.report.add("E104", f"the values of {key!r} are a list", child.span)
    return node


def _is_expression(node: Node) -> bool:
    return isinstance(node.value, str) and "{{" in node.value


def _variables(parts: Mapping[str, Node], context: Context) -> dict[str, Node]:
    """Return the play's ``vars`` and what its ``vars_files`` bring, which count for more."""
    refuse_keys(parts.get("vars"), context.report)
    values = dict(mapping_of(parts.get("vars")))
    for value in values.values():
        warn_of_number_like(value, context.report)
    check_environment(parts.get("environment"), context)
    files = parts.get("vars_files")
    for each in files.elements() if files else ():
        names = [(text_of(name) or "", name) for name in each.elements()]
        if any("{{" in name for name, _ in names):
            span = each.span
            context.report.add(
                "E501", "a file of variables has to be known before the build", span, hint="use include_vars in tasks"
            )
            continue
        paths = [(context.root / name, node) for name, node in names]
        found = next((path for path, _ in paths if is_file(path)), None)
        if found is None:
            looked = ", ".join(shown(path) for path, _ in paths)
            message = f"no file of variables called {listed([name for name, _ in names], 'or')}"
            context.report.add("E508", message, each.span, hint=f"looked for {looked}")
            continue
        node = context.files.load(found, each.span)
        if node is not None and node.value is not None and not isinstance(node.value, dict):
            context.report.add("E507", "a file of variables is a mapping of names to values", node.span)
        values.update(mapping_of(node))
    return values
