"""Which module a task calls, and with which options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from runner import registry
from runner.diagnostics import Note, Report, did_you_mean
from runner.expand.place import locate
from runner.reading.context import Context, text_of
from runner.reading.free_form import split_options
from runner.registry import Entry
from runner.schema.check import unknown_word
from runner.schema.words import listed
from runner.text import Key, Node, Span

ACTIONS = ("action", "local_action")
_FORMER = {"include": "write 'import_tasks', or 'include_tasks' where only the build knows which file it is"}
"""Modules that Ansible had, and what has taken their place."""


class Call(NamedTuple):
    """A module by the name it is called by, and the options it is given."""

    word: str
    place: Span
    given: Node


def find_call(node: Node, words: Mapping[str, Node], context: Context, keywords: frozenset[str]) -> Call | None:
    """Return the module that a task calls; report what keeps it from calling one.

    ``words`` are the keys of the task that are no keywords, and ``action`` or ``local_action``.
    """
    report = context.report
    if not words:
        report.add("E121", "the task names no module", node.span, hint="add one, such as 'command: make'")
        return None
    if len(words) == 1 and words.keys().isdisjoint(ACTIONS):
        [(word, given)] = words.items()
        return Call(word, given.place, given)
    modules = [word for word in words if word in ACTIONS or context.module(word)]
    if not modules and len(words) > 1:
        for word, child in words.items():
            report_unknown_module(word, child.place, context, keywords)
        return None
    module = modules[0] if modules else next(iter(words))
    strays = {word: child for word, child in words.items() if word != module}
    entry = context.module(module)
    own = entry is not None and all(word in entry.schema["properties"] for word in strays)
    if len(modules) > 1 and (words[module].value is not None or not own):
        report.add(
            "E122", f"a task has one module, and this one has {len(modules)}: {listed(modules, 'and')}",
            words[modules[1]].place, notes=[Note("the first one is here", words[module].place)],
            hint="make a task of each",
        )
        return None
    given = with_strays(module, words[module], strays, entry, report, keywords)
    return _of_action(given, context) if module in ACTIONS else Call(module, given.place, given)


def with_strays(
    name: str, given: Node, strays: Mapping[str, Node], entry: Entry | None, report: Report, keywords: frozenset[str]
) -> Node:
    """Report what stands beside the name of a plugin and means nothing there.

    Returns the options with those that only lack their indentation, so that they are not missed too.
    """
    entries: dict[Key, Node] = dict(given.items())
    for word, child in strays.items():
        if entry and word in entry.schema["properties"]:
            hint = f"it is an option of {name!r}: indent it further"
            report.add("E101", f"unknown keyword {word!r}", child.place, hint=hint)
            entries.setdefault(word, child)
        else:
            unknown_word("E101", "keyword", word, keywords, child.place, report)
    mapping = given.value is None or isinstance(given.value, dict)
    return Node(entries, given.span, given.key_span) if entries and mapping else given


def _of_action(node: Node, context: Context) -> Call | None:
    """Take ``action: module options`` or ``action: {module: ..., ...}`` apart."""
    if isinstance(node.value, str) and node.value.strip():
        word, _, rest = node.value.strip().partition(" ")
        return Call(word, locate(node, node.value.index(word), len(word)), Node(rest.strip() or None, node.span))
    module = node.get("module")
    word = text_of(module) or ""
    if module is None or not word:
        context.report.add("E121", "the task names no module", node.place, hint="write 'action: MODULE OPTIONS'")
        return None
    options = {key: child for key, child in node.items() if key != "module"}
    return Call(word, module.span, Node(options, node.span, node.key_span))


def report_unknown_module(word: str, place: Span, context: Context, keywords: frozenset[str]) -> None:
    """Report a module that nobody knows."""
    collection, dot, short = word.rpartition(".")
    if short in _FORMER and collection in ("", "ansible.builtin", "ansible.legacy"):
        context.report.add("E201", f"unknown module {word!r}", place, hint=_FORMER[short])
    elif dot:
        siblings = (name.rpartition(".") for name in registry.names("modules"))
        near = did_you_mean(short, [name for other, _, name in siblings if other == collection])
        hint = near or "use the 'ansible' module for it, a plugin that brings it, or 'shell'"
        context.report.add("E201", f"unknown module {word!r}", place, hint=hint)
    else:
        known = registry.names("modules") | keywords
        unknown_word(
            "E201", "module or keyword", word, known, place, context.report,
            otherwise="`ingot doc --kind modules` lists the modules",
        )


def find_options(
    call: Call, more: Node | None, entry: Entry, context: Context, keywords: frozenset[str]
) -> Node | None:
    """Return the options of a module as a mapping, those under ``args`` too; nothing when they are not understood."""
    given, schema = call.given, entry.schema
    properties = schema["properties"]
    free_form = entry.about.get("free_form")
    entries: dict[Key, Node] = {}
    if isinstance(given.value, dict):
        entries = given.value
    elif isinstance(given.value, str) and given.tag is None:
        pairs = split_options(given, frozenset(properties), free_form, context.report)
        if pairs is None:
            return None
        entries = dict(pairs.items())
    elif given.value is not None and free_form is not None and not isinstance(given.value, tuple):
        entries = {free_form: Node(given.value, given.span, given.place, given.raw)}
    elif given.value is not None:
        hint = f"write '{call.word}: {{option: value}}'"
        context.report.add("E104", "the options of a module are a mapping or a text", given.span, hint=hint)
        return None
    if more is not None:
        entries = {**dict(more.items()), **entries}
    if schema.get("additionalProperties") is False:
        strays = keywords.intersection(entries).difference(properties)
        for key in strays:
            hint = f"it is a keyword of the task: indent it as far as {call.word!r}"
            context.report.add("E101", f"unknown option {key!r}", entries[key].place, hint=hint)
        entries = {key: child for key, child in entries.items() if key not in strays} if strays else entries
    return given if entries is given.value else Node(entries, given.span, given.key_span)
