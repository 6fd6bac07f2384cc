"""Plan what is sound of a playbook in which mistakes were found, so that one run tells all of them.

What a mistake touches is left out, and what nobody can tell while it is there is not asked: nothing is reported that
is only the consequence of what has been reported.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from runner.diagnostics import Report
from runner.expand.inputs import Input
from runner.expand.role_plugins import RolePlugins
from runner.expand.world import World
from runner.model.playbook import Block, Item, Play, Playbook, PostProcessor, Source, Task
from runner.planning.planner import check_plan
from runner.planning.selection import Selection
from runner.text import Node, Span

_OF_ARGUMENTS = frozenset({"E509", "E511"})
"""Mistakes in what roles are given: what was left out might have given it to them."""
_NAMING = frozenset({
    "set_fact", "include_vars", "import_tasks", "include_tasks", "import_role", "include_role", "add_host", "group_by",
})
"""Modules whose tasks bring names, or tasks."""


def check_sound(
    playbook: Playbook, inputs: Mapping[str, Input], world: World, selection: Selection, report: Report
) -> None:
    """Report what keeps builds from being made, beside the mistakes that are in ``report`` already.

    Nothing is looked up for it.
    """
    faults = _Places(each.span for each in report.diagnostics if not each.code.startswith("W"))
    known = _Places(_harmless(playbook, world.plugins))
    complete = all(known.touch(each.span) for each in report.diagnostics if each.severity == "error")
    sound = _sound(playbook, faults)
    usable = {name: found for name, found in inputs.items() if name not in sound.unread}
    found = Report()
    check_plan(sound, usable, world._replace(read_data=False), selection, found, complete=complete)
    unknown = {"W617"} if complete else {"W617", *_OF_ARGUMENTS}  # nobody asks now why there is no build
    report.extend(each for each in found.diagnostics if each.code not in unknown and not faults.touch(each.span))


class _Places:
    """Stretches of text, of which one asks whether they touch another one."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ranges: dict[str, list[tuple[tuple[int, int], tuple[int, int]]]] = {}
        for span in spans:
            ranges.setdefault(span.file.path, []).append(_range(span))
        self._starts: dict[str, list[tuple[int, int]]] = {}
        self._ends: dict[str, list[tuple[int, int]]] = {}
        for path, each in ranges.items():
            each.sort()
            self._starts[path] = [start for start, _ in each]
            furthest = (0, 0)
            self._ends[path] = [furthest := max(furthest, end) for _, end in each]

    def touch(self, span: Span) -> bool:
        """Return whether one of them has a character of ``span``."""
        starts = self._starts.get(span.file.path)
        if starts is None:
            return False
        start, end = _range(span)
        before = bisect_left(starts, end)
        return before > 0 and self._ends[span.file.path][before - 1] > start

    def in_keys(self, node: Node | None) -> bool:
        """Return whether one of them lies in a key of a mapping, however deep."""
        children = node.value.values() if node and isinstance(node.value, dict) else node.value if node else ()
        if not isinstance(children, tuple | type({}.values())):
            return False
        keys = (child.key_span for child in children if child.key_span is not None)
        return any(map(self.touch, keys)) or any(map(self.in_keys, children))

    def in_node(self, node: Node | None) -> bool:
        """Return whether one of them lies in a node, in its key, or in a part that an alias or a merge brings."""
        if node is None:
            return False
        if self.touch(node.span) or (node.key_span is not None and self.touch(node.key_span)):
            return True
        children = node.value.values() if isinstance(node.value, dict) else node.value
        return isinstance(children, tuple | type({}.values())) and any(map(self.in_node, children))


def _range(span: Span) -> tuple[tuple[int, int], tuple[int, int]]:
    start, end = (span.line, span.column), (span.end_line, span.end_column)
    return start, max(end, (span.line, span.column + 1))


def _harmless(playbook: Playbook, plugins: RolePlugins) -> Iterator[Span]:
    """Yield the places in which a mistake hides neither a build nor a name from the rest of the playbook."""
    for source in playbook.sources.values():
        yield from (source.place, source.options.span)
    for variable in playbook.variables.values():
        yield variable.place
        if variable.default is not None:
            yield variable.default.span
    for local in playbook.locals.values():
        yield from (local.place, local.value.span)
    for play in playbook.plays:
        for use in play.sources:
            yield from (node.span for node in (use.options, use.start_from, use.when) if node)
        yield from (link.options.span for chain in play.post_processors for link in chain)
        for items in _lists(play).values():
            yield from _plain_tasks(items, plugins)


def _plain_tasks(items: tuple[Item, ...], plugins: RolePlugins) -> Iterator[Span]:
    for item in items:
        if isinstance(item, Block):
            for part in (item.tasks, item.rescue, item.always):
                yield from _plain_tasks(part, plugins)
        elif item.module not in _NAMING and plugins.module(item.module):
            yield item.place


def _sound(playbook: Playbook, faults: _Places) -> Playbook:
    """Return what is sound of a playbook. What others may name, such as builds, stays under its name."""
    broken = [name for name, each in playbook.variables.items() if faults.touch(each.place)]
    broken += [name for name, each in playbook.variables.items() if faults.in_node(each.default or each.rules)]
    broken += [name for name, each in playbook.locals.items() if faults.in_node(each.value)]
    broken += [name for name, each in playbook.data.items() if faults.touch(each.place) or faults.in_node(each.options)]
    uses = [use for play in playbook.plays for use in play.sources]
    unsound = {use.name for use in uses if faults.in_keys(use.options) or faults.touch(use.place)}
    sources = {name: _source(each, faults, blank=name in unsound) for name, each in playbook.sources.items()}
    seen: set[str] = set()
    plays = tuple(_play(each, faults, unsound, seen) for each in playbook.plays if not faults.in_node(each.matrix))
    return playbook._replace(sources=sources, plays=plays, unread=playbook.unread.union(broken))


def _source(source: Source, faults: _Places, *, blank: bool) -> Source:
    """Return a source, without options when one of their names is wrong: a wrong value hides none of the others."""
    if blank or faults.touch(source.place) or faults.in_keys(source.options):
        return source._replace(options=Node({}, source.place, source.place))
    return source


def _play(play: Play, faults: _Places, unsound: set[str], seen: set[str]) -> Play:
    """Return what is sound of a play; of one whose keywords are wrong, only its builds. A name stands for one build."""
    uses = []
    for use in play.sources:
        name = f"{play.name}.{use.name}" if play.name else use.name
        if name not in seen:
            start = None if faults.in_node(use.start_from) else use.start_from
            when = None if faults.in_node(use.when) else use.when
            options = None if use.name in unsound else use.options
            uses.append(use._replace(start_from=start, when=when, options=options))
        seen.add(name)
    play = play._replace(sources=tuple(uses))
    lists = _lists(play)
    if any(map(faults.in_node, play.keywords.values())):
        bare: dict[str, Any] = dict.fromkeys(lists, ())
        return play._replace(keywords={}, post_processors=(), **bare)
    kept: dict[str, Any] = {name: _items(items, faults) for name, items in lists.items()}
    return play._replace(
        vars={name: node for name, node in play.vars.items() if not faults.in_node(node)},
        post_processors=tuple(tuple(_link(link, faults) for link in chain) for chain in play.post_processors),
        **kept,
    )


def _lists(play: Play) -> dict[str, tuple[Item, ...]]:
    return {**dict(play.sections()), "handlers": play.handlers, "on_error": play.on_error, "verify": play.verify}


def _items(items: tuple[Item, ...], faults: _Places) -> tuple[Item, ...]:
    return tuple(found for item in items if (found := _item(item, faults)) is not None)


def _item(item: Item, faults: _Places) -> Item | None:
    if any(map(faults.in_node, item.keywords.values())):
        return None
    if isinstance(item, Task):
        return None if faults.touch(item.place) or faults.in_node(item.args) else item
    return item._replace(
        tasks=_items(item.tasks, faults), rescue=_items(item.rescue, faults), always=_items(item.always, faults),
        handlers=tuple(each for each in _items(item.handlers, faults) if isinstance(each, Block)),
    )


def _link(link: PostProcessor, faults: _Places) -> PostProcessor:
    if not any(map(faults.in_node, (link.options, *link.keywords.values()))):
        return link
    named = {key: node for key, node in link.keywords.items() if key == "name"}
    return link._replace(options=Node({}, link.place, link.place), keywords=named)
