"""Requirements, variables, locals and data sources of a playbook, in HCL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from runner.formats.hcl.tree import Attribute, Binary, Block, Body, Call, Expression, Item, Lit, Many
from runner.model.playbook import Playbook, Variable
from runner.packer.catalogue import options
from runner.packer.exporting.writing import Items, Writing
from runner.packer.from_jinja_expressions import expression_of
from runner.packer.from_jinja_filters import Unsayable
from runner.packer.names import Kind
from runner.text import Node, Span

_TYPES = {"boolean": "bool", "list": "list(any)", "map": "map(any)", "object": "any"}


def requires(playbook: Playbook, writing: Writing) -> Iterator[Block]:
    """Yield the block ``packer``."""
    node = playbook.packer
    if node is None:
        return
    items: Items = []
    for key, child in node.items():
        if key == "version":
            items += writing.attribute("required_version", child, "packer")
        elif key == "plugins":
            plugins: Items = []
            for name, each in child.items():
                if dict(each.items()):
                    plugins += writing.attribute(str(name), each, "packer.required_plugins")
            if plugins:
                items.append(Block("required_plugins", (), Body(tuple(plugins), child.span), child.place))
    if items:
        yield Block("packer", (), Body(tuple(items), node.span), node.place, gap=True)


def variables(playbook: Playbook, writing: Writing) -> Iterator[Block]:
    """Yield the variables."""
    for variable in playbook.variables.values():
        body = Body(tuple(_variable(variable, writing)), variable.place)
        yield Block("variable", (variable.name,), body, variable.place, gap=True)


_KINDS: Mapping[str, Kind] = {
    "string": "string", "number": "number", "boolean": "bool", "bool": "bool", "list": "list", "set": "list",
    "tuple": "list", "map": "map", "object": "map",
}


def kind_of(variable: Variable) -> Kind:
    """Return the type of a variable's value, as far as the playbook tells."""
    kind = _KINDS.get((variable.type or "").partition("(")[0].strip())
    if kind is not None:
        return kind
    value = variable.default.value if variable.default else None
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str) and "{{" not in value:
        return "string"
    return "list" if isinstance(value, tuple) else "map" if isinstance(value, dict) else "unknown"


def _variable(variable: Variable, writing: Writing) -> Items:
    field, place = f"variable.{variable.name}", variable.place
    items: Items = []
    kind = _type(variable)
    if kind is not None:
        items.append(Attribute("type", kind, _place(variable, "type")))
    if variable.description:
        items.append(Attribute("description", Lit(variable.description, place), _place(variable, "description")))
    default = variable.default
    if variable.env is not None:
        value = Call("env", (Lit(variable.env, place),), place)
        items.append(Attribute("default", value, _place(variable, "env")))
        if default is not None and default.value not in (None, ""):
            why = "Packer's env() has no other value for a variable that is not set"
            writing.coverage.changed(default.place, f"{field}.default", why)
    elif default is not None:
        items += writing.attribute("default", default, field)
    if variable.sensitive:
        items.append(Attribute("sensitive", Lit(value=True, place=place), _place(variable, "sensitive")))
    for each in variable.validation:
        condition = writing.condition(each.condition, f"{field}.validation")
        if condition is not None:
            items.append(_validation(condition, each.error_message, each.condition.span))
    if variable.rules is not None:
        items += _rules(variable, variable.rules, writing)
    writing.coverage.mapped(place, field)
    return items


def _place(variable: Variable, key: str) -> Span:
    """Return where something is said of a variable, or where it stands itself."""
    node = variable.written.get(key) if variable.written else None
    return node.place if node else variable.place


def _type(variable: Variable) -> Expression | None:
    word = variable.type
    if word is None and variable.env is not None:
        return None
    if word is None:
        found = {"string": "string", "number": "number", "bool": "bool"}.get(kind_of(variable))
        return None if found is None else expression_of(found, variable.place)
    if word == "any":
        return None if variable.default is None and not variable.description else expression_of("any", variable.place)
    try:
        return expression_of(_TYPES.get(word, word), variable.place)
    except Unsayable:
        return None


def _validation(condition: Expression, message: str, place: Span) -> Block:
    items = (Attribute("condition", condition, place), Attribute("error_message", Lit(message, place), place))
    return Block("validation", (), Body(items, place), place, gap=True)


def _rules(variable: Variable, rules: Node, writing: Writing) -> Items:
    """Return Cerberus's rules as conditions."""
    found: Items = []
    place = rules.span
    value = expression_of(f"var.{variable.name}", place)
    for key, node in rules.items():
        condition: Expression | None
        match str(key), node.value:
            case "regex", str(pattern):
                matched = Call("regex", (Lit(f"^(?:{pattern})$", place), value), place)
                condition, said = Call("can", (matched,), place), f"match {pattern}"
            case "allowed", tuple(values):
                listed = Many(tuple(Item(writing.jinja.value(each)) for each in values), keyed=False, place=place)
                condition = Call("contains", (listed, value), place)
                said = f"be one of {', '.join(str(each.value) for each in values)}"
            case "min" | "max" as word, int() | float() as limit:
                condition = Binary(">=" if word == "min" else "<=", value, Lit(limit, place), place)
                said = f"be at {'least' if word == 'min' else 'most'} {limit}"
            case "minlength" | "maxlength" as word, int(limit):
                length = Call("length", (value,), place)
                condition = Binary(">=" if word == "minlength" else "<=", length, Lit(limit, place), place)
                said = f"have a length of at {'least' if word == 'minlength' else 'most'} {limit}"
            case _:
                why = "Packer has no such rule"
                writing.coverage.unsupported(node.place, f"variable.{variable.name}.rules.{key}", why)
                continue
        found.append(_validation(condition, f"The value of {variable.name} has to {said}.", place))
    return found


def locals_(playbook: Playbook, writing: Writing) -> Iterator[Block]:
    """Yield the locals: in one block, but for those that are sensitive."""
    plain: Items = []
    for local in playbook.locals.values():
        if local.name not in playbook.sensitive:
            plain += writing.attribute(local.name, local.value, "local", local.place)
    if plain:
        yield Block("locals", (), Body(tuple(plain), plain[0].place), plain[0].place, gap=True)
    for name in playbook.locals:
        if name in playbook.sensitive:
            local = playbook.locals[name]
            items = writing.attribute("expression", local.value, f"local.{name}")
            items.append(Attribute("sensitive", Lit(value=True, place=local.place), local.place))
            yield Block("local", (name,), Body(tuple(items), local.place), local.place, gap=True)


def data_names(playbook: Playbook) -> Mapping[str, tuple[str, str]]:
    """Return the type and the name of each data source: without its type where that only told it from others."""
    kinds = {name: each.type.removeprefix("packer/") for name, each in playbook.data.items()}
    short = {name: name.removeprefix(f"{kind}_") for name, kind in kinds.items()}
    counts = Counter(short.values())
    return {name: (kind, short[name] if counts[short[name]] > 1 else name) for name, kind in kinds.items()}


def data(playbook: Playbook, writing: Writing) -> Iterator[Block]:
    """Yield the data sources."""
    names = data_names(playbook)
    for each in playbook.data.values():
        kind, name = names[each.name]
        field = f"data.{kind}.{name}"
        if each.when is not None:
            writing.coverage.unsupported(each.when.place, f"{field}.when", "Packer looks up every data source")
        items = writing.options(dict(each.options.items()), options("data source", each.type), field)
        yield Block("data", (kind, name), Body(tuple(items), each.place), each.place, gap=True)
        writing.coverage.mapped(each.place, field)
