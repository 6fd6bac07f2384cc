"""Mend templates in HCL: names that they use and do not declare, options that Packer's builders have no more.

As the fixers of older templates do, each tells what it changes; import, export and comparisons see the mended template.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runner.formats.hcl.tree import Attr, Attribute, Block, Body, Call, Lit, Ref
from runner.formats.hcl.walk import parts, rebuilt
from runner.packer.coverage import Coverage
from runner.packer.names import names_of

_COMMENT = "The template uses it and does not declare it."
_RENAMED = {"ssh_key_path": "ssh_private_key_file", "ssh_wait_timeout": "ssh_timeout"}
"""Options of all builders -> what they are called now."""


def mended(body: Body, coverage: Coverage) -> Body:
    """Return a template with everything mended; each change is told."""
    return _with_declarations(_with_present_options(body, coverage), coverage)


# ---------------------------------------------------------------------- names that are not declared


def _with_declarations(body: Body, coverage: Coverage) -> Body:
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


# ---------------------------------------------------------------------- options of older releases


def _with_present_options(body: Body, coverage: Coverage) -> Body:
    items = tuple(
        _with_present(item, coverage) if isinstance(item, Block) and item.type == "source" else item
        for item in body.items
    )
    return body._replace(items=items)


def _with_present(source: Block, coverage: Coverage) -> Block:
    """Return a source without the options that were renamed in all builders, and without a checksum's type."""
    field = f"source.{'.'.join(source.labels)}"
    kind, given = source.body.get("iso_checksum_type"), source.body.get("iso_checksum")
    sum_ = _checksum(kind, given)
    items: list[Attribute | Block] = []
    for item in source.body.items:
        new = _RENAMED.get(item.name) if isinstance(item, Attribute) else None
        if new is not None and source.body.get(new) is None:
            assert isinstance(item, Attribute)
            coverage.changed(item.place, f"{field}.{item.name}", f"it is called '{new}' now")
            items.append(item._replace(name=new))
        elif sum_ is not None and item is kind:
            coverage.changed(item.place, f"{field}.iso_checksum_type", "it is part of 'iso_checksum' now")
        elif sum_ is not None and item is given:
            items.append(given._replace(value=sum_))
        else:
            items.append(item)
    return source._replace(body=source.body._replace(items=tuple(items)))


def _checksum(kind: Attribute | None, given: Attribute | None) -> Lit | None:
    """Return a checksum with its type; nothing when they do not stand there as texts."""
    match kind, given:
        case Attribute(value=Lit(str(word))), Attribute(value=Lit(str(text)) as value) if word:
            return value._replace(value="none" if word.lower() == "none" else f"{word}:{text}")
    return None
