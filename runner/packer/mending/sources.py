"""Mend the names of sources that are not there, where it is plain which one is meant: the only one that is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runner.formats.hcl.tree import Attribute, Block, Body, Item, Lit, Many
from runner.packer.coverage import Coverage
from runner.packer.names import address, source_address
from runner.text import Span


def with_known_sources(body: Body, coverage: Coverage) -> Body:
    """Return a template whose builds name sources that are there, where it is plain which one is meant."""
    declared = {".".join(block.labels) for block in body.blocks("source") if len(block.labels) > 1}
    builds = list(body.blocks("build"))
    named = {name for build in builds for name in _named(build)}
    meant = {}
    for name in named - declared:
        kind = name.partition(".")[0]
        left = [each for each in declared - named if each.partition(".")[0] == kind]
        wrong = [each for each in named - declared if each.partition(".")[0] == kind]
        if len(left) == len(wrong) == 1:
            meant[name] = left[0]
    if not meant:
        return body
    items = tuple(_renamed(item, meant, coverage) for item in body.items)
    return body._replace(items=items)


def _named(build: Block) -> Iterator[str]:
    for item in build.body.items:
        match item:
            case Attribute("sources", Many(each)):
                yield from (found for entry in each if (found := address(entry.value)) is not None)
            case Block("source", (label,)):
                yield source_address(label)


def _renamed(build: Attribute | Block, meant: Mapping[str, str], coverage: Coverage) -> Attribute | Block:
    """Return a build that names the sources that are ``meant``."""
    if not isinstance(build, Block) or build.type != "build":
        return build

    def taken(name: str, place: Span) -> str:
        why = f"there is no source {name!r}; the only one of that type that is left, {meant[name]!r}, is taken"
        coverage.mended(place, "build.sources", why)
        return f"source.{meant[name]}"

    def entry(item: Item) -> Item:
        name, place = address(item.value) or "", item.value.place
        return item._replace(value=Lit(taken(name, place), place)) if name in meant else item

    items: list[Attribute | Block] = []
    for item in build.body.items:
        match item:
            case Attribute("sources", Many() as listed):
                items.append(item._replace(value=listed._replace(items=tuple(map(entry, listed.items)))))
            case Block("source", (label,)) if source_address(label) in meant:
                items.append(item._replace(labels=(taken(source_address(label), item.place),)))
            case _:
                items.append(item)
    return build._replace(body=build.body._replace(items=tuple(items)))
