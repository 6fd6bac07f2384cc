"""What a template takes and computes: requirements, variables, locals, data sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from runner import registry
from runner.formats.hcl.tree import Attribute, Block, Body, Call, Expression, Lit, Many, Ref
from runner.formats.hcl.write import write_expression
from runner.formats.yaml.write import Entry, Map, Seq, Value
from runner.packer.importing.options import Options
from runner.packer.names import Names
from runner.packer.to_jinja import ToJinja
from runner.text import NOTHING

Entries = list[tuple[str, Entry]]
_TYPES = {"bool": "boolean"}
_KEYWORDS = ("type", "when", "options")
"""What stands beside the options of a data source."""


def requires(body: Body, jinja: ToJinja) -> Map | None:
    """Return what the playbook requires: versions of Packer and its plugins, for an export to say again."""
    entries: Entries = []
    plugins: Entries = []
    if "packer" not in {block.type for block in body.blocks()} and not _foreign(body, ()):
        return None
    for block in body.blocks("packer"):
        for item in block.body.items:
            path = f"packer.{item.name if isinstance(item, Attribute) else item.type}"
            if isinstance(item, Attribute) and item.name == "required_version":
                entries.append(("version", Entry(jinja.value(item.value), item.above, item.beside)))
                jinja.coverage.mapped(item.place, path)
            elif isinstance(item, Block) and item.type == "required_plugins":
                for each in item.body.attributes():
                    plugins.append((each.name, Entry(jinja.value(each.value), each.above, each.beside)))
                    jinja.coverage.mapped(each.place, f"{path}.{each.name}")
            else:
                jinja.coverage.unsupported(item.place, path, "it is no requirement")
    plugins += [(name, Entry(Map(()))) for name in _foreign(body, [name for name, _ in plugins])]
    if plugins:
        entries.append(("plugins", Entry(Map(tuple(dict(plugins).items())))))
    return Map((("packer", Entry(Map(tuple(dict(entries).items())))),)) if entries else None


def _foreign(body: Body, required: Sequence[str]) -> list[str]:
    """Return the plugins, beside those ``required``, whose components the template uses and Ingot has none of."""
    used: list[tuple[Any, str]] = [("builders", block.labels[0]) for block in body.blocks("source")]
    used += [("data_sources", block.labels[0]) for block in body.blocks("data")]
    for build in body.blocks("build"):
        works = build.body.blocks("provisioner", "error-cleanup-provisioner")
        used += [("modules", block.labels[0]) for block in works if block.labels[0] != "file"]
        links = list(build.body.blocks("post-processor"))
        chains = build.body.blocks("post-processors")
        links += [link for chain in chains for link in chain.body.blocks("post-processor")]
        used += [("post_processors", block.labels[0]) for block in links]
    unknown = (name for kind, name in used if registry.find_required(kind, name, required) is None)
    return list(dict.fromkeys(name.partition("-")[0] for name in unknown))


def variables(body: Body, jinja: ToJinja) -> Entries:
    """Return the variables of a template."""
    found: Entries = []
    for block in body.blocks("variable", "variables"):
        if block.type == "variable":
            found.append((block.labels[0], _variable(block, jinja)))
            continue
        for each in block.body.attributes():
            found.append((each.name, Entry(_short(jinja.value(each.value)), each.above, each.beside)))
            jinja.coverage.mapped(each.place, f"variable.{each.name}")
    return found


def _short(value: Value) -> Value:
    """Return a default as a variable; a mapping would be taken for keywords."""
    return Map((("default", Entry(value)),)) if isinstance(value, Map) or value is None else value


def _variable(block: Block, jinja: ToJinja) -> Entry:
    name = block.labels[0]
    path = f"variable.{name}"
    entries: dict[str, Entry] = {}
    checks: list[Entry] = []
    with jinja.inside(path):
        for item in block.body.items:
            if isinstance(item, Block):
                if item.type == "validation":
                    checks.append(_validation(item, jinja))
                else:
                    jinja.coverage.unsupported(item.place, f"{path}.{item.type}", "a variable has no such block")
                continue
            for key, value in _keyword(item, jinja):
                entries[key] = Entry(value, item.above, item.beside)
    kind = entries["type"].value if "type" in entries else None
    if "default" in entries:
        default = entries["default"]
        entries["default"] = default._replace(value=_as_written(default.value, kind))
    if checks:
        entries["validation"] = Entry(Seq(tuple(checks)))
    jinja.coverage.mapped(block.place, path)
    default_only = entries.keys() <= {"type", "default"} and "default" in entries
    if default_only and not block.body.end and _follows(entries["default"].value, kind):
        plain = entries["default"]
        above = (*block.above, *(entries["type"].above if "type" in entries else ()), *plain.above)
        return Entry(plain.value, above, block.beside or plain.beside)
    if not entries:
        entries["type"] = Entry("any")
    return Entry(Map(tuple(entries.items()), block.body.end), block.above, block.beside)


def _keyword(item: Attribute, jinja: ToJinja) -> Iterator[tuple[str, Value]]:
    """Yield what one attribute of a variable becomes."""
    match item:
        case Attribute("type", value):
            yield "type", type_text(value)
        case Attribute("default", Call("env", (Lit(str(word)),))):
            yield "env", word
            yield "default", ""
        case Attribute("default" | "description" | "sensitive" as name, value):
            yield name, jinja.value(value)
        case _:
            jinja.coverage.unsupported(item.place, f"{jinja.field}.{item.name}", "a variable has no such attribute")


def _validation(block: Block, jinja: ToJinja) -> Entry:
    entries = []
    for item in block.body.attributes():
        value = jinja.condition(item.value) if item.name == "condition" else jinja.value(item.value)
        entries.append((item.name, Entry(value, item.above, item.beside)))
    return Entry(Map(tuple(entries), block.body.end), block.above)


def type_text(kind: Expression) -> str:
    """Return a type as a playbook writes it: ``boolean``, ``list(string)``, ``object({name = string})``."""
    match kind:
        case Lit(str(name)) | Ref(name):
            return _TYPES.get(name, name)
    return _notation(kind)


def _notation(kind: Expression) -> str:
    match kind:
        case Ref(name) | Lit(str(name)):
            return name
        case Call("optional", (inner, *default)):
            rest = f", {write_expression(default[0])}" if default else ""
            return f"optional({_notation(inner)}{rest})"
        case Call(name, arguments):
            return f"{name}({', '.join(map(_notation, arguments))})"
        case Many(items, keyed=False):
            return f"[{', '.join(_notation(item.value) for item in items)}]"
        case Many(items):
            pairs = (f"{item.key.value} = {_notation(item.value)}" for item in items if isinstance(item.key, Lit))
            return f"{{{', '.join(pairs)}}}"
    return write_expression(kind)


def _as_written(value: Value, kind: Value) -> Value:
    """Return a default as its type wants it: HCL turns numbers and truth values into texts."""
    if kind != "string" or isinstance(value, str | Map | Seq) or value is None:
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _follows(value: Value, kind: Value) -> bool:
    """Return whether a variable's type follows from its default alone."""
    own = (
        "boolean" if isinstance(value, bool) else "number" if isinstance(value, int | float)
        else "string" if isinstance(value, str) and "{{" not in value and "{%" not in value else None
    )
    return own is not None and kind in (None, own)


def locals_(body: Body, jinja: ToJinja) -> tuple[Entries, list[str]]:
    """Return the locals of a template, and which of them are sensitive."""
    found: Entries = []
    sensitive: list[str] = []
    for block in body.blocks("locals", "local"):
        if block.type == "locals":
            found += _local_group(block, jinja)
            continue
        name = block.labels[0]
        with jinja.inside(f"local.{name}"):
            for item in block.body.attributes():
                if item.name == "expression":
                    above = (*block.above, *item.above)
                    found.append((name, Entry(jinja.value(item.value), above, item.beside or block.beside, block.gap)))
                    jinja.coverage.mapped(block.place, f"local.{name}")
                elif item.name == "sensitive":
                    sensitive += [name] if item.value == Lit(value=True, place=item.value.place) else []
                else:
                    jinja.coverage.unsupported(item.place, f"local.{name}.{item.name}", "a local has no such attribute")
    return found, sensitive


def _local_group(block: Block, jinja: ToJinja) -> Iterator[tuple[str, Entry]]:
    above = block.above
    for item in block.body.attributes():
        with jinja.inside(f"local.{item.name}"):
            yield item.name, Entry(jinja.value(item.value), (*above, *item.above), item.beside, item.gap)
        jinja.coverage.mapped(item.place, f"local.{item.name}")
        above = ()


def data(body: Body, names: Names, jinja: ToJinja) -> Entries:
    """Return the data sources of a template."""
    found: Entries = []
    for block in body.blocks("data"):
        kind, name = block.labels
        entry = registry.find("data_sources", kind)
        options = Options(jinja, f"data.{kind}.{name}", entry.schema if entry else NOTHING)
        whole = options.map(block.body, _KEYWORDS, (("type", Entry(kind)),))
        if taken := [item for item in block.body.attributes() if item.name in _KEYWORDS]:
            more = options.map(Body(tuple(taken), block.place))
            beside = (("options", Entry(more)),) if more.entries else ()
            whole = Map((*whole.entries, *beside), whole.end if beside else (*whole.end, *more.end))
        found.append((names.data[kind, name], Entry(whole, block.above, block.beside, gap=True)))
        if names.data[kind, name] != name:
            jinja.coverage.changed(block.place, f"data.{kind}.{name}", "another data source has the same name")
    return found


