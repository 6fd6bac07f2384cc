"""Sources and plays, in HCL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from runner.formats.hcl.tree import Attribute, Block, Body, Expression, Item, Lit, Many
from runner.model.playbook import Play, Playbook, Source, SourceUse
from runner.packer.catalogue import options
from runner.packer.exporting.chains import chains
from runner.packer.exporting.tasks import Tasks
from runner.packer.exporting.writing import Items, Writing
from runner.text import Node


class Builds:
    """Translates the sources and plays of one playbook."""

    def __init__(self, playbook: Playbook, writing: Writing, stem: str) -> None:
        self._playbook = playbook
        self._writing = writing
        self._stem = stem
        self.files: dict[str, str] = {}
        """The files that go with the template: name -> text."""
        used = {use.name for play in playbook.plays for use in play.sources}
        self._nested = {name for name in used if self._parent(name) is not None}

    def sources(self) -> Iterator[Block]:
        """Yield the sources."""
        for name, source in self._playbook.sources.items():
            if name in self._nested:
                continue
            kind, own = self._names(name)
            field = f"source.{kind}.{own}"
            items = self._writing.options(dict(source.options.items()), options("builder", source.builder), field)
            yield Block("source", (kind, own), Body(tuple(items), source.place), source.place, gap=True)
            self._writing.coverage.mapped(source.place, field)

    def builds(self) -> Iterator[Block]:
        """Yield a build for each play."""
        for number, play in enumerate(self._playbook.plays, 1):
            items = self._build(play, f"build.{number}")
            yield Block("build", (), Body(tuple(items), play.place), play.place, gap=True)

    def _names(self, name: str) -> tuple[str, str]:
        """Return the type and the name of a source."""
        kind = self._playbook.sources[name].builder.removeprefix("packer/")
        return kind, name.removeprefix(f"{kind}.").replace(".", "-")

    def _parent(self, name: str) -> Source | None:
        """Return the source that another one only adds to: Packer has it as a source of a build with a name."""
        source = self._playbook.sources.get(name)
        parent = self._playbook.sources.get(source.extends) if source else None
        if source is None or parent is None or source.own is None or source.builder != parent.builder:
            return None
        return None if {key for key, _ in source.own.items()} & {key for key, _ in parent.options.items()} else parent

    def _build(self, play: Play, field: str) -> Items:
        items: Items = []
        place = play.place
        if play.name:
            items.append(Attribute("name", Lit(play.name, place), place))
        described = play.written.get("description") if play.written else None
        if described is not None:
            items += self._writing.attribute("description", described, field)
        if "when" in play.keywords:
            self._unsupported(play.keywords["when"], f"{field}.when", "Packer has no condition for a build")
        if play.matrix is not None:
            self._unsupported(play.matrix, f"{field}.matrix", "Packer has no matrix")
        for task in play.verify:
            why = "Packer does not check an image"
            self._writing.coverage.unsupported(task.place, f"{field}.verify", why)
        used = (use.name for use in play.sources if use.name in self._playbook.sources)
        known = {name: ".".join(self._names(name)) for name in used}
        items += self._uses(play, field)
        work = Tasks(self._writing, _Targets(play, known), self._playbook, self._stem, self.files)
        items += work.provisioners(play, field)
        items += chains(play, work, field)
        return items

    def _uses(self, play: Play, field: str) -> Items:
        chosen = self._chosen(play, field)
        if chosen is not None:
            return [Attribute("sources", chosen, play.place)]
        listed: list[Item] = []
        blocks: Items = []
        for use in play.sources:
            source = self._playbook.sources.get(use.name)
            if source is None:
                continue
            self._refuse(use, field)
            added = dict(use.options.items()) if use.options else {}
            address = "source." + ".".join(self._names(use.name))
            items: Items = []
            if use.name in self._nested and source.own is not None:
                kind, own = self._names(use.name)
                address = f"source.{kind}.{self._names(source.extends)[1]}"
                items.append(Attribute("name", Lit(own, use.place), use.place))
                added = {**dict(source.own.items()), **added}
            if not added and not items:
                listed.append(Item(Lit(address, use.place)))
                continue
            items += self._writing.options(added, options("builder", source.builder), f"{field}.source")
            label = address.removeprefix("source.")
            blocks.append(Block("source", (label,), Body(tuple(items), use.place), use.place, gap=True))
        found: Items = []
        if listed:
            found.append(Attribute("sources", _list(listed, play), play.place))
        return [*found, *blocks]

    def _chosen(self, play: Play, field: str) -> Expression | None:
        """Return the list that every source of a play is looked for in, if there is one."""
        codes = set()
        for use in play.sources:
            if use.name not in self._playbook.sources or use.when is None or not isinstance(use.when.value, str):
                return None
            head = f"'source.{'.'.join(self._names(use.name))}' in "
            if not use.when.value.startswith(head):
                return None
            codes.add(use.when.value.removeprefix(head))
        if len(codes) != 1:
            return None
        when = play.sources[0].when
        assert when is not None
        return self._writing.value(when._replace(value=f"{{{{ {codes.pop()} }}}}"), f"{field}.sources")

    def _refuse(self, use: SourceUse, field: str) -> None:
        if use.when is not None:
            self._unsupported(use.when, f"{field}.sources.when", "Packer has no condition for a source")
        if use.start_from is not None:
            why = "Packer starts no build from the image of another"
            self._unsupported(use.start_from, f"{field}.sources.from", why)

    def _unsupported(self, node: Node, field: str, why: str) -> None:
        self._writing.coverage.unsupported(node.place, field, why)


def _list(items: list[Item], play: Play) -> Many:
    return Many(tuple(items), keyed=False, place=play.place, one_line=len(items) == 1)


class _Targets:
    """The sources of a play, as ``only`` and ``except`` name them."""

    def __init__(self, play: Play, known: Mapping[str, str]) -> None:
        self._known = known
        self._play = play.name

    def addresses(self, pattern: str) -> list[str]:
        """Return the sources that a pattern selects, as ``TYPE.NAME``."""
        names = {key: (key, f"{self._play}.{key}") for key in self._known}
        return [self._known[key] for key, both in names.items() if any(fnmatchcase(each, pattern) for each in both)]



