"""Check what a play gives to its roles against their argument specifications (``meta/argument_specs.yml``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.diagnostics import Diagnostic, Note, Report, did_you_mean
from runner.expand.error import ExpressionError, Late
from runner.expand.rule_words import within
from runner.expand.rules import apply_rules
from runner.expand.scope import Scope
from runner.model.playbook import RoleContext
from runner.planning.steps import Frame
from runner.reading.vocabulary import is_fact
from runner.schema.words import shown
from runner.text import Key, Node
from runner.text.paths import is_file

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


def check_arguments(role: RoleContext, frame: Frame, report: Report) -> None:
    """Report missing, mistyped and refused arguments of a role, as far as they are known now.

    ``frame`` is what the role's tasks stand in. Where a condition keeps the role out, or may do so, its arguments may
    be missing; a specification that is none is a mistake anyway.
    """
    if role.arguments is None or role.place is None:
        return
    scope = frame.scope()
    names = scope.names()
    for name, spec in role.arguments.items():
        mistakes = list(_mistakes(spec))
        report.extend(mistakes)
        if not mistakes and frame.refusal is None and not frame.guarded:
            _check_argument(str(name), spec, role, scope if name in names else None, report)
    _check_unknown(role, report)


def refused_arguments(role: RoleContext, scope: Scope) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the arguments of a role when its turn comes: ``scope`` is what its tasks know."""
    report, names = Report(), scope.names()
    for name, spec in role.arguments.items() if role.arguments is not None and role.place is not None else ():
        _check_argument(str(name), spec, role, scope if name in names else None, report)
    return tuple(each for each in report.diagnostics if each.severity == "error")


def _check_argument(name: str, spec: Node, role: RoleContext, scope: Scope | None, report: Report) -> None:
    """Check an argument; there is no ``scope`` when nothing gives it a value."""
    assert role.place is not None
    place = role.params[name].place if name in role.params else role.place
    notes = (Note(f"the role {role.name!r} asks for it here", spec.place),)
    required = spec.get("required")
    if scope is None:
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
    try:
        _, breaks = apply_rules(name, value, _rules(spec))
    except ValueError:
        message = f"the argument {name} of the role {role.name!r} cannot be checked"
        report.add("E511", message, place, hint="the keys of mappings in its value have to be texts", notes=notes)
        return
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
    for each in choices.elements() if choices else ():
        if isinstance(each.value, tuple | dict):
            yield Diagnostic("E510", "a choice of an argument is one value", each.span)
    options = spec.get("options")
    for _, each in options.items() if options else ():
        yield from _mistakes(each)


def _rules(spec: Node) -> dict[str, Any]:
    """Return an argument's specification as Cerberus rules."""
    kind = spec.get("type")
    word = str(kind.value) if kind else "str"
    rules = dict(_TYPES[word])
    choices = spec.get("choices")
    if choices is not None and _TYPES[word] is _TEXT:
        rules |= {"coerce": "string", "allowed": [str(each) for each in choices.plain()]}
    elif choices is not None:
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
    """Warn of an argument that the role does not take.

    It has to look like one that it does, or to be named nowhere in the role: what is not specified may be read as well.
    """
    assert role.arguments is not None
    known = {str(name) for name, _ in role.arguments.items()}
    known_here = known.union(role.defaults, role.vars)
    unknown = [name for name in role.params if name not in known_here and not is_fact(name)]
    for name in unknown:
        hint = did_you_mean(name, known)
        if hint or not _reads(role.path, name):
            message = f"the role {role.name!r} has no argument {name!r}"
            report.add("W512", message, role.params[name].place, hint=hint)


def _reads(directory: Path, name: str) -> bool:
    """Return whether a role may read a variable: it names it, or other roles, which may."""
    words = re.compile(rf"\b(?:{re.escape(name)}|include_role|import_role|dependencies)\b".encode())
    return any(words.search(path.read_bytes()) for path in directory.rglob("*") if is_file(path))
