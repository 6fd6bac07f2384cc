"""Read a file of variables in JSON: as the attributes of a file of variables in HCL."""

from __future__ import annotations

from typing import NamedTuple

from runner.diagnostics import Report
from runner.formats.hcl.tree import Attribute, Body, Expression, Item, Lit, Many
from runner.packer.coverage import Finding
from runner.packer.legacy.names import is_name, named
from runner.packer.legacy.translate import translate
from runner.packer.legacy.words import Telling, comment
from runner.text import Node


class VarFile(NamedTuple):
    """The values of variables."""

    body: Body
    findings: tuple[Finding, ...]


def read(root: Node, report: Report) -> VarFile:
    """Return what a file of variables says; null is no value, and a key that begins with ``_comment`` is a comment."""
    telling = Telling(report)
    if not isinstance(root.value, dict):
        telling.wrong(root, "an object: variable -> value")
    items: list[Attribute] = []
    above: tuple[str, ...] = ()
    taken: set[str] = set()
    for key, node in root.items():
        if lines := comment(key, node, "_comment"):
            above += lines
            continue
        if node.value is None:
            telling.note(node.place, str(key), "changed", "it is left out: null is no value")
            continue
        name = named(str(key), taken)
        if not is_name(str(key)):
            telling.note(node.place, str(key), "changed", f"HCL does not take its name: it is '{name}' now")
        items.append(Attribute(name, _value(node, str(key), telling), node.place, above))
        above = ()
    return VarFile(Body(tuple(items), root.span, above), tuple(telling.findings))


def _value(node: Node, field: str, telling: Telling) -> Expression:
    value = node.value
    one_line = node.span.line == node.span.end_line
    if isinstance(value, tuple):
        listed = tuple(Item(_value(each, field, telling)) for each in value)
        return Many(listed, keyed=False, place=node.span, one_line=one_line)
    if isinstance(value, dict):
        keyed = tuple(Item(_value(each, field, telling), Lit(str(key), each.place)) for key, each in value.items())
        return Many(keyed, keyed=True, place=node.span, one_line=one_line)
    if isinstance(value, str) and translate(value, node.span, "variables", lambda *_: Lit("", node.span)).calls:
        telling.note(node.span, field, "unsupported", "files of variables in HCL call no functions: the text stays")
    return Lit(value if isinstance(value, bool | int | float) or value is None else str(value), node.span)
