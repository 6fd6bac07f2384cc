"""Write expressions of HCL as strings of a template in JSON: with the template language of Go in them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence

from runner.formats.hcl.tree import (
    Attr,
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    If,
    Index,
    Lit,
    Part,
    Ref,
    Template,
    Unary,
)
from runner.packer.legacy.go_layouts import layout
from runner.packer.legacy.go_lexer import quoted
from runner.text import Span


class Unsayable(Exception):  # noqa: N818 - no error by itself: the caller tells it
    """An expression has no place in a template in JSON."""

    def __init__(self, what: str, place: Span) -> None:
        super().__init__(what)
        self.place = place


_HOLE = 0xF0000
"""The first of the (private) characters that stand for expressions inside of Go's braces."""
_HOLES = f"[{chr(_HOLE)}-{chr(sys.maxunicode)}]"
_BRACES = re.compile(r"\{\{(?:\"(?:[^\"\\]|\\.)*+\"|`[^`]*+`|[^\"`{}]|\{(?!\{)|\}(?!\}))*+\}\}", re.DOTALL)
_GROUP = re.compile(r"\{\{(\s*)\(([^()]*)\)(?=\s*\|)")
"""A first command that needs no parentheses."""
_CONSTANT = re.compile(r"\"((?:[^\"\\]|\\.)*+)\"")

_NAMES = {
    ("source", "name"): "build_name",
    ("source", "type"): "build_type",
    ("path", "root"): "template_dir",
    ("path", "cwd"): "pwd",
    ("packer", "version"): "packer_version",
}
_FUNCTIONS = {
    "aws_secretsmanager": "aws_secretsmanager",
    "aws_secretsmanager_raw": "aws_secretsmanager_raw",
    "consul_key": "consul_key",
    "env": "env",
    "format": "printf",
    "legacy_isotime": "isotime",
    "legacy_strftime": "strftime",
    "lower": "lower",
    "timestamp": "isotime",  # the time as RFC 3339 says it; in JSON, "timestamp" is a number of seconds
    "upper": "upper",
    "uuidv4": "uuid",
    "vault": "vault",
}
_COMPARISONS = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "&&": "and", "||": "or"}


def text(expression: Expression) -> str:
    """Return the string that has the expression's value. Raises ``Unsayable``."""
    if isinstance(expression, Lit):
        return _plain(expression)
    if isinstance(expression, Template):
        return _joined(expression.parts)
    if isinstance(expression, Conditional):
        return _choice(expression.condition, text(expression.then), text(expression.other))
    return f"{{{{{action(expression)}}}}}"


def _plain(literal: Lit) -> str:
    value = literal.value
    if value is None:
        msg = "null as a part of a text"
        raise Unsayable(msg, literal.place)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _choice(condition: Expression, then: str, other: str) -> str:
    otherwise = f"{{{{else}}}}{other}" if other else ""
    return f"{{{{if {truth(condition)}}}}}{then}{otherwise}{{{{end}}}}"


def _joined(parts: Sequence[Part]) -> str:
    """Return a template; what stands inside of Go's braces in it becomes a part of what stands there."""
    held = [part for part in parts if not isinstance(part, Lit)]
    marks = map(chr, range(_HOLE, sys.maxunicode + 1))
    whole = "".join(_plain(part) if isinstance(part, Lit) else next(marks, "") for part in parts)
    if held and len(re.findall(_HOLES, whole)) != len(held):
        msg = "a text of characters for private use, and of inserts"
        raise Unsayable(msg, held[0].place)

    def inside(found: re.Match[str]) -> str:
        return re.sub(_HOLES, lambda hole: operand(_expression(held[ord(hole[0]) - _HOLE])),
                      _CONSTANT.sub(lambda constant: _constant(constant, held), found[0]))

    whole = _GROUP.sub(r"{{\1\2", _BRACES.sub(inside, whole)) if held else whole
    return re.sub(_HOLES, lambda hole: _part(held[ord(hole[0]) - _HOLE]), whole) if held else whole


def _part(part: Part) -> str:
    if isinstance(part, If):
        return _choice(part.condition, _joined(part.then), _joined(part.other))
    return text(_expression(part))


def _expression(part: Part) -> Expression:
    if isinstance(part, For | If):
        word = "for" if isinstance(part, For) else "if"
        msg = f"the directive '{word}'"
        raise Unsayable(msg, part.place)
    return part


def _constant(constant: re.Match[str], held: Sequence[Part]) -> str:
    """Return a constant of Go that has expressions in it as what makes the same text."""
    holes = re.findall(_HOLES, constant[1])
    if not holes:
        return constant[0]
    values = [operand(_expression(held[ord(hole) - _HOLE])) for hole in holes]
    if len(holes) == 1 and constant[1] == holes[0]:
        return values[0]
    shown = re.sub(_HOLES, "%s", constant[1].replace("%", "%%"))
    return f'(printf "{shown}" {" ".join(values)})'


def operand(expression: Expression) -> str:
    """Return an expression as an argument of a function of Go."""
    if isinstance(expression, Lit):
        value = expression.value
        return quoted(value) if isinstance(value, str) else _plain(expression)
    written = _printed(expression) if isinstance(expression, Template) else action(expression)
    return f"({written})" if " " in written else written


def _printed(template: Template) -> str:
    """Return a template as a call of ``printf``."""
    shown, values = "", []
    for part in template.parts:
        if isinstance(part, Lit):
            shown += _plain(part).replace("%", "%%")
        else:
            shown += "%s"
            values.append(operand(_expression(part)))
    return f"printf {quoted(shown)} {' '.join(values)}"


def truth(expression: Expression) -> str:
    """Return an expression as a condition."""
    if isinstance(expression, Lit) and isinstance(expression.value, bool):
        return _plain(expression)
    if isinstance(expression, Unary) and expression.operator == "!":
        return f"not {_grouped(truth(expression.operand))}"
    if isinstance(expression, Binary) and expression.operator in ("&&", "||"):
        sides = _grouped(truth(expression.left)), _grouped(truth(expression.right))
        return f"{_COMPARISONS[expression.operator]} {' '.join(sides)}"
    if isinstance(expression, Binary) and expression.operator in _COMPARISONS:
        return f"{_COMPARISONS[expression.operator]} {operand(expression.left)} {operand(expression.right)}"
    return f"eq {operand(expression)} `true`"  # variables are texts in JSON


def _grouped(written: str) -> str:
    return f"({written})" if " " in written else written


def action(expression: Expression) -> str:
    """Return an expression as what stands between Go's braces."""
    if isinstance(expression, Attr) and (found := _reference(expression)):
        return found
    if isinstance(expression, Binary | Unary) and getattr(expression, "operator", "-") in (*_COMPARISONS, "!"):
        return truth(expression)
    if isinstance(expression, Index) and isinstance(on := expression.on, Call) and _is(on, "split", 2):
        separator, whole = on.arguments
        return f"split {operand(whole)} {operand(separator)} {operand(expression.key)}"
    if isinstance(expression, Call) and not expression.spread:
        return _call(expression)
    raise Unsayable(_what(expression), expression.place)


def _reference(attribute: Attr) -> str | None:
    on = attribute.on
    if isinstance(on, Ref) and on.name in ("var", "local"):
        return f"user {quoted(attribute.name)}"
    if isinstance(on, Ref) and on.name == "build":
        return f"build {quoted(attribute.name)}"
    if isinstance(on, Ref):
        return _NAMES.get((on.name, attribute.name))
    if isinstance(on, Call) and _is(on, "rfc3339_parse", 1) and attribute.name == "unix" and _is_now(on.arguments[0]):
        return "timestamp"
    return None


def _call(call: Call) -> str:
    if call.name in _FUNCTIONS:
        return " ".join((_FUNCTIONS[call.name], *map(operand, call.arguments)))
    make, count = _SHAPES.get(call.name, (None, 0))
    if make and len(call.arguments) == count:
        return make(call)
    msg = f"the function '{call.name}'"
    raise Unsayable(msg, call.place)


def _replace(call: Call) -> str:
    whole, old, new = map(operand, call.arguments)
    return f"replace_all {old} {new} {whole}"


def _formatted(call: Call) -> str:
    """Return a date in a notation as ``isotime``, where it is the date of the run."""
    form, when = call.arguments
    go = layout(str(form.value)) if isinstance(form, Lit) and _is_now(when) else None
    if go is None:
        msg = "this use of 'formatdate'"
        raise Unsayable(msg, call.place)
    return f"isotime {quoted(go)}"


def _digits(call: Call) -> str:
    """Return the usual way to write the time in digits alone, which is that of Packer's own ``hcl2_upgrade``."""
    when, pattern, new = call.arguments
    given = tuple(each.value if isinstance(each, Lit) else None for each in (pattern, new))
    if not _is_now(when) or given != ("[- TZ:]", ""):
        msg = "the function 'regex_replace'"
        raise Unsayable(msg, call.place)
    return "isotime `20060102150405`"


_SHAPES: Mapping[str, tuple[Callable[[Call], str], int]] = {
    "formatdate": (_formatted, 2),
    "regex_replace": (_digits, 3),
    "replace": (_replace, 3),
}
"""Function -> what writes it, and how many arguments it takes."""


def _is(call: Call, name: str, count: int) -> bool:
    return call.name == name and len(call.arguments) == count


def _is_now(expression: Expression) -> bool:
    return isinstance(expression, Call) and expression.name == "timestamp"


def _what(expression: Expression) -> str:
    if isinstance(expression, Attr) and isinstance(expression.on, Ref):
        return f"'{expression.on.name}.{expression.name}'"
    kinds = {"Attr": "a reference to a part of a value", "Ref": "a name alone", "Many": "a list or an object in a text"}
    return kinds.get(type(expression).__name__, "an expression of this kind")
