"""Give components the options without which there is none of their kind: as variables, which a build asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from runner.formats.hcl.tree import Attr, Attribute, Block, Body, Ref
from runner.packer.coverage import Coverage
from runner.packer.mending.components import HOLDERS, component, name_of
from runner.packer.names import source_address
from runner.schema.words import Schema
from runner.text import NOTHING

_COMMENT = "It is needed, and the template lacks it."


def with_needs(body: Body, coverage: Coverage) -> Body:
    """Return a template whose components have what they need, each as a variable without a value."""
    needs = _Needs(body, coverage)
    items = tuple(map(needs.met, body.items))
    return body._replace(items=(*items, *needs.variables))


class _Needs:
    """Gives components what none of their kind can be without."""

    def __init__(self, body: Body, coverage: Coverage) -> None:
        self._coverage = coverage
        self._added = _added_by_builds(body)
        made = (each for build in body.blocks("build") for each in build.body.blocks("dynamic"))
        self._open = any(each.labels == ("source",) for each in made)
        """Whether builds make options of sources, nobody knows which."""
        self._declared = {block.labels[0] for block in body.blocks("variable")}
        self._declared |= {each.name for block in body.blocks("variables") for each in block.body.attributes()}
        self.variables: list[Block] = []

    def met(self, item: Attribute | Block) -> Attribute | Block:
        """Return a component with what it lacks, or a build whose components have it."""
        if isinstance(item, Attribute):
            return item
        if item.type in HOLDERS:
            return item._replace(body=item.body._replace(items=tuple(map(self.met, item.body.items))))
        entry = component(item)
        if entry is None or (item.type == "source" and self._open):
            return item
        given = {name_of(each) for each in item.body.items} | self._added.get(".".join(item.labels), set())
        lacking = [] if "dynamic" in given else list(_needs(entry.schema, given))
        return item._replace(body=item.body._replace(items=(*item.body.items, *(self._new(item, n) for n in lacking))))

    def _new(self, component: Block, name: str) -> Attribute:
        place, field = component.place, ".".join((component.type, *component.labels, name))
        why = f"{component.labels[0]} needs it; it becomes a variable without a value"
        self._coverage.mended(place, field, why)
        if name not in self._declared:
            self._declared.add(name)
            self.variables.append(Block("variable", (name,), Body((), place), place, (_COMMENT,)))
        return Attribute(name, Attr(Ref("var", place), name, place), place)


def _added_by_builds(body: Body) -> dict[str, set[str]]:
    """Return the options that builds add to sources, by ``TYPE.NAME``."""
    found: dict[str, set[str]] = {}
    for build in body.blocks("build"):
        for use in build.body.blocks("source"):
            found.setdefault(source_address(use.labels[0]), set()).update(name_of(each) for each in use.body.items)
    return found


def _needs(schema: Schema, given: Collection[str]) -> Iterator[str]:
    """Yield the options that are missing; of several of which one will do, the first."""
    aliases = {name: each["x-alias-of"] for name, each in schema.get("properties", NOTHING).items()
               if "x-alias-of" in each}
    there = {aliases.get(name, name) for name in given} | {*given}
    yield from (name for name in schema.get("required", ()) if name not in there)
    for rule in schema.get("allOf", ()):
        names = [each["required"][0] for each in rule.get("anyOf", ()) if "required" in each]
        if names and not there.intersection(names):
            yield names[0]
