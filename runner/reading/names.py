"""Check that what a playbook names is there: sources, builds, handlers, and the names in expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from runner import registry
from runner.diagnostics import Note, Report
from runner.expand.scope import RESERVED
from runner.model.playbook import Block, Item, Play, Playbook, Source, SourceUse, walk
from runner.reading.context import text_of
from runner.schema.check import check, unknown_word
from runner.text import Node

_NAME = re.compile(r"[^\W\d][\w-]*")


def check_names(playbook: Playbook, written_sources: Mapping[str, Node], report: Report) -> None:
    """Report every name that stands for nothing.

    ``written_sources`` are the sources as written: one with another mistake is still a source. One that others only
    extend need not be whole.
    """
    extended = {text_of(each.get("extends")) for each in written_sources.values()}
    _check_own_names(playbook, report)
    used: set[str] = set()
    builds = _build_names(playbook.plays, report)
    for play in playbook.plays:
        for use in play.sources:
            used.add(use.name)
            _check_use(use, playbook, written_sources, builds, report)
        if play.sources and all(use.name in written_sources for use in play.sources):
            _check_targets(play, report)
        _check_handlers(play, report)
    for name, source in playbook.sources.items():
        if name not in used and name not in extended:
            _check_options(source, None, report)


def _check_own_names(playbook: Playbook, report: Report) -> None:
    for kind, entries in (("variable", playbook.variables), ("local", playbook.locals), ("data source", playbook.data)):
        for name, entry in entries.items():
            if not _NAME.fullmatch(name):
                hint = "a name has letters, digits, underscores and dashes, and begins with a letter or an underscore"
                report.add("E212", f"{name!r} is no name for a {kind}", entry.place, hint=hint)
            elif name in RESERVED and kind != "data source":
                space = "var" if kind == "variable" else "local"
                hint = f"expressions read this {kind} as {space}.{name}"
                report.add("W211", f"{name!r} has a meaning of its own", entry.place, hint=hint)


def _build_names(plays: Iterable[Play], report: Report) -> dict[str, SourceUse]:
    """Return what each build is called, without its matrix values."""
    names: dict[str, SourceUse] = {}
    seen: set[str] = set()
    for play in plays:
        for use in play.sources:
            name = f"{play.name}.{use.name}" if play.name else use.name
            if name in names and play.name not in seen:  # two plays of one name have been reported as such
                notes = [Note("the first one is here", names[name].place)]
                report.add(
                    "E016", f"two builds are called {name!r}", use.place, notes=notes, hint="give the plays names"
                )
            names.setdefault(name, use)
        seen.update({play.name} if play.name else ())
    return names


def _check_use(
    use: SourceUse, playbook: Playbook, written: Mapping[str, Node], builds: dict[str, SourceUse], report: Report
) -> None:
    source = playbook.sources.get(use.name)
    if source is None:
        if use.name not in written:
            unknown_word("E206", "source", use.name, written, use.place, report)
        return
    _check_options(source, use, report)
    start = text_of(use.start_from)
    if use.start_from is not None and start and "{{" not in start and start.partition("[")[0] not in builds:
        unknown_word("E207", "build", start, builds, use.start_from.span, report)


def _check_options(source: Source, use: SourceUse | None, report: Report) -> None:
    entry = registry.find("builders", source.builder)
    assert entry is not None
    assert isinstance(source.options.value, dict)
    added = use.options.value if use and use.options and isinstance(use.options.value, dict) else {}
    whole = Node({**source.options.value, **added}, source.place, source.place)
    check(whole, entry.schema, report)


def _check_targets(play: Play, report: Report) -> None:
    """Check ``only``, ``except`` and ``override``, which name sources or builds of the play."""
    sources = [use.name for use in play.sources]
    known = [*sources, *(f"{play.name}.{name}" for name in sources if play.name)]
    for keywords in _all_keywords(play):
        for key in ("only", "except"):
            for each in keywords[key].elements() if key in keywords else ():
                word = text_of(each)
                if word and "{{" not in word and not _matches(word, known):
                    unknown_word("E209", "source or build of this play", word, known, each.span, report)
        override = keywords.get("override")
        for name, child in override.items() if override else ():
            if str(name) not in known:
                unknown_word("E209", "source or build of this play", str(name), known, child.place, report)


def _matches(pattern: str, names: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern.partition("[")[0]) for name in names)


def _all_keywords(play: Play) -> Iterator[Mapping[str, Node]]:
    for items in all_items(play):
        for item in flat(items):
            yield item.keywords
    for chain in play.post_processors:
        for link in chain:
            yield link.keywords


def all_items(play: Play) -> Iterator[tuple[Item, ...]]:
    """Yield every list of tasks of a play."""
    for _, items in play.sections():
        yield items
    yield from (play.handlers, play.on_error, play.verify)


def flat(items: tuple[Item, ...]) -> Iterator[Item]:
    """Yield tasks and blocks, however deep, with what includes bring."""
    for item in items:
        yield item
        if isinstance(item, Block):
            for part in (item.tasks, item.rescue, item.always):
                yield from flat(part)
        elif item.included:
            yield from flat(item.included)


def _check_handlers(play: Play, report: Report) -> None:
    known = {name for items in (play.handlers, *_role_handlers(play)) for item in flat(items) for name in _called(item)}
    tasks = [task for items in all_items(play) for task in walk(items, included=True)]
    if any("{{" in name for name in known) or any(t.module == "include_role" and not t.included for t in tasks):
        return
    for items in all_items(play):
        for item in flat(items):
            notify = item.keywords.get("notify")
            for each in notify.elements() if notify else ():
                word = text_of(each)
                if word and "{{" not in word and word not in known:
                    unknown_word("E208", "handler", word, known, each.span, report.mild() if item.role else report)


def _called(handler: Item) -> Iterator[str]:
    """Yield the names by which a handler is notified."""
    if isinstance(handler, Block) and handler.kind == "role":
        return
    yield handler.name
    if handler.role is not None:
        yield f"{handler.role.name} : {handler.name}"
    listen = handler.keywords.get("listen")
    for each in listen.elements() if listen else ():
        yield text_of(each) or ""


def _role_handlers(play: Play) -> Iterator[tuple[Item, ...]]:
    """Yield the handlers of roles that tasks import or include."""
    for items in all_items(play):
        for item in flat(items):
            if isinstance(item, Block) and item.kind == "role":
                yield item.handlers
