"""Filters and tests of Jinja in HCL: functions and operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jinja2 import nodes

from runner.formats.hcl.tree import SPLAT_ITEM, Attr, Binary, Call, Expression, Index, Lit, Ref, Splat, Unary
from runner.text import Span

Translate = Callable[[nodes.Node | None], Expression]
"""Translates what a filter or a test is given."""
_FILTERS: Mapping[str, str] = {
    "upper": "upper", "lower": "lower", "length": "length", "count": "length", "trim": "trimspace", "abs": "abs",
    "basename": "basename", "dirname": "dirname", "to_json": "jsonencode", "from_json": "jsondecode",
    "b64encode": "base64encode", "b64decode": "base64decode", "flatten": "flatten", "unique": "distinct",
    "sort": "sort", "reverse": "reverse", "urlencode": "urlencode", "string": "tostring", "int": "tonumber",
    "float": "tonumber", "sum": "sum", "min": "min", "max": "max", "list": "tolist", "to_yaml": "yamlencode",
    "from_yaml": "yamldecode",
}
"""Filters without options -> the function of HCL that does the same."""
_SPREAD = frozenset({"min", "max"})


class Unsayable(Exception):  # noqa: N818 - no error by itself: it is told where the value stands
    """HCL has no expression for it; the message says for what."""


def filtered(node: nodes.Filter, translate: Translate, place: Span) -> Expression:  # noqa: PLR0911 - one return a filter
    """Return what a filter does. Raises ``Unsayable``."""
    name = node.name
    match node:
        case nodes.Filter(name="bool", node=inner, args=[]):
            return Call("tobool", (translate(inner),), place)
        case nodes.Filter(name="list", node=nodes.Filter(name="map", kwargs=[named]) as made) if (
            named.key == "attribute"
        ):
            return Splat(translate(made.node), _rest(named.value, place), full=True, place=place)
        case nodes.Filter(name="join", node=inner, args=args):
            separator = translate(args[0]) if args else Lit("", place)
            return Call("join", (separator, translate(inner)), place)
        case nodes.Filter(name="default" | "d", node=inner, args=[other], kwargs=[]):
            return Call("try", (translate(inner), translate(other)), place)
        case nodes.Filter(name="replace", node=inner, args=[old, new]):
            return Call("replace", (translate(inner), translate(old), translate(new)), place)
        case nodes.Filter(name="split", node=inner, args=[separator]):
            return Call("split", (translate(separator), translate(inner)), place)
        case nodes.Filter(name="first", node=inner, args=[]):
            return Index(translate(inner), Lit(0, place), place)
        case nodes.Filter(name="combine", node=inner, args=args, kwargs=[]):
            return Call("merge", tuple(map(translate, (inner, *args))), place)
        case nodes.Filter(args=[], kwargs=[]) if name in _FILTERS:
            return Call(_FILTERS[name], (translate(node.node),), place, spread=name in _SPREAD)
    raise Unsayable(f"the filter {name!r}")


def tested(node: nodes.Test, translate: Translate, place: Span) -> Expression:
    """Return what a test asks. Raises ``Unsayable``."""
    inner = translate(node.node)
    match node.name:
        case "defined":
            return Call("can", (inner,), place)
        case "undefined":
            return Unary("!", Call("can", (inner,), place), place)
        case "none":
            return Binary("==", inner, Lit(None, place), place)
        case "eq" | "==" | "equalto":
            return Binary("==", inner, translate(node.args[0]), place)
        case "in":
            return Call("contains", (translate(node.args[0]), inner), place)
    raise Unsayable(f"the test {node.name!r}")


def _rest(path: nodes.Node, place: Span) -> Expression:
    """Return what follows the star of a splat."""
    if not isinstance(path, nodes.Const):
        raise Unsayable("an attribute that is computed")
    found: Expression = Ref(SPLAT_ITEM, place)
    for each in str(path.value).split("."):
        found = Index(found, Lit(int(each), place), place) if each.isdigit() else Attr(found, each, place)
    return found
