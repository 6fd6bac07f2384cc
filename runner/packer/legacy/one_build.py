"""The builds of a template as one, which is all that Packer's older JSON has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from runner.formats.hcl.tree import Attribute, Block, Body, Item, Lit, Many
from runner.formats.hcl.write import write
from runner.packer.names import address, source_address
from runner.text import Span

Note = Callable[[Span, str, str], None]
"""Takes a place, a field, and why it is not in the result."""
Use = tuple[str, Span, Block | None]
"""``TYPE.NAME`` of a source, where a build uses it, and what the build adds to it."""
_CLEANUP = "error-cleanup-provisioner"


def uses(build: Block) -> Iterator[Use]:
    """Yield the sources of a build."""
    listed = build.body.get("sources")
    if listed is not None:
        items = listed.value.items if isinstance(listed.value, Many) else (Item(listed.value),)
        yield from ((address(each.value) or "", each.value.place, None) for each in items)
    for block in build.body.blocks("source"):
        yield source_address(block.labels[0] if block.labels else ""), block.place, block


def in_one_build(body: Body, note: Note) -> Body:
    """Return a template whose builds are one: what belongs to one of them says ``only`` for which sources it is.

    A build is left out, which is told, when it has a source of an earlier one: in JSON each builder is there once.
    """
    chosen: list[Block] = []
    taken: set[str] = set()
    for build in body.blocks("build"):
        own = set(_own(build))
        if taken & own:
            note(build.place, "build", "JSON has each builder once, and an earlier build uses it")
        else:
            chosen.append(build)
        taken |= own
    rest = tuple(item for item in body.items if not (isinstance(item, Block) and item.type == "build"))
    if len(chosen) > 1:
        chosen = [chosen[0]._replace(body=Body(tuple(_joined(chosen, note)), chosen[0].body.place))]
    return body._replace(items=(*rest, *chosen))


def _own(build: Block) -> Iterator[str]:
    """Yield how ``only`` names the sources of a build."""
    for source, _, more in uses(build):
        named = more.body.get("name") if more else None
        kind = source.partition(".")[0]
        yield f"{kind}.{named.value.value}" if named and isinstance(named.value, Lit) else source


def _joined(builds: Sequence[Block], note: Note) -> Iterator[Attribute | Block]:
    """Yield what the builds have together."""
    listed = [(build.body.get("sources"), build) for build in builds]
    items = [item for found, _ in listed if found and isinstance(found.value, Many) for item in found.value.items]
    if items:
        place = builds[0].place
        yield Attribute("sources", Many(tuple(items), keyed=False, place=place), place)
    yield from _cleanup(builds, note)
    described = False
    for build in builds:
        own = list(_own(build))
        for item in build.body.items:
            if isinstance(item, Block):
                yield from () if item.type == _CLEANUP else _limited(item, own)
            elif item.name == "description" and described:
                note(item.place, "build.description", "JSON has one description only")
            elif item.name != "sources":
                described |= item.name == "description"
                yield item


def _cleanup(builds: Sequence[Block], note: Note) -> Iterator[Block]:
    """Yield the provisioner for errors, which JSON has for all builders or for none."""
    found = [block for build in builds for block in build.body.blocks(_CLEANUP)]
    said = {write(Body((block._replace(gap=False),), block.place)) for block in found}
    if len(found) == len(builds) and len(said) == 1:
        yield found[0]
        return
    for block in found:
        note(block.place, _CLEANUP, "JSON has one for all builders only, and it is not that of every build")


def _limited(block: Block, own: Sequence[str]) -> Iterator[Block]:
    """Yield a provisioner or post-processor that says for which sources it is; nothing when it is for none."""
    if block.type == "post-processors":
        links = tuple(link for each in block.body.blocks() for link in _limited(each, own))
        yield from (block._replace(body=block.body._replace(items=links)),) if links else ()
    elif block.type not in ("provisioner", "post-processor") or block.body.get("only") is not None:
        yield block
    else:
        without = block.body.get("except")
        listed = without.value.items if without and isinstance(without.value, Many) else ()
        left_out = {address(item.value) for item in listed}
        names = tuple(Item(Lit(name, block.place)) for name in own if name not in left_out)
        only = Attribute("only", Many(names, keyed=False, place=block.place), block.place)
        rest = tuple(item for item in block.body.items if item is not without)
        yield from (block._replace(body=block.body._replace(items=(*rest, only))),) if names else ()
