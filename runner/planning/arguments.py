"""Check what a play gives to its roles against their argument specifications (``meta/argument_specs.yml``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.diagnostics import Diagnostic, Note, Report, did_you_mean
from runner.expand.error import ExpressionError, Late
from runner.expand.rule_words import within
from runner.expand.rules import apply_rules
from runner.expand.scope import Scope
from runner.model.playbook import Block, Item, Play, RoleContext
from runner.planning.steps import Frame
from runner.schema.words import shown
from runner.text import Key, Node

_TEXT: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_TYPES: Mapping[str, dict[str, Any]] = {
    "str": _TEXT, "path": _TEXT, "bytes": _TEXT, "bits": _TEXT,
    "int": {"type": "integer", "coerce": "integer"},
    "float": {"type": "number", "coerce": "number"},
    "bool": {"type": "boolean", "coerce": "boolean"},
    "list": {"type": ["list", "string"]},
    "dict": {"type": "dict"},
    "raw": {}, "json": {}, "jsonarg": {}, "sid": {},
}
"""Ansible's types as Cerberus rules. Values are weakly typed: ``"80"`` is a number, and one text a list."""


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
            mistakes = list(_mistakes(spec))
            report.extend(mistakes)
            if not mistakes:
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
    if value is None:
        return
    written = role.params.get(name)
    _, breaks = apply_rules(name, value, _rules(spec))
    for path, words in breaks:
        inner = written.at(path) if written else None
        message = f"the argument {name}{within(path)} of the role {role.name!r} {words}"
        report.add("E511", message, inner.place if inner else place, notes=notes)


def _mistakes(spec: Node) -> Iterator[Diagnostic]:
    """Yield what keeps an argument's specification from being one, however deep."""
    if not isinstance(spec.value, dict):
        yield Diagnostic("E510", "the specification of an argument is a mapping", spec.span, "such as {type: str}")
    for key in ("type", "elements"):
        kind = spec.get(key)
        if kind is not None and not (isinstance(kind.value, str) and kind.value in _TYPES):
            hint = did_you_mean(str(kind.value), _TYPES) or f"known: {', '.join(_TYPES)}"
            yield Diagnostic("E510", f"unknown type {shown(kind)} of an argument", kind.span, hint)
    choices = spec.get("choices")
    if choices is not None and not isinstance(choices.value, tuple):
        yield Diagnostic("E510", "the choices of an argument are a list", choices.span)
    options = spec.get("options")
    for _, each in options.items() if options else ():
        yield from _mistakes(each)


def _rules(spec: Node) -> dict[str, Any]:
    """Return an argument's specification as Cerberus rules."""
    kind = spec.get("type")
    word = str(kind.value) if kind else "str"
    rules = dict(_TYPES[word])
    choices = spec.get("choices")
    if choices is not None:
        rules["allowed"] = choices.plain()
    elements, options = spec.get("elements"), spec.get("options")
    if word == "dict" and options is not None:
        rules["schema"] = {str(name): {**_rules(each), "required": _required(each)} for name, each in options.items()}
        rules["allow_unknown"] = False
    elif word == "list" and elements is not None:
        inner: dict[Key, Node] = {"type": elements, **({"options": options} if options else {})}
        rules["schema"] = _rules(Node(inner, spec.span))
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
