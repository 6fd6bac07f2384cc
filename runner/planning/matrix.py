"""The combinations of a play's matrix."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from runner.diagnostics import Report
from runner.expand.error import ExpressionError, Late
from runner.expand.render import render
from runner.expand.scope import Scope
from runner.text import Node

_LISTS = ("include", "exclude")
MAX_BUILDS = 1000
"""How many builds one play may have: more is a slip."""


def combinations(matrix: Node | None, scope: Scope, report: Report) -> list[dict[str, Any]]:
    """Return the combinations in the order written: the product of the lists, less ``exclude``, plus ``include``."""
    if matrix is None:
        return [{}]
    values = _values(matrix, scope, report)
    if values is None:
        return []
    names = [name for name in values if name not in _LISTS]
    count = 1
    for name in names:
        count *= len(values[name])
    if count > MAX_BUILDS:
        report.add("E611", f"the matrix has {count} combinations; {MAX_BUILDS} are the most", matrix.place)
        return []
    excluded = values.get("exclude", [])
    _check_excluded(matrix, excluded, names, report)
    tuples = product(*(values[name] for name in names)) if names else ()
    found = [dict(zip(names, each, strict=True)) for each in tuples]
    kept = [each for each in found if not any(_covers(pattern, each) for pattern in excluded)]
    return kept + [each for each in values.get("include", []) if each not in kept]


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
            report.add("E612", f"the matrix needs {late.name}, which only the build knows", node.span)
            sound = False
            continue
        if not isinstance(value, list):
            report.add("E104", f"the values of {name!r} are a list", node.span)
            sound = False
            continue
        values[str(name)] = value
    return values if sound else None


def _check_excluded(matrix: Node, excluded: list[Any], names: list[str], report: Report) -> None:
    node = matrix.get("exclude")
    for index, pattern in enumerate(excluded):
        for name in pattern:
            if name not in names:
                place = node.at([index, name]).place if node else matrix.place
                report.add("E613", f"'exclude' names {name!r}, which the matrix does not have", place)


def _covers(pattern: dict[str, Any], combination: dict[str, Any]) -> bool:
    return all(combination.get(name) == value for name, value in pattern.items())


def label(combination: dict[str, Any]) -> str:
    """Return what a build's name gets for its combination: ``[bookworm,amd64]``."""
    return f"[{','.join(_words(combination))}]" if combination else ""


def _words(combination: dict[str, Any]) -> Iterator[str]:
    for value in combination.values():
        yield str(value).lower() if isinstance(value, bool) else str(value)
