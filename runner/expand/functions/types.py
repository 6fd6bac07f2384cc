"""HCL's types: read from text, worked out from values, made one of several, and converted to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from runner.expand.functions.error import Refused
from runner.expand.functions.values import boolean, kind, number, ordered, text


@dataclass(frozen=True)
class Attribute:
    """One attribute of an object type; ``default`` stands in when an optional one is missing or null."""

    name: str
    type: Type
    optional: bool = False
    default: Any = field(default=None, compare=False)


@dataclass(frozen=True)
class Type:
    """A type of HCL: ``name`` is ``string number bool any list set map tuple object``.

    ``inner`` holds the type of the elements of a list, set or map, or those of a tuple; ``attributes`` an object's.
    """

    name: str
    inner: tuple[Type, ...] = ()
    attributes: tuple[Attribute, ...] = ()

    def __str__(self) -> str:
        if self.name == "object":
            return "object({" + ", ".join(f"{each.name} = {each.type}" for each in self.attributes) + "})"
        if self.name == "tuple":
            return f"tuple([{', '.join(map(str, self.inner))}])"
        return f"{self.name}({self.inner[0]})" if self.inner else self.name


STRING, NUMBER, BOOL, ANY = Type("string"), Type("number"), Type("bool"), Type("any")
_PRIMITIVES = {STRING, NUMBER, BOOL}


def type_of(value: Any) -> Type:
    """Return the type of a plain value: lists are tuples, mappings are objects, null is anything."""
    if isinstance(value, list):
        return Type("tuple", tuple(map(type_of, value)))
    if isinstance(value, dict):
        return Type("object", (), tuple(Attribute(key, type_of(each)) for key, each in sorted(value.items())))
    if value is None:
        return ANY
    return BOOL if isinstance(value, bool) else STRING if isinstance(value, str) else NUMBER


def unify(types: Iterable[Type]) -> Type | None:
    """Return the type that values of all these types can be converted to without loss; None when there is none."""
    distinct = list(dict.fromkeys(each for each in types if each != ANY))
    if len(distinct) < 2:  # noqa: PLR2004 - one type or none needs no agreement
        return distinct[0] if distinct else ANY
    if all(each in _PRIMITIVES for each in distinct):
        return STRING if STRING in distinct else None
    names = {each.name for each in distinct}
    if names <= {"tuple", "list", "set"}:
        return _unify_tuples(distinct)
    return _unify_objects(distinct) if names <= {"object", "map"} else None


def _unify_tuples(types: list[Type]) -> Type | None:
    if all(each.name == "tuple" and len(each.inner) == len(types[0].inner) for each in types):
        columns = [unify(column) for column in zip(*(each.inner for each in types), strict=True)]
        if None not in columns:
            return Type("tuple", tuple(each for each in columns if each))
    element = unify(inner for each in types for inner in each.inner)
    return element and Type("list", (element,))


def _unify_objects(types: list[Type]) -> Type | None:
    names = [[each.name for each in one.attributes] for one in types]
    if all(one.name == "object" for one in types) and all(each == names[0] for each in names):
        columns = [unify(a.type for a in column) for column in zip(*(o.attributes for o in types), strict=True)]
        if None not in columns:
            pairs = zip(names[0], columns, strict=True)
            return Type("object", (), tuple(Attribute(name, each) for name, each in pairs if each))
    element = unify(inner for one in types for inner in (*one.inner, *(each.type for each in one.attributes)))
    return element and Type("map", (element,))


def agree(values: list[Any], complaint: str = "all elements must be of one type") -> list[Any]:
    """Convert ``values`` to one type, as a list's elements are: a number beside a string becomes a string.

    Raises ``Refused`` with ``complaint`` when there is no such type.
    """
    common = unify(map(type_of, values))
    if common is None:
        raise Refused(complaint)
    return [convert(each, common) for each in values]


def convert(value: Any, wanted: Type) -> Any:
    """Return the plain ``value`` as one of the type ``wanted``. Raises ``Refused`` when it cannot be one."""
    if value is None or wanted == ANY:
        return value
    if wanted in _PRIMITIVES:
        return {"string": text, "number": number, "bool": boolean}[wanted.name](value)
    if wanted.name in {"map", "object"}:
        if not isinstance(value, dict):
            raise Refused(_mismatch(value, wanted))
        return _map(value, wanted) if wanted.name == "map" else _object(value, wanted)
    if not isinstance(value, list):
        raise Refused(_mismatch(value, wanted))
    if wanted.name == "tuple":
        if len(value) != len(wanted.inner):
            raise Refused(f"{wanted} has {len(wanted.inner)} elements, the list has {len(value)}")
        return [_inside(f"element {n}", each, wanted.inner[n]) for n, each in enumerate(value)]
    elements = agree([_inside(f"element {n}", each, wanted.inner[0]) for n, each in enumerate(value)])
    return ordered(elements) if wanted.name == "set" else elements


def _mismatch(value: Any, wanted: Type) -> str:
    return f"{wanted} is required, not {kind(value)}"


def _inside(where: str, value: Any, wanted: Type) -> Any:
    try:
        return convert(value, wanted)
    except Refused as refused:
        raise Refused(f"{where}: {refused.reason}") from None


def _map(value: dict[str, Any], wanted: Type) -> dict[str, Any]:
    keys = sorted(value)
    elements = [_inside(f"entry {key!r}", value[key], wanted.inner[0]) for key in keys]
    return dict(zip(keys, agree(elements, "all entries must be of one type"), strict=True))


def _object(value: dict[str, Any], wanted: Type) -> dict[str, Any]:
    result = {}
    for each in wanted.attributes:
        if each.name not in value and not each.optional:
            raise Refused(f"the attribute {each.name!r} is required")
        found = value.get(each.name)
        found = each.default if found is None and each.optional else found
        result[each.name] = _inside(f"attribute {each.name!r}", found, each.type)
    return result
