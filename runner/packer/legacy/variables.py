"""The variables of a JSON template, as variables and locals of HCL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from runner.diagnostics import Note
from runner.diagnostics.near import did_you_mean
from runner.formats.hcl.tree import Attribute, Block, Body, Call, Expression, Lit, Ref
from runner.packer.legacy.engine import Lookup, moment, reference
from runner.packer.legacy.names import is_name, named
from runner.packer.legacy.translate import translate
from runner.packer.legacy.words import Telling, comment
from runner.text import Node, Span

_STEPS = 10
"""How many variables of a circle are named."""
_MOMENT = re.compile(r"\{\{\s*timestamp\s*\}\}")


class _Variable(NamedTuple):
    """A variable as it is declared; ``name`` is its name in HCL, ``local`` whether it becomes a local there."""

    key: str
    name: str
    node: Node
    local: bool = False
    above: tuple[str, ...] = ()


class Variables:
    """The variables of one template; what else the template uses is added while it is read."""

    def __init__(self, section: Node, sensitive: frozenset[str], telling: Telling) -> None:
        self.telling = telling
        self.place = section.place
        self.sensitive = sensitive
        self.declared: dict[str, _Variable] = {}
        self.missing: dict[str, _Variable] = {}
        self.environment: dict[str, str] = {}
        """Environment variable -> the variable that has its value, for locals."""
        self.uses: dict[str, list[str]] = {}
        """Local -> the variables that it is made of."""
        self.taken: set[str] = set()
        self.moment: str | None = None
        """The local that has the time of the run."""
        above: tuple[str, ...] = ()
        for key, node in section.items():
            if lines := comment(key, node, "_comment"):
                above += lines
                continue
            self._declare(str(key), node, above)
            above = ()
        for name in sorted(sensitive - self.declared.keys()):
            telling.note(section.place, f"sensitive-variables.{name}", "changed", "no variable has this name")

    def _declare(self, key: str, node: Node, above: tuple[str, ...]) -> None:
        field, name = f"variables.{key}", named(key, self.taken)
        if not is_name(key):
            self.telling.note(node.place, field, "changed", f"HCL does not take its name: it is '{name}' now")
        if isinstance(node.value, dict | tuple):
            self.telling.wrong(node, "a text or null")
            node = node._replace(value="")
        elif node.value is not None and not isinstance(node.value, str):
            self.telling.note(node.place, field, "changed", "variables are texts: the value is written as one")
            node = node._replace(value=node.raw or str(node.value).lower())
        local = isinstance(node.value, str) and _made_of_others(node.value, node.span)
        if local:
            why = "its value is made of others: it becomes a local, which cannot be set from outside"
            self.telling.note(node.place, field, "changed", why)
        self.declared[key] = _Variable(key, name, node, local, above)
        if local and not self.moment and _MOMENT.fullmatch(str(node.value)):
            self.moment = name

    def lookup(self, place: Span) -> Lookup:
        """Return how the options of the template see variables."""

        def look(function: str, name: str) -> Expression | None:
            if function == "timestamp":
                self.moment = self.moment or named("timestamp", self.taken)
                return reference(place, "local", self.moment)
            return self._user(name, place) if function == "user" else None

        return look

    def _user(self, name: str, place: Span) -> Expression:
        found = self.declared.get(name) or self.missing.get(name)
        if found is None:
            why = "no variable has this name: Packer takes an empty text where none is given"
            self.telling.note(place, f"variables.{name}", "changed", why)
            found = self.missing[name] = _Variable(name, named(name, self.taken), Node("", place))
        return reference(place, "local" if found.local else "var", found.name)

    def default(self, name: str) -> str:
        """Return a variable's value where it is plain text."""
        value = self.declared[name].node.value if name in self.declared else ""
        return value if isinstance(value, str) and "{{" not in value else ""

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks that declare variables, then those of locals."""
        all_ = (*self.declared.values(), *self.missing.values())
        locals_ = [(each, self._value(each)) for each in all_ if each.local]
        self._circles()
        for each in all_:
            if not each.local:
                value = None if each.node.value is None else self._value(each)
                yield self._variable(each, value)
        for variable, name in self.environment.items():
            yield _block("variable", name, self.place, type=_text(self.place), default=_env(variable, self.place))
        open_ = [Attribute(each.name, value, each.node.place, each.above)
                 for each, value in locals_ if each.key not in self.sensitive]
        if self.moment and self.moment not in [each.name for each, _ in locals_]:
            open_.insert(0, Attribute(self.moment, moment(self.place), self.place))
        if open_:
            yield Block("locals", (), Body(tuple(open_), open_[0].place), open_[0].place, gap=True)
        for each, value in locals_:
            if each.key in self.sensitive:
                place = each.node.place
                block = _block("local", each.name, place, expression=value, sensitive=Lit(value=True, place=place))
                yield block._replace(above=each.above)

    def _variable(self, each: _Variable, value: Expression | None) -> Block:
        place = each.node.place
        entries = {"type": _text(place)} | ({"default": value} if value else {})
        if each.key in self.sensitive:
            entries["sensitive"] = Lit(value=True, place=place)
        return _block("variable", each.name, place, **entries)._replace(above=each.above)

    def _value(self, each: _Variable) -> Expression:
        """Return a value; in a local, variables stand for those of the environment, which HCL reads nowhere else."""
        place = each.node.span
        uses = self.uses.setdefault(each.key, [])

        def look(function: str, name: str) -> Expression | None:
            if function == "env" and each.local:
                if name not in self.environment:
                    self.environment[name] = named(f"env_{name}", self.taken)
                return reference(place, "var", self.environment[name])
            if function == "env":
                return _env(name, place)
            if function == "timestamp":
                return moment(place) if self.moment == each.name else self.lookup(place)(function, name)
            if name in self.declared:
                uses.append(name)
                return self._user(name, place)
            hint = did_you_mean(name, self.declared) or "declare it: among variables nothing stands for a missing one"
            self.telling.report.add("E402", f"no variable is called '{name}'", place, hint=hint)
            return reference(place, "var", "missing")

        return self.telling.text(each.node, f"variables.{each.key}", "variables", look)

    def _circles(self) -> None:
        """Tell of variables whose values need each other."""
        settled: set[str] = set()
        for start in self.uses:
            path = {start: iter(self.uses[start])}
            while path and start not in settled:
                name = next(reversed(path))
                following = next(path[name], None)
                if following is None:
                    settled.add(name)
                    del path[name]
                elif following in path:
                    self._circle(list(path)[list(path).index(following) :])
                    return
                elif following not in settled:
                    path[following] = iter(self.uses.get(following, ()))

    def _circle(self, names: list[str]) -> None:
        notes = [Note(f"'{each}' is made of others here", self.declared[each].node.span) for each in names[:_STEPS]]
        message = f"the values of {' and '.join(map(repr, names[:_STEPS]))} need each other"
        self.telling.report.add("E405", message, self.declared[names[0]].node.span, notes=notes)


def _made_of_others(text: str, place: Span) -> bool:
    """Return whether a value calls more than ``env``, the only function that the default of a variable may call."""
    return bool(translate(text, place, "variables", lambda *_: Lit("", place)).calls - {"env"})


def _text(place: Span) -> Expression:
    return Ref("string", place)


def _env(name: str, place: Span) -> Expression:
    return Call("env", (Lit(name, place),), place)


def _block(type_: str, label: str, place: Span, **entries: Expression) -> Block:
    items = tuple(Attribute(name, value, place) for name, value in entries.items())
    return Block(type_, (label,), Body(items, place), place, gap=True)
