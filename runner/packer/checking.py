"""Check what the grammar of HCL leaves open: which blocks a template has, what they are called, what needs what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from runner.diagnostics import Note, Report
from runner.formats.hcl.tree import Attr, Attribute, Block, Body, Ref
from runner.formats.hcl.walk import parts
from runner.text import Span

_Labels = Mapping[str, tuple[str, ...]]
_OF_TEMPLATE: _Labels = {
    "packer": (), "variable": ("NAME",), "variables": (), "local": ("NAME",), "locals": (), "source": ("TYPE", "NAME"),
    "data": ("TYPE", "NAME"), "build": (), "hcp_packer_registry": (),
}
"""Type of a block -> what its labels say."""
_OF_BUILD: _Labels = {
    "source": ("TYPE.NAME",), "provisioner": ("TYPE",), "error-cleanup-provisioner": ("TYPE",),
    "post-processor": ("TYPE",), "post-processors": (), "dynamic": ("BLOCK",), "hcp_packer_registry": (),
}
_INNER: Mapping[str, _Labels] = {"build": _OF_BUILD, "post-processors": _OF_BUILD}
_DYNAMIC: _Labels = {"dynamic": ("BLOCK",)}
"""In all other blocks any block may stand, and of these ``dynamic`` alone is known."""


def check(body: Body, report: Report) -> None:
    """Report blocks that a template cannot have, names that are given twice, locals that need each other."""
    if not body.items:
        report.add("E144", "the template is empty", body.place)
    for block in body.blocks():
        _check_block(block, _OF_TEMPLATE, report)
    if not report.failed:  # every name is there
        _check_names(body, report)
        _check_circles(body, report)


def _check_block(block: Block, known: _Labels, report: Report) -> None:
    wanted = known.get(block.type)
    if wanted is None and known is not _DYNAMIC:
        report.add("E144", f"a template has no block {block.type!r} here", block.place)
        return
    if wanted is not None and len(block.labels) != len(wanted):
        words = " ".join((block.type, *(f'"{word}"' for word in wanted), "{ ... }"))
        message = f"{block.type} has {len(block.labels)} labels where it wants {len(wanted)}"
        report.add("E144", message, block.place, hint=f"it is {words}")
    for inner in block.body.blocks():
        _check_block(inner, _INNER.get(block.type, _DYNAMIC), report)


def _check_names(body: Body, report: Report) -> None:
    seen: dict[tuple[str, ...], Span] = {}
    for name, place in _named(body):
        if name in seen:
            notes = [Note("it is set here", seen[name])]
            report.add("E032", f"{'.'.join(name)} is set twice", place, notes=notes)
        seen.setdefault(name, place)


def _named(body: Body) -> Iterator[tuple[tuple[str, ...], Span]]:
    for block in body.blocks():
        if block.type in ("variables", "locals"):
            yield from (((block.type.removesuffix("s"), each.name), each.place) for each in block.body.attributes())
        elif _OF_TEMPLATE[block.type]:
            yield (block.type, *block.labels), block.place


def _check_circles(body: Body, report: Report) -> None:
    places: dict[str, Span] = {}
    uses: dict[str, set[str]] = {}
    for name, value in _locals(body):
        places[name], uses[name] = value.place, set(_used(value))
    try:
        TopologicalSorter({name: used & uses.keys() for name, used in uses.items()}).prepare()
    except CycleError as error:
        circle: list[str] = list(reversed(error.args[1]))
        notes = [Note(f"'{name}' is set here", places[name]) for name in circle[1:-1]]
        message = f"values go round in a circle: {' -> '.join(circle)}"
        report.add("E405", message, places[circle[0]], notes=notes)


def _locals(body: Body) -> Iterator[tuple[str, Attribute]]:
    for block in body.blocks("locals"):
        yield from ((each.name, each) for each in block.body.attributes())
    for block in body.blocks("local"):
        yield from ((block.labels[0], each) for each in block.body.attributes() if each.name == "expression")


def _used(record: Any) -> Iterator[str]:
    """Yield the locals that an expression names."""
    match record:
        case Attr(Ref("local"), name):
            yield name
    for part in parts(record):
        yield from _used(part)
