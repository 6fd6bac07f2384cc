"""Read a template in Packer's older JSON: as HCL's tree, with what Packer refuses told in the report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from runner.diagnostics import Note, Report
from runner.formats.hcl.tree import Attribute, Block, Body, Expression, Item, Lit, Many
from runner.packer.catalogue import ComponentKind, options
from runner.packer.coverage import Finding
from runner.packer.legacy.engine import reference
from runner.packer.legacy.fixers import fixed
from runner.packer.legacy.names import named
from runner.packer.legacy.options import Writer
from runner.packer.legacy.variables import Variables
from runner.packer.legacy.words import Telling, comment
from runner.text import Node, SourceFile

_LISTS = ("builders", "provisioners", "post-processors", "sensitive-variables")
_OBJECTS = ("variables", "error-cleanup-provisioner")
_TEXTS = ("description", "min_packer_version")
_KEYS = (*_TEXTS, *_OBJECTS, *_LISTS, "push")
_USER = re.compile(r"\{\{\s*user\s+[`\"]([^`\"]*)[`\"]\s*\}\}")


class Legacy(NamedTuple):
    """A template in JSON, as HCL says it."""

    body: Body
    findings: tuple[Finding, ...]


def read(file: SourceFile, root: Node, report: Report) -> Legacy:
    """Return what a template says; with errors in the report, only what can be understood of it."""
    telling = Telling(report)
    sound = _checked(file, root, telling)
    template = _Template(file, fixed(sound, telling.note), telling)
    return Legacy(template.body(), tuple(telling.findings))


def _checked(file: SourceFile, root: Node, telling: Telling) -> Node:
    """Return the template without what is wrong in its outer shape, and without nulls."""
    if not isinstance(root.value, dict):
        telling.wrong(root, "an object with builders")
        return Node({}, file.start())
    kept: dict[str | int | float | bool | None, Node] = {}
    for key, node in root.items():
        wanted = list if key in _LISTS else dict if key in _OBJECTS else str if key in _TEXTS else None
        if comment(key, node) or key == "push":
            kept[key] = node
        elif key not in _KEYS and not str(key).startswith("_"):
            telling.unknown(str(key), node, _KEYS)
        elif wanted is None or (wanted is list and not isinstance(node.value, tuple | None)):
            telling.wrong(node, "a list" if wanted else "the text of a comment")
        elif wanted is not list and not isinstance(node.value, wanted | None):
            telling.wrong(node, "an object" if wanted is dict else "a text")
        elif node.value is not None:
            kept[key] = node
    return root._replace(value=kept)


class _Template:
    """Turns a template of a sound outer shape into HCL."""

    def __init__(self, file: SourceFile, root: Node, telling: Telling) -> None:
        self.file = file
        self.root = root
        self.telling = telling
        sensitive = frozenset(each.value for each in self.list("sensitive-variables") if isinstance(each.value, str))
        self.variables = Variables(root.get("variables") or Node({}, root.place), sensitive, telling)
        self.sources: dict[str, tuple[str, str, Node]] = {}
        """Name of a builder -> type and name of its source, and where it stands."""

    def list(self, key: str) -> tuple[Node, ...]:
        node = self.root.get(key)
        return node.elements() if node else ()

    def body(self) -> Body:
        """Return the whole template."""
        if push := self.root.get("push"):
            self.telling.note(push.place, "push", "changed", "it is left out: Packer ignores it, too")
        uses = [*self._sources(), *self._build()]  # which is when it turns out what else has to be declared
        blocks = [*self._packer(), *self.variables.blocks(), *uses]
        comments = tuple(line for key, node in self.root.items() for line in comment(key, node) or ())
        if blocks and comments:
            blocks[0] = blocks[0]._replace(above=(*comments, *blocks[0].above))
        return Body(tuple(blocks), self.root.span)

    def _packer(self) -> Iterator[Block]:
        if node := self.root.get("min_packer_version"):
            version = Attribute("required_version", Lit(f">= {node.plain()}", node.span), node.place)
            yield Block("packer", (), Body((version,), node.span), node.place)

    def _component(self, node: Node, what: str) -> str | None:
        """Return the type of a builder, provisioner or post-processor; tell when it has none."""
        if not isinstance(node.value, dict):
            self.telling.wrong(node, f"a {what}")
            return None
        type_ = node.get("type")
        if type_ is None or not type_.value:
            self.telling.report.add("E103", f"the {what} has no type", node.span, hint="write 'type': what it is")
        elif not isinstance(type_.value, str):
            self.telling.wrong(type_, f"the type of a {what}")
        else:
            return type_.value
        return None

    def _sources(self) -> Iterator[Block]:
        taken: dict[str, set[str]] = {}
        if self.root.get("builders") is None and not self.telling.report.failed:
            self.telling.report.add("E103", "the template has no builders", self.root.span)
        for node in self.list("builders"):
            type_ = self._component(node, "builder")
            if type_ is None:
                continue
            given = node.get("name")
            if given and not isinstance(given.value, str):
                self.telling.wrong(given, "the name of a builder")
                continue
            name = str(given.value) if given and given.value else type_
            place = (given or node).span
            if name in self.sources:
                notes = (Note("first used here", self.sources[name][2].span),)
                self.telling.report.add("E016", f"two builders are called '{name}'", place, notes=notes)
                continue
            shown = _USER.sub(lambda found: self.variables.default(found[1]), name)
            source = named(shown, taken.setdefault(type_, set()))
            self.sources[name] = (type_, source, given or node)
            if source != name:
                why = f"HCL does not take its name: it is '{source}' now"
                self.telling.note(place, f"builders.{name}.name", "changed", why)
            body = self._writer(node).body(
                node, options("builder", type_), f"source.{type_}.{source}", {"type": None, "name": None}
            )
            yield Block("source", (type_, source), body, place, gap=True)

    def _writer(self, node: Node) -> Writer:
        return Writer(self.telling, self.variables.lookup(node.place))

    def _build(self) -> Iterator[Block]:
        place = (self.root.get("builders") or self.root).place
        items: list[Attribute | Block] = []
        if node := self.root.get("description"):
            items.append(Attribute("description", Lit(str(node.value), node.span), node.place))
        references = [reference(each.place, "source", type_, name) for type_, name, each in self.sources.values()]
        sources = Many(tuple(map(Item, references)), keyed=False, place=place, one_line=len(references) == 1)
        items.append(Attribute("sources", sources, place))
        items += (each for node in self.list("provisioners") for each in self._provisioner("provisioner", node))
        if node := self.root.get("error-cleanup-provisioner"):
            items += self._provisioner("error-cleanup-provisioner", node)
        for node in self.list("post-processors"):
            items += self._chain(node)
        if self.sources:
            yield Block("build", (), Body(tuple(items), self.root.span), place, gap=True)

    def _provisioner(self, word: str, node: Node) -> Iterator[Block]:
        type_ = self._component(node, "provisioner")
        if type_:
            yield self._block(word, "provisioner", type_, node)

    def _chain(self, node: Node) -> Iterator[Block]:
        """Yield a post-processor, or several that work one after another."""
        if not isinstance(node.value, tuple):
            yield from self._post_processor(node)
            return
        blocks: list[Block] = []
        for each in node.value:
            if isinstance(each.value, tuple):
                self.telling.wrong(each, "a post-processor of a chain")
            else:
                blocks += self._post_processor(each)
        if len(blocks) == 1:
            yield blocks[0]
        elif blocks:
            blocks[0] = blocks[0]._replace(gap=False)
            yield Block("post-processors", (), Body(tuple(blocks), node.span), node.span, gap=True)

    def _post_processor(self, node: Node) -> Iterator[Block]:
        if isinstance(node.value, str) and node.value:
            yield Block("post-processor", (node.value,), Body((), node.span), node.span, gap=True)
            return
        type_ = self._component(node, "post-processor")
        if type_:
            yield self._block("post-processor", "post-processor", type_, node)

    def _block(self, word: str, kind: ComponentKind, type_: str, node: Node) -> Block:
        ready: dict[str, Expression | None] = {"type": None}
        known = options(kind, type_)
        field = f"{word}.{type_}"
        if (only := node.get("only")) and (other := node.get("except")):
            notes = (Note("'only' stands here", only.place),)
            self.telling.report.add("E107", "'only' and 'except' exclude each other", other.place, notes=notes)
        for key in ("only", "except"):
            if names := node.get(key):
                ready[key] = self._selected(key, names, kind)
        if (override := node.get("override")) and kind == "provisioner":
            ready["override"] = self._override(override, node, field)
        return Block(word, (type_,), self._writer(node).body(node, known, field, ready), node.span, gap=True)

    def _selected(self, key: str, names: Node, kind: ComponentKind) -> Expression | None:
        """Return the builders that ``only`` or ``except`` names."""
        found = [
            Item(Lit(f"{source[0]}.{source[1]}", each.span))
            for each in names.elements()
            if (source := self._source(each.value, each, key, kind))
        ]
        return Many(tuple(found), keyed=False, place=names.span, one_line=True) if names.value else None

    def _source(self, name: object, node: Node, key: str, kind: str) -> tuple[str, str, Node] | None:
        found = self.sources.get(name) if isinstance(name, str) else None
        if found is None:
            named_ = name if isinstance(name, str) else "this"
            hint = f"the builders are called {', '.join(self.sources)}" if self.sources else None
            message = f"'{key}' of a {kind} names '{named_}', which is no builder here"
            self.telling.report.add("E209", message, node.place, hint=hint)
        return found

    def _override(self, override: Node, node: Node, field: str) -> Expression | None:
        """Return the options that differ for some of the builders."""
        if not isinstance(override.value, dict):
            self.telling.wrong(override, "an object: builder -> options")
            return None
        type_ = node.get("type")
        known = options("provisioner", str(type_.value if type_ else ""))
        items = []
        for name, each in override.items():
            source = self._source(name, each, "override", "provisioner")
            if source and isinstance(each.value, dict):
                value = self._writer(each).object(each, known, f"{field}.override.{source[1]}")
                items.append(Item(value, Lit(source[1], each.place)))
            elif source:
                self.telling.wrong(each, "an object with options")
        return Many(tuple(items), keyed=True, place=override.span)
