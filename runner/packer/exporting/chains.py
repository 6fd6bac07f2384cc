"""Post-processors, in HCL."""

from __future__ import annotations

from runner.formats.hcl_tree import Block, Body, Conditional, Item, Lit, Many
from runner.model.playbook import Play, PostProcessor
from runner.packer.catalogue import options
from runner.packer.exporting.tasks import Tasks
from runner.packer.exporting.writing import Items, dynamic


def chains(play: Play, work: Tasks, field: str) -> Items:
    """Return the chains of a play's post-processors."""
    found: Items = []
    for chain in play.post_processors:
        links = [_link(each, work, f"{field}.post-processor.{each.type}") for each in chain]
        if len(links) == 1:
            made = links[0]
        else:
            place = chain[0].place
            made = Block("post-processors", (), Body(tuple(links), place), place, gap=True)
        conditions = [each.keywords["when"] for each in chain if "when" in each.keywords]
        if conditions:
            condition = work.writing.condition(conditions[0], f"{field}.post-processor.when")
            if condition is None:
                continue
            place = made.place
            one = Many((Item(Lit(1, place)),), keyed=False, place=place, one_line=True)
            over = Conditional(condition, one, Many((), keyed=False, place=place, one_line=True), place)
            made = dynamic(made.type, over, made.type, made.body, made.labels)._replace(gap=True)
        found.append(made)
    return found


def _link(link: PostProcessor, work: Tasks, field: str) -> Block:
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
    items += work.writing.options(dict(link.options.items()), options("post-processor", link.type), field)
    work.writing.coverage.mapped(link.place, field)
    return Block("post-processor", (kind,), Body(tuple(items), link.place), link.place, gap=True)



