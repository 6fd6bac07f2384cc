"""Check that the data which expressions name is declared, and gives what they want of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runner import registry
from runner.diagnostics import Report
from runner.expand.names import paths_in
from runner.expand.render import templates_in
from runner.model.playbook import Item, Play, Playbook, Task
from runner.reading.names import all_items, flat
from runner.reading.vocabulary import task_names
from runner.text import Node

_BARE = frozenset({"when", "until", "changed_when", "failed_when"})
Part = tuple[Node, bool]
"""A node, and whether its expressions are written without braces."""


def check_data_names(playbook: Playbook, report: Report) -> None:
    """Report every ``data.NAME`` that is not declared, and every ``data.NAME.ATTRIBUTE`` that is not looked up.

    An expression that asks whether it is there, or that has a default, may name anything.
    """
    known = dict.fromkeys(playbook.unread) | {each.name: _attributes(each.type) for each in playbook.data.values()}
    for part, bare in _parts(playbook):
        for node, text in templates_in(part, bare=bare):
            if "data" in text:
                _check(node, text, known, report, bare=bare)


def _attributes(kind: str) -> Mapping[str, str] | None:
    """Return what a data source gives; nothing when it does not say so."""
    entry = registry.find("data_sources", kind)
    return (entry.schema.get("x-ingot", {}).get("attributes") if entry else None) or None


def _check(node: Node, text: str, known: Mapping[str, Mapping[str, str] | None], report: Report, *, bare: bool) -> None:
    from runner.expand.explain import unknown_part

    for name, *rest in paths_in(text, "data"):
        attributes = known.get(name)
        if name not in known:
            report.extend([unknown_part("data", name, known, node, bare=bare)])
        elif attributes is not None and rest and rest[0] not in attributes:
            report.extend([unknown_part(f"data.{name}", rest[0], attributes, node, bare=bare)])


def _parts(playbook: Playbook) -> Iterator[Part]:
    yield from ((each.value, False) for each in playbook.locals.values())
    for data in playbook.data.values():
        yield data.options, False
        if data.when is not None:
            yield data.when, True
    yield from ((source.options, False) for source in playbook.sources.values())
    for play in playbook.plays:
        yield from _of_play(play)


def _of_play(play: Play) -> Iterator[Part]:
    for use in play.sources:
        yield from ((each, bare) for each, bare in ((use.options, False), (use.when, True)) if each is not None)
    for link in (link for chain in play.post_processors for link in chain):
        yield link.options, False
        yield from ((node, True) for key, node in link.keywords.items() if key == "when")
    yield from ((node, key in _BARE) for key, node in play.keywords.items())
    items = [item for each in all_items(play) for item in flat(each)]
    files = any(isinstance(item, Task) and item.module == "include_vars" for item in items)
    if files or "data" in task_names(play):
        return  # a name of the tasks' own
    yield from ((node, False) for node in play.vars.values())
    for item in items:
        yield from _of_item(item)


def _of_item(item: Item) -> Iterator[Part]:
    if item.role is not None:  # it was written for playbooks without data sources
        return
    yield from ((node, key in _BARE) for key, node in item.keywords.items())
    if isinstance(item, Task):
        yield from ((node, item.module == "assert" and key == "that") for key, node in item.args.items())
