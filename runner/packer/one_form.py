"""Expressions in one form: what HCL can say in several ways is said in one, so that texts of them can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.formats.hcl import tree as hcl
from runner.formats.hcl.walk import rebuilt
from runner.formats.hcl.write import write_expression


def text(expression: hcl.Expression) -> str:
    """Return an expression in its one form, as HCL."""
    return write_expression(_plain(expression))


def _plain(record: Any) -> Any:  # noqa: PLR0911 - one case a kind of expression
    """Return an expression in its one form: what can be written in several ways is written in one."""
    made = rebuilt(record, _plain)
    match made:
        case hcl.Lit(value, place):
            return hcl.Lit(value, place)
        case hcl.Template(parts, place):
            return _joined(_flat(parts), place)
        case hcl.Many(items, keyed, place):
            plain = tuple(hcl.Item(item.value, item.key) for item in items if not (keyed and is_null(item.value)))
            return hcl.Many(plain, keyed, place)
        case hcl.Splat(on, rest, _, place):
            return hcl.Splat(on, rest, full=True, place=place)
        case hcl.Index(on, hcl.Lit(str(name)), place) if name.isidentifier():
            return hcl.Attr(on, name, place)
        case hcl.Call("tobool", (inner,)):
            return inner
        case hcl.Call("tolist", (inner,)) if isinstance(inner, hcl.Comprehension | hcl.Splat):
            return inner
        case hcl.Comprehension(None, name, over, value, place, None, None):
            rest = renamed(value, {name: hcl.SPLAT_ITEM})
            return hcl.Splat(over, rest, full=True, place=place) if _is_part(rest) else _indexed(made)
        case hcl.Comprehension():
            return _indexed(made)
    return made


def _indexed(made: hcl.Comprehension) -> hcl.Comprehension:
    """Return a comprehension whose names are always the same."""
    named = {made.name: "v", **({made.key_name: "k"} if made.key_name else {})}
    found: hcl.Comprehension = renamed(made, named)
    return found._replace(name="v", key_name="k" if made.key_name else None, over=made.over)


def _is_part(expression: hcl.Expression) -> bool:
    while isinstance(expression, hcl.Attr | hcl.Index):
        expression = expression.on
    return isinstance(expression, hcl.Ref) and expression.name == hcl.SPLAT_ITEM


def renamed(record: Any, names: Mapping[str, str]) -> Any:
    """Return a record in which first names of references are others."""
    if isinstance(record, hcl.Ref):
        return hcl.Ref(names.get(record.name, record.name), record.place)
    return rebuilt(record, lambda each: renamed(each, names))


def _flat(parts: tuple[hcl.Part, ...]) -> Iterator[hcl.Part]:
    for part in parts:
        if isinstance(part, hcl.Template):
            yield from _flat(part.parts)
        else:
            yield part


def _joined(parts: Iterator[hcl.Part], place: Any) -> hcl.Expression:
    found: list[hcl.Part] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, hcl.Lit) and isinstance(part.value, str):
            if not part.value:
                continue
            if isinstance(last, hcl.Lit) and isinstance(last.value, str):
                found[-1] = hcl.Lit(last.value + part.value, place)
                continue
        found.append(part)
    if not found:
        return hcl.Lit("", place)
    if len(found) == 1 and not isinstance(found[0], hcl.If | hcl.For):
        return found[0]
    return hcl.Template(tuple(found), place)


def is_null(value: hcl.Expression) -> bool:
    """Return whether an expression is ``null``."""
    return isinstance(value, hcl.Lit) and value.value is None
