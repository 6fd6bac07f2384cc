"""Declare the names that a template uses and does not declare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runner.formats.hcl.tree import Attr, Block, Body, Call, Ref
from runner.formats.hcl.walk import parts, rebuilt
from runner.packer.coverage import Coverage
from runner.packer.names import names_of

_COMMENT = "The template uses it and does not declare it."


def with_declarations(body: Body, coverage: Coverage) -> Body:
    """Declare what is used and not declared as variables without a value, as which it has to be given.

    A local of the same name as a variable stays as it is: nobody can tell which of the two is wrong.
    """
    names = names_of(body)
    lacking: dict[str, Attr] = {}
    for use in _uses(body):
        declared = names.variables if use.on.name == "var" else {**names.variables, **names.locals}  # type: ignore[union-attr]  # a Ref
        if use.name not in declared:
            lacking.setdefault(use.name, use)
    added = [Block("variable", (name,), Body((), use.place), use.place, (_COMMENT,)) for name, use in lacking.items()]
    for name, use in lacking.items():
        why = "nothing declares it; it becomes a variable without a value"
        coverage.mended(use.place, f"{use.on.name}.{name}", why)  # type: ignore[union-attr]  # a Ref
    moved = lacking.keys() - names.variables.keys()

    def change(record: Any) -> Any:
        match record:
            case Attr(Ref("local", place), name, whole) if name in moved and name not in names.locals:
                return Attr(Ref("var", place), name, whole)
        return rebuilt(record, change)

    return body._replace(items=(*rebuilt(body, change).items, *added)) if added else body


def _uses(record: Any) -> Iterator[Attr]:
    """Yield where variables and locals are named; in ``try`` and ``can`` they need not be there."""
    match record:
        case Attr(Ref("var" | "local")):
            yield record
        case Call("try" | "can"):
            return
        case _:
            for each in parts(record):
                yield from _uses(each)
