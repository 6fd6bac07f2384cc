"""The functions of Packer's template engine, and those of Go's templates, as expressions of HCL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from runner.formats.hcl.tree import Attr, Binary, Call, Conditional, Expression, Index, Lit, Part, Ref, Template, Unary
from runner.text import Span

Kind = Literal["text", "number", "truth"]


class Value(NamedTuple):
    """An expression, and what it gives."""

    expression: Expression
    kind: Kind = "text"


class Kept(Exception):  # noqa: N818 - no error: the text stays as it is, for builders to fill in
    """A part of a template has no expression."""


Lookup = Callable[[str, str], Expression | None]
"""What ``user``, ``env`` or ``timestamp`` (the first argument) gives for a name; nothing where it has no meaning."""

BUILDERS = frozenset(("clean_resource_name", "clean_ami_name", "clean_image_name", "vm"))
"""Functions that only some builders have."""
BUILT_IN = frozenset((
    "and", "call", "html", "index", "slice", "js", "len", "not", "or", "print", "printf", "println", "urlquery", "eq",
    "ge", "gt", "le", "lt", "ne",
))  # fmt: skip
"""Functions of Go's templates."""
ENGINE = frozenset((
    "user", "env", "timestamp", "isotime", "strftime", "build_name", "build_type", "build", "template_dir", "pwd",
    "packer_version", "uuid", "upper", "lower", "replace", "replace_all", "split", "consul_key", "vault",
    "aws_secretsmanager", "aws_secretsmanager_raw",
))  # fmt: skip
"""Functions of Packer's template engine."""
LOOKED_UP = {"user": 1, "env": 1, "timestamp": 0}
"""Those of them whose meaning depends on where they stand, and how many arguments they take."""
ONLY_JSON = frozenset(("user", "env"))
"""Those of them that templates in HCL do not have."""
OPTIONS_ONLY = frozenset(("build_name", "build_type", "build"))
"""Those that variables do not have."""


def reference(place: Span, first: str, *names: str) -> Expression:
    """Return ``first.name.name``."""
    found: Expression = Ref(first, place)
    for name in names:
        found = Attr(found, name, place)
    return found


def joined(parts: Sequence[Part], place: Span, *, heredoc: bool = False) -> Lit | Template:
    """Return the text that the parts make, as short as it can be written."""
    merged: list[Part] = []
    for plain, group in groupby(_flat(parts), lambda part: isinstance(part, Lit) and isinstance(part.value, str)):
        if not plain:
            merged += group
        elif text := "".join(str(part.value) for part in group if isinstance(part, Lit)):
            merged.append(Lit(text, place))
    if not merged:
        return Lit("", place, heredoc)
    if len(merged) == 1 and isinstance(only := merged[0], Lit):
        return Lit(only.value, place, heredoc)
    return Template(tuple(merged), place, heredoc)


def _flat(parts: Sequence[Part]) -> Sequence[Part]:
    return [inner for part in parts for inner in (part.parts if isinstance(part, Template) else (part,))]


def written(value: Value) -> Part:
    """Return what a template shows of a value."""
    expression = value.expression
    if isinstance(expression, Lit) and not isinstance(expression.value, str):
        word = expression.value
        return Lit(str(word).lower() if isinstance(word, bool) else f"{word}", expression.place)
    return expression


def true(value: Value) -> Expression:
    """Return whether Go takes the value for true: whether it is not empty."""
    place = value.expression.place
    if value.kind == "truth":
        return value.expression
    empty: str | int = "" if value.kind == "text" else 0
    return Binary("!=", value.expression, Lit(empty, place), place)


def moment(place: Span) -> Expression:
    """Return the seconds since 1970, as a text: what ``timestamp`` gives in templates of Go."""
    seconds = Attr(Call("rfc3339_parse", (Call("timestamp", (), place),), place), "unix", place)
    return Template((seconds,), place)


def call(name: str, arguments: Sequence[Value], place: Span, lookup: Lookup) -> Value:
    """Return a call's value as an expression. Raises ``Kept`` when HCL has none for it."""
    if name in LOOKED_UP:
        return _looked_up(name, arguments, lookup)
    if name not in _CALLS:
        raise Kept
    make, least, most = _CALLS[name]
    if not least <= len(arguments) <= most:
        raise Kept
    return make(name, arguments, place)


def _looked_up(function: str, arguments: Sequence[Value], lookup: Lookup) -> Value:
    names = [_constant(each) for each in arguments]
    name = names[0] if names else ""
    found = lookup(function, name) if isinstance(name, str) and len(names) == LOOKED_UP[function] else None
    if found is None:
        raise Kept
    return Value(found)


def _constant(value: Value) -> object:
    return value.expression.value if isinstance(value.expression, Lit) else None


def _function(name: str, arguments: Sequence[Value], place: Span) -> Value:
    return Value(Call(name, tuple(each.expression for each in arguments), place))


def _renamed(function: str) -> _Make:
    return lambda _, arguments, place: _function(function, arguments, place)


def _name(first: str, *names: str) -> _Make:
    return lambda _, __, place: Value(reference(place, first, *names))


def _build(_: str, arguments: Sequence[Value], place: Span) -> Value:
    name = _constant(arguments[0])
    if not isinstance(name, str) or not name.isidentifier():
        raise Kept
    return Value(reference(place, "build", name))


def _replace(_: str, arguments: Sequence[Value], place: Span) -> Value:
    old, new, times, text = arguments
    number = _constant(times)
    if not isinstance(number, int) or number >= 0:  # HCL has no word for "the first so many"
        raise Kept
    return _replace_all(_, (old, new, text), place)


def _replace_all(_: str, arguments: Sequence[Value], place: Span) -> Value:
    old, new, text = arguments
    return _function("replace", (text, old, new), place)


def _split(_: str, arguments: Sequence[Value], place: Span) -> Value:
    text, separator, number = arguments
    pieces = Call("split", (separator.expression, text.expression), place)
    return Value(Index(pieces, number.expression, place))


def _compare(name: str, arguments: Sequence[Value], place: Span) -> Value:
    first, *others = arguments
    if len(others) > 1 and name != "eq":
        raise Kept
    if "text" in {first.kind, *(each.kind for each in others)} and name not in ("eq", "ne"):
        raise Kept  # Go compares texts by their order, HCL numbers only
    tests = [Binary(_OPERATORS[name], first.expression, each.expression, place) for each in others]
    found = tests[0]
    for test in tests[1:]:
        found = Binary("||", found, test, place)
    return Value(found, "truth")


def _both(name: str, arguments: Sequence[Value], place: Span) -> Value:
    """Return ``and`` or ``or``: of truth values a truth value, of others the one that decides."""
    found = arguments[-1]
    for each in reversed(arguments[:-1]):
        if each.kind == found.kind == "truth":
            test: Expression = Binary("&&" if name == "and" else "||", each.expression, found.expression, place)
        elif each.kind == found.kind:
            chosen = (found, each) if name == "and" else (each, found)
            test = Conditional(true(each), chosen[0].expression, chosen[1].expression, place)
        else:
            raise Kept
        found = Value(test, found.kind)
    return found


def _not(_: str, arguments: Sequence[Value], place: Span) -> Value:
    return Value(Unary("!", true(arguments[0]), place), "truth")


def _printf(_: str, arguments: Sequence[Value], place: Span) -> Value:
    if not isinstance(_constant(arguments[0]), str):
        raise Kept
    return _function("format", arguments, place)


_OPERATORS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}

_Make = Callable[[str, Sequence[Value], Span], Value]
_CALLS: dict[str, tuple[_Make, int, int]] = {
    "isotime": (_renamed("legacy_isotime"), 0, 1),
    "strftime": (_renamed("legacy_strftime"), 1, 1),
    "build_name": (_name("source", "name"), 0, 0),
    "build_type": (_name("source", "type"), 0, 0),
    "build": (_build, 1, 1),
    "template_dir": (_name("path", "root"), 0, 0),
    "pwd": (_name("path", "cwd"), 0, 0),
    "packer_version": (_name("packer", "version"), 0, 0),
    "uuid": (_renamed("uuidv4"), 0, 0),
    "upper": (_function, 1, 1),
    "lower": (_function, 1, 1),
    "replace": (_replace, 4, 4),
    "replace_all": (_replace_all, 3, 3),
    "split": (_split, 3, 3),
    "consul_key": (_function, 1, 1),
    "vault": (_function, 2, 2),
    "aws_secretsmanager": (_function, 1, 2),
    "aws_secretsmanager_raw": (_function, 1, 1),
    **dict.fromkeys(_OPERATORS, (_compare, 2, 99)),
    "and": (_both, 1, 99),
    "or": (_both, 1, 99),
    "not": (_not, 1, 1),
    "printf": (_printf, 1, 99),
}  # fmt: skip
"""Function -> its maker, and how few and many arguments it takes."""
