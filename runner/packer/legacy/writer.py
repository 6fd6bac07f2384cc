"""Write a template as Packer's older JSON, in the layout that ``packer fix`` gives it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from runner.formats.hcl.tree import Attr, Attribute, Block, Body, Expression, Lit, Many, Ref
from runner.packer.catalogue import ComponentKind, options
from runner.packer.coverage import Became, Finding
from runner.packer.legacy.json_values import Values
from runner.packer.legacy.one_build import in_one_build, uses
from runner.text import Span

_SELECTS = ("only", "except")


class Written(NamedTuple):
    """A template in JSON."""

    text: str
    findings: tuple[Finding, ...]
    """What it does not say, or says otherwise."""


def write(body: Body) -> Written:
    """Return the template that a tree of HCL is in JSON."""
    work = _Writer(body)
    template = work.template()
    return Written(dumped(template), tuple(work.values.findings))


def dumped(template: dict[str, Any]) -> str:
    """Return JSON as ``packer fix`` prints it: keys in order, two blanks, and an escape for each ampersand."""
    text = json.dumps(template, indent=2, sort_keys=True, ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"


class _Writer:
    """The work on one template."""

    def __init__(self, body: Body) -> None:
        self.values = Values()
        self.body = in_one_build(body, self.values.note)
        self.names: dict[str, str] = {}
        """What a source is called, such as ``qemu.debian`` -> the name of its builder."""

    def template(self) -> dict[str, Any]:
        """Return the whole template."""
        made: dict[str, Any] = {}
        builds = list(self.body.blocks("build"))
        for block in self.body.items:
            if not isinstance(block, Block) or block.type not in (*_DECLARATIONS, "source", "build"):
                word = block.type if isinstance(block, Block) else block.name
                self.values.note(block.place, word, f"JSON has nothing like '{word}'")
        made |= self._version() | self._variables()
        if self.body.items and (above := self.body.items[0].above):
            made["_comment"] = "\n".join(above).strip("\n")
        for place in list(_comments(self.body))[1 if "_comment" in made else 0 :]:
            self.values.note(place, "", "the comment is left out: JSON has one at its top only", "changed")
        if builds:
            made |= self._build(builds[0])
        return _with_timestamp(made)

    def _version(self) -> dict[str, Any]:
        made = {}
        for block in self.body.blocks("packer"):
            for item in block.body.items:
                value = item.value if isinstance(item, Attribute) and item.name == "required_version" else None
                found = re.fullmatch(r">=\s*([\w.-]+)", str(value.value)) if isinstance(value, Lit) else None
                if found:
                    made["min_packer_version"] = found[1]
                else:
                    word = item.type if isinstance(item, Block) else item.name
                    self.values.note(item.place, f"packer.{word}", "JSON knows only the oldest version of Packer")
        return made

    def _variables(self) -> dict[str, Any]:
        """Return variables and locals: in JSON both are variables."""
        made: dict[str, str | None] = {}
        sensitive = []
        for block in self.body.blocks(*_DECLARATIONS):
            name = block.labels[0] if block.labels else ""
            if block.type == "variable":
                made[name] = self._default(block, name)
            elif block.type == "local":
                expression = block.body.get("expression")
                made[name] = self.values.text(expression.value, f"local.{name}") if expression else ""
            elif block.type in ("locals", "variables"):
                for each in block.body.attributes():
                    made[each.name] = self.values.text(each.value, f"{block.type}.{each.name}")
            secret = block.body.get("sensitive")
            if name and secret and isinstance(secret.value, Lit) and secret.value.value is True:
                sensitive.append(name)
        return ({"variables": made} if made else {}) | ({"sensitive-variables": sensitive} if sensitive else {})

    def _default(self, block: Block, name: str) -> str | None:
        for item in block.body.items:
            word = item.type if isinstance(item, Block) else item.name
            if word not in ("default", "sensitive", "type"):
                became: Became = "changed" if word == "description" else "unsupported"
                self.values.note(item.place, f"variable.{name}.{word}", f"JSON knows no '{word}' of a variable", became)
        default = block.body.get("default")
        if default is None:
            return None
        if isinstance(default.value, Lit) and default.value.value is None:
            why = "null is an empty text: in JSON it would mean that a value is required"
            self.values.note(default.place, f"variable.{name}.default", why, "changed")
            return ""
        return self.values.text(default.value, f"variable.{name}.default")

    def _build(self, build: Block) -> dict[str, Any]:
        made: dict[str, Any] = {"builders": self._builders(build)}
        provisioners: list[Any] = []
        processors: list[Any] = []
        for item in build.body.items:
            word = item.type if isinstance(item, Block) else item.name
            if isinstance(item, Attribute):
                if word == "description":
                    made["description"] = self.values.text(item.value, "build.description")
                elif word != "sources":
                    self.values.note(item.place, f"build.{word}", f"JSON knows no '{word}' of a build")
            elif word == "provisioner":
                provisioners.append(self._component(item, "provisioner"))
            elif word == "error-cleanup-provisioner":
                made[word] = self._component(item, "provisioner")
            elif word == "post-processor":
                processors.append(self._processor(item))
            elif word == "post-processors":
                processors.append([self._processor(each) for each in item.body.blocks("post-processor")])
            elif word != "source":
                self.values.note(item.place, f"build.{word}", f"JSON has nothing like '{word}'")
        lists = {"provisioners": provisioners, "post-processors": processors}
        return made | {key: each for key, each in lists.items() if each}

    def _builders(self, build: Block) -> list[dict[str, Any]]:
        """Return the sources that the build uses, as builders."""
        declared = {".".join(each.labels): each for each in self.body.blocks("source") if len(each.labels) == 2}  # noqa: PLR2004 - type and name
        made: dict[str, dict[str, Any]] = {}
        for address, place, more in uses(build):
            source = declared.get(address)
            if source is None:
                self.values.note(place, "build.sources", f"no source is called '{address}'")
                continue
            type_, label = source.labels[:2]
            named = more.body.get("name") if more else None
            name = str(named.value.value) if named and isinstance(named.value, Lit) else label
            if name in made:
                name = f"{label}-{type_}"
                why = f"names of builders are unique in JSON: it is '{name}' there"
                self.values.note(place, f"source.{address}", why, "changed")
            self.names[address] = self.names[f"{type_}.{name}"] = name
            known = options("builder", type_)
            entries = self.values.entries(source.body, known, f"source.{address}")
            if more:
                entries |= self.values.entries(more.body, known, f"build.source.{address}", {"name": None})
            made[name] = {"type": type_} | ({} if name == type_ else {"name": name}) | entries
        for address, source in declared.items():
            if address not in self.names:
                self.values.note(source.place, f"source.{address}", "it is left out, for no build uses it", "changed")
        return list(made.values())

    def _processor(self, block: Block) -> str | dict[str, Any]:
        made = self._component(block, "post-processor")
        return made["type"] if len(made) == 1 else made

    def _component(self, block: Block, kind: ComponentKind) -> dict[str, Any]:
        type_ = block.labels[0] if block.labels else ""
        ready: dict[str, Any] = {}
        for key in _SELECTS:
            if selects := block.body.get(key):
                ready[key] = [self._name(each) for each in _items(selects.value)]
        if override := block.body.get("override"):
            plain = self.values.value(override.value, None, f"{block.type}.{type_}.override")
            ready["override"] = {self._named(name): each for name, each in plain.items()} if plain else plain
        if kind == "provisioner":
            for key in ("name", "continue_on_error"):
                if found := block.body.get(key):
                    ready[key] = None
                    became: Became = "changed" if key == "name" else "unsupported"
                    why = f"JSON knows no '{key}' of a provisioner"
                    self.values.note(found.place, f"{block.type}.{type_}.{key}", why, became)
        return {"type": type_} | self.values.entries(block.body, options(kind, type_), f"{block.type}.{type_}", ready)

    def _name(self, expression: Expression) -> str:
        address = expression.value if isinstance(expression, Lit) else _address(expression)
        if address not in self.names:
            self.values.note(expression.place, "only", "JSON can name builders only, as they are written")
        return self.names.get(str(address), str(address))

    def _named(self, source: str) -> str:
        found = [name for address, name in self.names.items() if address.partition(".")[2] == source]
        return found[0] if found else source


def _comments(body: Body) -> Iterator[Span]:
    """Yield the places of what comments stand at."""
    for item in body.items:
        if item.above or item.beside:
            yield item.place
        if isinstance(item, Block):
            yield from _comments(item.body)
    if body.end:
        yield body.place


def _with_timestamp(template: dict[str, Any]) -> dict[str, Any]:
    """Return the template without variables that are nothing but the time, which is the same everywhere in JSON."""
    variables = template.get("variables", {})
    times = [name for name, value in variables.items() if value == "{{timestamp}}"]
    if not times:
        return template
    rest = {name: value for name, value in variables.items() if name not in times}
    names = "|".join(map(re.escape, times))
    whole: dict[str, Any] = _put(template | {"variables": rest}, re.compile(rf"\buser `(?:{names})`"), "timestamp")
    return whole if rest else {key: value for key, value in whole.items() if key != "variables"}


def _put(value: Any, old: re.Pattern[str], new: str) -> Any:
    if isinstance(value, str):
        return old.sub(new, value) if "{{" in value else value
    if isinstance(value, dict):
        return {_put(key, old, new): _put(each, old, new) for key, each in value.items()}
    return [_put(each, old, new) for each in value] if isinstance(value, list) else value


_DECLARATIONS = ("packer", "variable", "variables", "local", "locals")


def _items(expression: Expression) -> tuple[Expression, ...]:
    return tuple(item.value for item in expression.items) if isinstance(expression, Many) else (expression,)


def _address(expression: Expression) -> str:
    """Return a reference as it is written."""
    if isinstance(expression, Attr):
        return f"{_address(expression.on)}.{expression.name}"
    return expression.name if isinstance(expression, Ref) else "?"
