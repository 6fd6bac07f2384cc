"""Post-processors, in HCL."""

from __future__ import annotations

from runner.formats.hcl.tree import Attribute, Block, Body, Expression
from runner.model.playbook import Play, PostProcessor
from runner.packer.catalogue import options
from runner.packer.exporting.tasks import Tasks, conditional, selected
from runner.packer.exporting.writing import Items


def chains(play: Play, work: Tasks, field: str) -> Items:
    """Return the chains of a play's post-processors."""
    found: Items = []
    for chain in play.post_processors:
        conditions: list[Expression] = []
        links = [_link(each, work, f"{field}.post-processor.{each.type}", conditions) for each in chain]
        if len(links) == 1:
            made = links[0]
        else:
            place = chain[0].place
            made = Block("post-processors", (), Body(tuple(links), place), place, gap=True)
        if conditions:
            made = conditional(conditions[0], made)
        found.append(made)
    return found


def _link(link: PostProcessor, work: Tasks, field: str, conditions: list[Expression]) -> Block:
    """Return one link; the condition on which its chain is made is added to ``conditions``."""
    kind = link.type.removeprefix("packer/")
    items: Items = []
    for name in ("name", "only", "except", "keep_input_artifact"):
        node = link.keywords.get(name)
        if node is None:
            continue
        if name in ("only", "except"):
            items += work.selection(name, node)
        else:
            items += work.writing.attribute(name, node, field)
    when = link.keywords.get("when")
    condition = work.writing.condition(when, f"{field}.when") if when is not None else None
    if condition is not None:
        chosen = selected(condition)
        items += [] if chosen is None else [Attribute(*chosen, link.place)]
        conditions += [condition] if chosen is None else []
    items += work.writing.options(dict(link.options.items()), options("post-processor", link.type), field)
    work.writing.coverage.mapped(link.place, field)
    return Block("post-processor", (kind,), Body(tuple(items), link.place), link.place, gap=True)



