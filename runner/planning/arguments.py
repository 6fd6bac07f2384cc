"""Check what a play gives to its roles against their argument specifications (``meta/argument_specs.yml``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runner.diagnostics import Note, Report, did_you_mean
from runner.expand.coerce import misfits
from runner.expand.error import ExpressionError, Late
from runner.expand.scope import Scope
from runner.model.playbook import Block, Item, Play, RoleContext
from runner.planning.steps import Frame
from runner.text import Node

_CERBERUS = {
    "str": "string", "path": "string", "raw": None, "int": "integer", "float": "number", "bool": "boolean",
    "list": "list", "dict": "dict", "bytes": "string", "bits": "string", "json": None, "jsonarg": None, "sid": None,
}

_LOOSE = {
    "string": ["string", "number", "boolean"],
    "integer": ["integer", "string"],
    "number": ["number", "string"],
    "boolean": ["boolean", "string", "integer"],
    "list": ["list", "string"],
}


def check_arguments(play: Play, frame: Frame, report: Report) -> None:
    """Report missing, unknown-typed and refused arguments of every role of a play, as far as they are known now."""
    for role in _roles(play):
        if role.arguments is None or role.place is None:
            continue
        scope = Scope(
            *frame.base, role.defaults, *frame.early, role.vars, role.params,
            fixed=frame.fixed, late=frame.late, unknown="the build may set it",
        )
        for name, spec in role.arguments.items():
            _check_argument(str(name), spec, role, scope, report)
        _check_unknown(role, report)


def _roles(play: Play) -> Iterator[RoleContext]:
    for _, items in play.sections():
        yield from _inside(items)


def _inside(items: tuple[Item, ...]) -> Iterator[RoleContext]:
    for item in items:
        if isinstance(item, Block):
            if item.kind == "role" and item.role is not None:
                yield item.role
            yield from _inside(item.tasks)


def _check_argument(name: str, spec: Node, role: RoleContext, scope: Scope, report: Report) -> None:
    assert role.place is not None
    place = role.params[name].place if name in role.params else role.place
    notes = (Note(f"the role {role.name!r} asks for it here", spec.place),)
    known = name in role.params or name in role.vars or name in role.defaults or name in scope.names()
    required = spec.get("required")
    if not known:
        if required is not None and required.value is True:
            report.add("E509", f"the role {role.name!r} needs the argument {name!r}", place, notes=notes)
        return
    try:
        value = scope.lookup(name)
    except Late:
        return
    except ExpressionError as error:
        report.extend([error.diagnostic])
        return
    for message in _misfits(name, value, spec):
        report.add("E511", f"argument of the role {role.name!r}: {message}", place, notes=notes)


def _misfits(name: str, value: Any, spec: Node) -> Iterator[str]:
    if value is None:
        return
    for path, message in misfits(name, value, _rules(spec)):
        yield f"{'.'.join(str(part) for part in (name, *path))}: {message}"


def _rules(spec: Node) -> dict[str, Any]:
    """Return an argument's specification as Cerberus rules; values count as weakly typed, as in Ansible."""
    kind = str(spec.at(["type"]).value) if spec.get("type") else "str"
    rules: dict[str, Any] = {}
    wanted = _CERBERUS.get(kind)
    if wanted:
        rules["type"] = _LOOSE.get(wanted, [wanted])
    choices = spec.get("choices")
    if choices is not None and kind != "list":
        rules["allowed"] = choices.plain()
    elements = spec.get("elements")
    options = spec.get("options")
    if kind == "dict" and options is not None:
        rules["schema"] = {str(name): {**_rules(each), "required": _required(each)} for name, each in options.items()}
        rules["allow_unknown"] = False
    elif kind == "list" and elements is not None:
        inner = Node({"type": elements, **({"options": options} if options else {})}, spec.span)
        rules["schema"] = _rules(inner)
        if rules["schema"].get("type") and choices is not None:
            rules["allowed"] = choices.plain()
    if spec.get("required") is None:
        rules["nullable"] = True
    return rules


def _required(spec: Node) -> bool:
    required = spec.get("required")
    return required is not None and required.value is True


def _check_unknown(role: RoleContext, report: Report) -> None:
    """Warn of an argument that the role does not take and that looks like one it does."""
    assert role.arguments is not None
    known = {str(name) for name, _ in role.arguments.items()}
    for name, node in role.params.items():
        if name not in known and name not in role.defaults:
            hint = did_you_mean(name, known)
            if hint:
                report.add("W512", f"the role {role.name!r} has no argument {name!r}", node.place, hint=hint)
