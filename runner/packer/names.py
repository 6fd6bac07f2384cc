"""What a template declares, by the names that a playbook has for it, and of what type it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from runner.expand.scope import BUILT_IN, RESERVED
from runner.formats.hcl import tree as hcl
from runner.reading.vocabulary import EARLY, is_fact
from runner.text import NOTHING

Kind = Literal["string", "number", "bool", "list", "map", "unknown"]

_OF_JINJA = frozenset({"loop", "self", "super", "caller", "varargs", "kwargs", "recursive", "for", "set", "do"})
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
OF_MAPPINGS = frozenset(dir(dict)) | frozenset(dir(list))
"""Names that a value's attribute has in Python, so that its element has to be asked for by an index."""
_LOGICAL = frozenset({"==", "!=", "<", ">", "<=", ">=", "&&", "||"})
_RESULTS: dict[Kind, str] = {
    "bool": "alltrue anytrue can contains endswith fileexists startswith strcontains tobool",
    "number": "abs ceil floor index length log max min parseint pow signum sum tonumber",
    "list": (
        "chunklist coalescelist compact concat distinct fileset flatten formatlist keys range regexall setintersection"
        " setproduct setsubtract setunion slice sort split tolist toset values cidrsubnets csvdecode"
    ),
    "map": "merge tomap transpose zipmap",
    "string": (
        "abspath basename base64decode base64encode bcrypt chomp cidrhost cidrnetmask cidrsubnet consul_key dirname env"
        " file filebase64 format formatdate indent join jsonencode legacy_isotime legacy_strftime lower md5 pathexpand"
        " regex_replace replace sha1 sha256 sha512 strrev substr templatefile timeadd timestamp title tostring trim"
        " trimprefix trimspace trimsuffix upper urlencode uuidv4 uuidv5 vault yamlencode aws_secretsmanager"
    ),
}
_GIVES: dict[str, Kind] = {name: kind for kind, names in _RESULTS.items() for name in names.split()}
"""Function -> the type of its result, where it has one."""


class Names(NamedTuple):
    """The names of a template."""

    variables: Mapping[str, Kind] = NOTHING
    locals: Mapping[str, hcl.Expression] = NOTHING
    data: Mapping[tuple[str, str], str] = NOTHING
    """Type and name -> the name that the playbook has for it."""
    sources: Mapping[tuple[str, str], str] = NOTHING
    """Type and name -> the name that the playbook has for it."""
    flags: frozenset[str] = frozenset()
    """What attributes are called that are true or false in some object of the template."""

    def variable(self, name: str) -> str:
        """Return how an expression names a variable."""
        return _named("var", name, bare=name in self.variables and name not in self.locals)

    def local(self, name: str) -> str:
        """Return how an expression names a local."""
        return _named("local", name, bare=name in self.locals)

    def kind(  # noqa: C901, PLR0911, PLR0912 - one case a kind of expression
        self, expression: hcl.Expression, seen: frozenset[str] = frozenset()
    ) -> Kind:
        """Return the type of an expression's value, as far as the template tells."""
        match expression:
            case hcl.Lit(value):
                return _of_value(value)
            case hcl.Template(parts):
                return "string" if len(parts) > 1 else "unknown"
            case hcl.Many(_, keyed):
                return "map" if keyed else "list"
            case hcl.Comprehension(key=key):
                return "list" if key is None else "map"
            case hcl.Splat():
                return "list"
            case hcl.Binary(operator):
                return "bool" if operator in _LOGICAL else "number"
            case hcl.Unary(operator):
                return "bool" if operator == "!" else "number"
            case hcl.Call(name):
                return _GIVES.get(name, "unknown")
            case hcl.Conditional(_, then, other):
                return united(self.kind(then, seen), self.kind(other, seen))
            case hcl.Attr(hcl.Ref("var"), name):
                return self.variables.get(name, "unknown")
            case hcl.Attr(hcl.Ref("local"), name) if name in self.locals and name not in seen:
                return self.kind(self.locals[name], seen | {name})
            case hcl.Attr(hcl.Ref("path" | "source" | "packer")):
                return "string"
            case hcl.Attr() | hcl.Index() | hcl.Ref():
                return "unknown"
        return "unknown"


def united(one: Kind, other: Kind) -> Kind:
    """Return the type of what is either of one type or of another: beside a text, numbers are texts, too."""
    if one == other:
        return one
    return "string" if "string" in (one, other) and {one, other} <= {"string", "number", "bool"} else "unknown"


def _of_value(value: object) -> Kind:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "unknown"


def _named(space: str, name: str, *, bare: bool) -> str:
    own = name in RESERVED or name in BUILT_IN or name in _OF_JINJA or name in EARLY or is_fact(name)
    return name if bare and not own and _IDENTIFIER.fullmatch(name) else member(space, name)


def member(space: str, name: str) -> str:
    """Return how an expression names what is in a namespace, where a mapping's methods have names of their own."""
    return f"{space}.{name}" if _IDENTIFIER.fullmatch(name) and name not in OF_MAPPINGS else f"{space}['{name}']"


_TYPE_WORD: dict[str, Kind] = {
    "string": "string", "number": "number", "bool": "bool", "list": "list", "set": "list", "tuple": "list",
    "map": "map", "object": "map",
}


def names_of(body: hcl.Body) -> Names:
    """Return the names that a template declares."""
    variables: dict[str, Kind] = {}
    values: dict[str, hcl.Expression] = {}
    for block in body.blocks("variable"):
        variables[block.labels[0]] = _declared(block)
    for block in body.blocks("variables"):
        variables |= {each.name: _literal_kind(each.value) for each in block.body.attributes()}
    for block in body.blocks("locals"):
        values |= {each.name: each.value for each in block.body.attributes()}
    for block in body.blocks("local"):
        if found := block.body.get("expression"):
            values[block.labels[0]] = found.value
    data = _unique(body.blocks("data"))
    sources = _unique(body.blocks("source"))
    named = {pair: name.replace(".", "_") for pair, name in data.items()}
    return Names(variables, values, named, sources, frozenset(_flags(body)))


def _flags(record: Any) -> Iterator[str]:
    """Yield the names of attributes that are of type ``bool`` or that a value is given for which is true or false."""
    match record:
        case hcl.Item(
            hcl.Lit(bool()) | hcl.Ref("bool") | hcl.Call("optional", (hcl.Ref("bool"), *_)),
            hcl.Ref(name) | hcl.Lit(str(name)),
        ):
            yield name
        case tuple():
            for each in record:
                yield from _flags(each)


def _unique(blocks: Iterable[hcl.Block]) -> dict[tuple[str, str], str]:
    """Return what each block is called: by its name, or, if several types have that one, by type and name."""
    pairs = [(block.labels[0], block.labels[1]) for block in blocks]
    names = [name for _, name in dict.fromkeys(pairs)]
    return {(kind, name): name if names.count(name) == 1 else f"{kind}.{name}" for kind, name in pairs}


def _declared(block: hcl.Block) -> Kind:
    kind = block.body.get("type")
    match kind and kind.value:
        case hcl.Ref(name) | hcl.Call(name):
            return _TYPE_WORD.get(name, "unknown")
        case hcl.Lit(str(name)):
            return _TYPE_WORD.get(name, "unknown")
    default = block.body.get("default")
    return _literal_kind(default.value) if default else "unknown"


def _literal_kind(value: hcl.Expression) -> Kind:
    return Names().kind(value)


def source_address(text: str) -> str:
    """Return ``TYPE.NAME`` of ``source.TYPE.NAME``."""
    return text.removeprefix("sources.").removeprefix("source.")


def address(value: hcl.Expression) -> str | None:
    """Return ``TYPE.NAME`` of a source that is named as a text or as a reference."""
    match value:
        case hcl.Lit(str(text)):
            return source_address(text)
        case hcl.Attr(hcl.Attr(hcl.Ref("source" | "sources"), kind), name):
            return f"{kind}.{name}"
    return None
