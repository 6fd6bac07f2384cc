"""Compare what templates say: their normalised trees."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from runner.formats.hcl import tree as hcl
from runner.formats.hcl.walk import rebuilt
from runner.packer.coverage import Coverage
from runner.packer.engine_calls import without_engine_calls
from runner.packer.names import address, source_address
from runner.packer.one_form import is_null, renamed, text

Tree = dict[str, Any]


def differences(first: hcl.Body, second: hcl.Body) -> list[str]:
    """Return the lines in which the normalised trees of two templates differ, as ``diff`` marks them."""
    one, other = (json.dumps(normal(body), indent=1, ensure_ascii=False).splitlines() for body in (first, second))
    return list(difflib.unified_diff(one, other, lineterm="", n=2))[2:]


def normal(body: hcl.Body) -> Tree:
    """Return what a template says, as plain data: without order, comments and ways of writing that mean nothing."""
    body = without_engine_calls(body, Coverage())
    sources = {(block.labels[0], block.labels[1]): block for block in body.blocks("source")}
    used: set[tuple[str, str]] = set()
    builds = [_build(block, sources, used) for block in body.blocks("build")]
    rest = {"/".join(pair): _options(block.body) for pair, block in sources.items() if pair not in used}
    return {
        "packer": _requirements(body),
        "variables": dict(sorted(_variables(body))),
        "locals": dict(sorted(_locals(body))),
        "data": {"/".join(block.labels): _options(block.body) for block in body.blocks("data")},
        "builds": builds,
        "unused sources": dict(sorted(rest.items())),
        "other": [block.type for block in body.blocks() if block.type not in _KNOWN],
    }


_KNOWN = frozenset({"packer", "variable", "variables", "local", "locals", "data", "source", "build"})


def _requirements(body: hcl.Body) -> Tree:
    found: Tree = {}
    for block in body.blocks("packer"):
        found |= {each.name: text(each.value) for each in block.body.attributes()}
        for plugins in block.body.blocks("required_plugins"):
            found |= {f"plugin {each.name}": _sorted(each.value) for each in plugins.body.attributes()}
    return dict(sorted(found.items()))


def _sorted(value: hcl.Expression) -> Any:
    """Return an object with its keys in order."""
    if not isinstance(value, hcl.Many):
        return text(value)
    return dict(sorted((text(item.key) if item.key else "", text(item.value)) for item in value.items))


def _variables(body: hcl.Body) -> Iterator[tuple[str, Tree]]:
    for block in body.blocks("variables"):
        for each in block.body.attributes():
            yield each.name, _variable({"default": each.value}, [])
    for block in body.blocks("variable"):
        values = {each.name: each.value for each in block.body.attributes()}
        checks = [_options(each.body) for each in block.body.blocks("validation")]
        yield block.labels[0], _variable(values, checks)


def _variable(values: Mapping[str, hcl.Expression], checks: list[Tree]) -> Tree:
    found: Tree = {name: text(value) for name, value in values.items() if name not in ("type", "default")}
    kind = values.get("type")
    default = values.get("default")
    written = None if kind is None else text(kind).strip('"')
    if written in (None, "any") and isinstance(default, hcl.Lit) and default.value is not None:
        written = "bool" if isinstance(default.value, bool) else (
            "number" if isinstance(default.value, int | float) else "string"
        )
    found["type"] = None if written == "any" else written
    if default is not None:
        value = default
        if written == "string" and isinstance(default, hcl.Lit) and default.value is not None:
            plain = str(default.value).lower() if isinstance(default.value, bool) else str(default.value)
            value = hcl.Lit(plain, default.place)
        found["default"] = text(value)
    if found.get("sensitive") == "false":
        del found["sensitive"]
    if found.get("description") == '""':
        del found["description"]
    return {**dict(sorted(found.items())), **({"validation": checks} if checks else {})}


def _locals(body: hcl.Body) -> Iterator[tuple[str, Any]]:
    for block in body.blocks("locals"):
        for each in block.body.attributes():
            yield each.name, text(each.value)
    for block in body.blocks("local"):
        sensitive = block.body.get("sensitive")
        value = block.body.get("expression")
        hidden = sensitive is not None and sensitive.value[:1] == (True,)
        shown = text(value.value) if value else None
        yield block.labels[0], {"sensitive": shown} if hidden else shown


def _build(block: hcl.Block, sources: Mapping[tuple[str, str], hcl.Block], used: set[tuple[str, str]]) -> Tree:
    found: Tree = {
        "description" if each.name == "description" else each.name: text(each.value).replace(".", "-")
        if each.name == "name" else text(each.value)
        for each in block.body.attributes() if each.name != "sources" and not is_null(each.value)
    }
    found["sources"] = sorted(_sources(block, sources, used), key=lambda each: str(each["source"]))
    known = [each["source"] for each in found["sources"]]
    works = [each for each in block.body.blocks() if _kind(each) == "provisioner"]
    found["provisioners"] = [made for each in works if (made := _component(each, known)).get("only") != []]
    found["on error"] = [_component(each, known) for each in block.body.blocks("error-cleanup-provisioner")]
    chains = [each for each in block.body.blocks() if _kind(each) in ("post-processor", "post-processors")]
    found["chains"] = [_chain(each, known) for each in chains]
    rest = {"provisioner", "error-cleanup-provisioner", "post-processor", "post-processors", "source"}
    found["other"] = [each.type for each in block.body.blocks() if _kind(each) not in rest]
    return found


def _kind(block: hcl.Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


def _sources(
    block: hcl.Block, sources: Mapping[tuple[str, str], hcl.Block], used: set[tuple[str, str]]
) -> Iterator[Tree]:
    listed = block.body.get("sources")
    if listed is not None and isinstance(listed.value, hcl.Many):
        for item in listed.value.items:
            pair = _pair(address(item.value) or text(item.value))
            used.add(pair)
            yield {"source": ".".join(pair), "options": _options(sources[pair].body) if pair in sources else None}
    elif listed is not None:
        used.update(sources)
        yield {"source": text(listed.value), "options": {"/".join(k): _options(v.body) for k, v in sources.items()}}
    for each in block.body.blocks("source"):
        pair = _pair(source_address(each.labels[0]))
        used.add(pair)
        name = each.body.get("name")
        own = _options(hcl.Body(tuple(item for item in each.body.items if item != name), each.place))
        base = _options(sources[pair].body) if pair in sources else {}
        called = str(name.value.value) if name and isinstance(name.value, hcl.Lit) else pair[1]
        yield {"source": f"{pair[0]}.{called}", "options": {**base, **own}}
    for each in block.body.blocks("dynamic"):
        if each.labels == ("source",):
            yield {"source": "dynamic", "options": _options(each.body)}


def _pair(named: str) -> tuple[str, str]:
    kind, _, name = named.partition(".")
    return kind, name


def _chain(block: hcl.Block, known: list[str]) -> list[Any]:
    if block.type == "dynamic":
        return [_dynamic(block)]
    if block.type == "post-processor":
        return [_component(block, known)]
    return [_component(each, known) for each in block.body.blocks("post-processor")]


def _component(block: hcl.Block, known: list[str]) -> Tree:
    if block.type == "dynamic":
        return _dynamic(block)
    found = _options(block.body)
    for name in ("only", "except"):
        node = block.body.get(name)
        if node is not None and isinstance(node.value, hcl.Many):
            names = [address(item.value) for item in node.value.items]
            found[name] = [each for each in names if each in known]
    inline = block.body.get("inline")
    if inline is not None and isinstance(inline.value, hcl.Many):
        found["inline"] = text(inline.value._replace(items=tuple(filter(_runs, inline.value.items))))
    if block.labels == ("file",) and found.get("direction") == '"upload"':
        del found["direction"]
    return {"type": "/".join(block.labels), **found}


def _runs(item: hcl.Item) -> bool:
    """Return whether a line of a script does anything; a comment does not."""
    return not (isinstance(item.value, hcl.Lit) and str(item.value.value).startswith("# "))


def _dynamic(block: hcl.Block) -> Tree:
    """Return a block that makes others; its iterator is called by one name."""
    iterator = block.body.get("iterator")
    name = text(iterator.value) if iterator else block.labels[0]
    content = next(block.body.blocks("content"), None)
    over = block.body.get("for_each")
    inner: hcl.Body = renamed(content.body, {name: "each"}) if content else hcl.Body((), block.place)
    labels = block.body.get("labels")
    shown = over and over.value
    match shown:
        case hcl.Call("compact", (hcl.Many((one,), keyed=False),), place):
            shown = hcl.Binary("!=", one.value, hcl.Lit("", place), place)
            inner = _with_value(inner, one.value)
        case hcl.Conditional(condition, hcl.Many((one,), keyed=False), hcl.Many((), keyed=False)):
            shown = condition
            inner = _with_value(inner, one.value)
    return {
        "dynamic": block.labels[0], "over": text(shown) if shown else None,
        "labels": text(labels.value) if labels else None, "content": _contents(inner),
    }


def _with_value(record: Any, value: hcl.Expression) -> Any:
    """Return a content of which only one is made, with what it is made for in the place of the iterator's value."""
    match record:
        case hcl.Attr(hcl.Ref("each"), "value"):
            return value
    return rebuilt(record, lambda each: _with_value(each, value))


def _contents(body: hcl.Body) -> Any:
    """Return the content of a dynamic block: of a chain, its links."""
    links = [_options(each.body) | {"type": each.labels[0]} for each in body.blocks("post-processor")]
    return links or _options(body)


def _options(body: hcl.Body) -> Tree:
    found: Tree = {each.name: _option(each.value) for each in body.attributes() if not is_null(each.value)}
    blocks: dict[str, list[Any]] = {}
    for each in body.blocks():
        made = _dynamic(each) if each.type == "dynamic" else _options(each.body)
        blocks.setdefault(_kind(each), []).append(made)
    return dict(sorted({**found, **blocks}.items()))


def _option(value: hcl.Expression) -> Any:
    """Return a value; an object as the block that it may also be written as."""
    if isinstance(value, hcl.Many) and value.keyed:
        items = {text(item.key).strip('"'): _option(item.value) for item in value.items if item.key is not None}
        return [dict(sorted(items.items()))]
    if isinstance(value, hcl.Many) and value.items and all(_is_object(item.value) for item in value.items):
        return [each for item in value.items for each in _option(item.value)]
    return text(value)


def _is_object(value: hcl.Expression) -> bool:
    return isinstance(value, hcl.Many) and value.keyed
