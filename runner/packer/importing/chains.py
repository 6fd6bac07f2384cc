"""Post-processors become chains."""

from __future__ import annotations

from collections.abc import Sequence

from runner import registry
from runner.formats.hcl.tree import Block, Body
from runner.formats.yaml.write import Entry, Map, Seq
from runner.packer.importing.dynamic import block_type, dynamic
from runner.packer.importing.options import Options
from runner.packer.importing.tasks import Tasks
from runner.text import NOTHING

_OWN = ("name", "only", "except", "keep_input_artifact")


def chains(body: Body, work: Tasks, path: str) -> Sequence[Entry]:
    """Return the post-processors of a build: each a chain of one, or a list of those that follow each other."""
    found: list[Entry] = []
    for block in body.blocks():
        if block_type(block) not in ("post-processor", "post-processors"):
            continue
        if block.type == "dynamic":
            found += _conditional(block, work, path)
            continue
        if block.type == "post-processor":
            found.append(_link(block, work, path))
            continue
        links = [_link(each, work, path) for each in block.body.blocks("post-processor")]
        for each in block.body.items:
            if each not in tuple(block.body.blocks("post-processor")):
                work.jinja.coverage.unsupported(each.place, f"{path}.post-processors", "a chain has no such thing")
        if links:
            first = links[0]._replace(above=(*block.above, *links[0].above)) if len(links) == 1 else None
            found.append(first or Entry(Seq(tuple(links), block.body.end), block.above))
    return found


def _conditional(block: Block, work: Tasks, path: str) -> Sequence[Entry]:
    """Return the chain that ``dynamic`` makes if a condition holds."""
    made = dynamic(block)
    if made is None or made.condition is None:
        why = "chains are made by an expression"
        work.jinja.coverage.unsupported(block.place, f"{path}.dynamic", why)
        return []
    condition = Entry(work.jinja.condition(made.condition))
    with work.jinja.binding({f"{made.iterator}.value": work.jinja.code(made.over)}):
        found = chains(Body((made.block,), block.place), work, path)
    if not found:  # a chain of nothing
        return []
    entry = found[0]
    links = entry.value.items if isinstance(entry.value, Seq) else (entry,)
    whole = []
    for link in links:
        assert isinstance(link.value, Map)
        whole.append(link._replace(value=Map((*link.value.entries, ("when", condition)))))
    return [entry._replace(value=Seq(tuple(whole)))] if isinstance(entry.value, Seq) else whole


def _link(block: Block, work: Tasks, path: str) -> Entry:
    kind = block.labels[0]
    path = f"{path}.post-processor.{kind}"
    work.jinja.coverage.mapped(block.place, path)
    entry = registry.find("post_processors", kind)
    options = Options(work.jinja, path, entry.schema if entry else NOTHING)
    link = (entry.name if entry else kind, Entry(options.map(block.body, _OWN)))
    return Entry(Map((link, *work.keywords(block.body, path))), block.above, block.beside)
