"""The combinations of a play's matrix."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from runner.diagnostics import Note, Report, did_you_mean
from runner.expand.error import BY_THE_PLAN, UNUSABLE, ExpressionError, Late
from runner.expand.render import render
from runner.expand.scope import Scope
from runner.text import Node

_LISTS = ("include", "exclude")
_OF_A_BUILD = "it differs from build to build"
MAX_BUILDS = 1000
"""How many builds one play may have: more is a slip."""


def combinations(matrix: Node | None, scope: Scope, report: Report) -> list[dict[str, Any]] | None:
    """Return the combinations in the order written: the product of the lists, less ``exclude``, plus ``include``.

    Nothing when they depend on a data source that only the plan looks up, or on what was not understood.
    """
    if matrix is None:
        return [{}]
    try:
        values = _values(matrix, scope.with_layers(late=dict.fromkeys(("build", "source"), _OF_A_BUILD)), report)
    except Late:
        return None
    if values is None:
        return []
    names = [name for name in values if name not in _LISTS]
    count = 1
    for name in names:
        count *= len(values[name])
    count += len(values.get("include", ()))
    if count > MAX_BUILDS:
        report.add("E611", f"the matrix has {count} combinations; {MAX_BUILDS} are the most", matrix.place)
        return []
    excluded = values.get("exclude", [])
    _check_excluded(matrix, excluded, values, report)
    tuples = product(*(values[name] for name in names)) if names else ()
    found = [dict(zip(names, each, strict=True)) for each in tuples]
    kept = [each for each in found if not any(_covers(pattern, each) for pattern in excluded)]
    return kept + [each for each in values.get("include", []) if not _among(each, kept)]


def _values(matrix: Node, scope: Scope, report: Report) -> dict[str, list[Any]] | None:
    values: dict[str, list[Any]] = {}
    sound = True
    for name, node in matrix.items():
        try:
            value = render(node, scope)
        except ExpressionError as error:
            report.extend([error.diagnostic])
            sound = False
            continue
        except Late as late:
            if late.reason in (BY_THE_PLAN, UNUSABLE):
                raise
            report.add("E612", f"the matrix cannot use {late.name}: {late.reason}", node.span)
            sound = False
            continue
        sound = _is_sound(str(name), value, node, report) and sound
        values[str(name)] = value
    return values if sound else None


def _is_sound(name: str, value: Any, node: Node, report: Report) -> bool:
    """Report what is no list, an entry of ``include`` or ``exclude`` that is no mapping, a value that stands twice."""
    if not isinstance(value, list):
        report.add("E104", f"the values of {name!r} are a list", node.span)
        return False
    if len(value) > MAX_BUILDS:  # that is told of the whole
        return True
    known: dict[str, int] = {}
    for index, each in enumerate(value):
        place = node.at([index]).span
        if name in _LISTS and not isinstance(each, dict):
            report.add("E104", f"an entry of {name!r} is a mapping of names to values", place)
            return False
        first_index = known.setdefault(_text(each), index)
        if name not in _LISTS and first_index != index:
            first = Note("the first one is here", node.at([first_index]).span)
            report.add("E016", f"a value stands twice under {name!r}", place, notes=[first])
            return False
    return True


def _check_excluded(matrix: Node, excluded: list[Any], values: dict[str, list[Any]], report: Report) -> None:
    """Report what can never be left out: names that the matrix does not have, values that it does not list."""
    node = matrix.get("exclude")
    assert node is not None or not excluded
    for index, pattern in enumerate(excluded):
        for name, value in pattern.items():
            entry = node.at([index, name]) if node else matrix
            if name not in values or name in _LISTS:
                hint = did_you_mean(str(name), [key for key in values if key not in _LISTS])
                message = f"'exclude' names {name!r}, which the matrix does not have"
                report.add("E613", message, entry.place, hint=hint)
            elif not _among(value, values[name]) and isinstance(matrix.at([name]).value, tuple):
                hint = did_you_mean(str(value), map(str, values[name]))
                report.add("E613", f"{name!r} is never {_word(value)}", entry.span, hint=hint)


def _covers(pattern: dict[str, Any], combination: dict[str, Any]) -> bool:
    return all(name in combination and _text(combination[name]) == _text(value) for name, value in pattern.items())


def _among(value: Any, others: list[Any]) -> bool:
    return _text(value) in map(_text, others)


def _text(value: Any) -> str:
    """Return a text by which values are told apart: to Python, 1 and true are equal."""
    import json

    return json.dumps(value, sort_keys=True, default=str)


def label(combination: dict[str, Any]) -> str:
    """Return what a build's name gets for its combination: ``[bookworm,amd64]``."""
    return f"[{','.join(_words(combination))}]" if combination else ""


def _words(combination: dict[str, Any]) -> Iterator[str]:
    for value in combination.values():
        yield _word(value)


def _word(value: Any) -> str:
    """Return a value as YAML writes it in one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_word(each)}' for key, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_word, value))}]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
