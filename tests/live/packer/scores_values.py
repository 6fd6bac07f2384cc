"""Compare what a template's expressions come to in Packer, and in the playbook that is made of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from runner.diagnostics import Report
from runner.expand import functions
from runner.expand.error import ExpressionError, Late
from runner.expand.inputs import Given, resolve_inputs
from runner.expand.render import OMIT, render
from runner.expand.role_plugins import RolePlugins
from runner.expand.scope import Scope
from runner.expand.world import World, base_scope, early_scope
from runner.formats.hcl.layout import Layout
from runner.formats.hcl.tree import Attr, Attribute, Block, Body, Call, Expression, Lit, Ref, Template
from runner.formats.hcl.walk import parts, rebuilt
from runner.formats.hcl.write import write
from runner.formats.hcl.write_expressions import Expressions
from runner.model.playbook import Playbook
from runner.packer.importing import to_playbook
from runner.packer.names import names_of
from runner.packer.reading import read
from runner.packer.units import Unit
from runner.reading.playbook import read_document
from runner.text import Node, SourceFile

KINDS = ("variables", "locals", "options")
_OF_THE_MOMENT = re.compile(r"timestamp|isotime|strftime|uuid|bcrypt")
_OF_OTHERS = frozenset({"data", "source", "build", "packer"})
_LINE = 50_000
"""How long a line is at most that the console is given."""
_PATIENCE = 60
_NOTHING: tuple[Any, ...] = (None, "", [], {})


class Values(NamedTuple):
    """How many values of a template were compared, by their kind, and which of them differ."""

    compared: Mapping[str, int]
    differing: tuple[str, ...] = ()
    why: str = ""
    """Why Packer says nothing of it."""


class _Value(NamedTuple):
    """An expression of a template, and where its value is in the playbook."""

    kind: str
    field: str
    expression: Expression
    path: tuple[str | int, ...]


def compare(unit: Unit, packer: str) -> Values | None:
    """Return what comes of comparing the values of a template; nothing when it cannot be imported.

    It lies in a directory for this alone: files that give variables other values are removed.
    """
    for file in unit.directory.glob("*.auto.pkrvars.*"):
        file.unlink()
    report = Report()
    found = read(tuple(map(str, unit.files)), report)
    if found is None:
        return None
    text = to_playbook(found.body, found.coverage).text
    playbook = read_document(SourceFile("values.yml", text), unit.directory, report)
    if playbook is None:
        return None
    known = _evaluable(found.body)
    values = [each for each in _values(found.body, playbook) if _is_known(each.expression, known)]
    said, why = _asked(found.body, known, values, unit.directory, packer)
    scope = _scope(playbook)
    compared = dict.fromkeys(KINDS, 0)
    differing = []
    for number, theirs in said.items():
        each = values[number]
        ours = _ours(each, playbook, scope)
        compared[each.kind] += 1
        wanted, made = (_placeless(value, unit.directory) for value in (theirs, ours))
        if not _same(wanted, made, weak=each.kind == "options"):
            differing.append(f"{each.field}: {_shown(wanted)[:80]}, not {_shown(made)[:80]}")
    return Values(compared, tuple(differing), why)


# ---------------------------------------------------------------------- the template


def _values(body: Body, playbook: Playbook) -> Iterator[_Value]:
    names = names_of(body)
    for block in body.blocks("variable"):
        if (default := block.body.get("default")) is not None and not isinstance(default.value, Call):
            name = block.labels[0]
            yield _Value("variables", f"var.{name}", _named("var", name, default), (f"var.{name}",))
    for name in names.locals:
        yield _Value("locals", f"local.{name}", _named("local", name, None), (f"local.{name}",))
    for block in body.blocks("source"):
        kind, name = block.labels
        key = names.sources[kind, name]
        if key in playbook.sources:
            yield from _options(block.body, f"source.{kind}.{name}", (key,))


def _named(space: str, name: str, attribute: Attribute | None) -> Attr:
    place = attribute.place if attribute else SourceFile("", "").start()
    return Attr(Ref(space, place), name, place)


def _options(body: Body, field: str, path: tuple[str | int, ...]) -> Iterator[_Value]:
    """Yield the options of a source, and those of the blocks in it that no expression makes."""
    for item in body.attributes():
        yield _Value("options", f"{field}.{item.name}", item.value, (*path, item.name))
    made = {block.labels[0] for block in body.blocks("dynamic") if block.labels}
    counts: dict[str, int] = {}
    for block in body.blocks():
        if block.type in made or block.type == "dynamic":
            continue
        number = counts.get(block.type, 0)
        counts[block.type] = number + 1
        yield from _options(block.body, f"{field}.{block.type}", (*path, block.type, number))


def _evaluable(body: Body) -> frozenset[str]:
    """Return the variables and locals whose values Packer 1.6.6 can tell, and that are the same at any time."""
    names = names_of(body)
    empty = {block.labels[0] for block in body.blocks("variable") if block.body.get("default") is None}
    known = {f"var.{name}" for name in names.variables if name not in empty}
    known |= {f"local.{name}" for name in names.locals}
    while True:
        lost = {
            f"local.{name}" for name, value in names.locals.items()
            if f"local.{name}" in known and not _is_known(value, frozenset(known))
        }
        if not lost:
            return frozenset(known)
        known -= lost


def _is_known(record: Any, known: frozenset[str]) -> bool:
    match record:
        case Attr(Ref("var" | "local" as space), name) if f"{space}.{name}" not in known:
            return False
        case Ref(name) if name in _OF_OTHERS:
            return False
        case Call(name) if _OF_THE_MOMENT.search(name) or (name not in functions.names() and name != "env"):
            return False
        case Lit(str(text)) if "{{" in text:  # the engine's, or a builder's
            return False
    return all(_is_known(each, known) for each in parts(record))


# ---------------------------------------------------------------------- what Packer says


def _asked(
    body: Body, known: frozenset[str], values: list[_Value], directory: Path, packer: str
) -> tuple[dict[int, Any], str]:
    """Return the values that do not fail, by their number; or why Packer evaluates none."""
    file = directory / "ingot-values.pkr.hcl"
    file.write_text(write(_stripped(body, known)), encoding="utf-8")
    found: dict[int, Any] = {}
    try:
        for line in _lines(values):
            found |= _evaluated(line, file, packer)
    except _Failed as error:
        return {}, str(error)
    finally:
        file.unlink()
    return found, ""


def _lines(values: list[_Value]) -> Iterator[str]:
    """Yield what the console is asked; of several lines it would answer the last."""
    line = ""
    for number, each in enumerate(values):
        asked = f"try([{number}, {_on_one_line(each.expression)}], null)"
        if line and len(line) + len(asked) > _LINE:
            yield line
            line = ""
        line = f"{line}, {asked}" if line else asked
    if line:
        yield line


class _Failed(Exception):  # noqa: N818 - what it says
    """Packer does not evaluate a template; the message says why."""


def _evaluated(line: str, file: Path, packer: str) -> dict[int, Any]:
    environment = {"PATH": os.environ["PATH"], "CHECKPOINT_DISABLE": "1", "PACKER_NO_COLOR": "1"}
    try:
        done = subprocess.run(
            [packer, "console", file.name], cwd=file.parent, env=environment, text=True, capture_output=True,
            check=False, input=f"jsonencode([{line}])\n", timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired:
        raise _Failed("it does not come to an end") from None
    if done.returncode:
        lines = [each.strip() for each in (done.stdout + done.stderr).splitlines() if each.strip()]
        raise _Failed(next((each for each in lines if each.startswith(("Error", "*"))), (lines or ["nothing"])[0]))
    return {each[0]: each[1] for each in json.loads(done.stdout) if each is not None}


def _stripped(body: Body, known: frozenset[str]) -> Body:
    """Return a template of nothing but variables and locals, as far as Packer 1.6.6 can read them."""
    blocks: list[Block] = []
    for block in body.blocks("variable"):
        kept = tuple(item for item in block.body.attributes() if item.name in ("type", "default"))
        blocks.append(block._replace(body=block.body._replace(items=kept, end=())))
    values = names_of(body).locals
    items = tuple(
        Attribute(name, value, value.place) for name, value in values.items() if f"local.{name}" in known
    )
    locals_ = Block("locals", (), Body(items, body.place), body.place)
    return Body((*blocks, locals_), body.place)


def _on_one_line(expression: Expression) -> str:
    layout = Layout()
    Expressions(layout, inline=True).value(_plain(expression))
    return layout.text().rstrip("\n")


def _plain(record: Any) -> Any:
    made = rebuilt(record, _plain)
    return made._replace(heredoc=False) if isinstance(made, Lit | Template) else made


# ---------------------------------------------------------------------- what the playbook says


def _scope(playbook: Playbook) -> Scope:
    world = World(playbook.root, playbook.root, {}, datetime.now(UTC), RolePlugins())
    inputs, _ = resolve_inputs(playbook, Given((), (), {}, None), base_scope(world), Report(), complete=False)
    return early_scope(playbook, inputs, world)


def _ours(value: _Value, playbook: Playbook, scope: Scope) -> Any:
    """Return a value as plain data; why it has none, where it has none."""
    try:
        if value.kind != "options":
            return _data(scope.lookup(str(value.path[0])))
        node: Node | None = playbook.sources[str(value.path[0])].options
        for step in value.path[1:]:
            node = _step(node, step)
        return None if node is None else _data(render(node, scope))
    except (ExpressionError, Late) as error:
        return f"fails: {error}"


def _step(node: Node | None, step: str | int) -> Node | None:
    if node is None:
        return None
    if isinstance(step, int):
        return node.elements()[step] if isinstance(node.value, tuple) else node
    return next((each for key, each in node.items() if str(key).lower() == step.lower()), None)


def _data(value: Any) -> Any:
    if value is OMIT:
        return None
    return json.loads(json.dumps(value, default=partial(str)))


def _placeless(value: Any, directory: Path) -> Any:
    """Return a value in which the template's directory is ``.``, as Packer calls it."""
    return json.loads(json.dumps(value).replace(f'"{directory}"', '"."').replace(f"{directory}/", "./"))


def _same(theirs: Any, ours: Any, *, weak: bool) -> bool:
    """Return whether two values are the same; in options, ``weak``, a text may stand for what it says."""
    if theirs == ours and isinstance(theirs, bool) == isinstance(ours, bool):
        return True
    if isinstance(theirs, dict) and isinstance(ours, dict):
        both = {*theirs, *ours}
        return all(_same(theirs.get(key), ours.get(key), weak=weak) for key in both)
    if isinstance(theirs, list) and isinstance(ours, list):
        return len(theirs) == len(ours) and all(_same(*pair, weak=weak) for pair in zip(theirs, ours, strict=True))
    if isinstance(theirs, int | float) and isinstance(ours, int | float) and not isinstance(theirs, bool):
        return abs(theirs - ours) <= 1e-9 * abs(theirs)
    return weak and ((theirs in _NOTHING and ours in _NOTHING) or _text(theirs) == _text(ours))


def _text(value: Any) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
