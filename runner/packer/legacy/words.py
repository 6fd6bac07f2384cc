"""What is told of a template: mistakes in the report, and findings of what became of its fields."""

from __future__ import annotations

from collections.abc import Sequence

from runner.diagnostics import Report
from runner.diagnostics.near import did_you_mean
from runner.formats.hcl.tree import Expression, Lit, Template
from runner.packer.coverage import Became, Finding
from runner.packer.legacy.engine import Lookup
from runner.packer.legacy.translate import Mode, translate
from runner.text import Node, Span


class Telling:
    """Collects what is found while one template is read."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.findings: list[Finding] = []

    def note(self, place: Span, field: str, became: Became, why: str) -> None:
        """Tell what became of a field."""
        self.findings.append(Finding(place, field, became, why))

    def wrong(self, node: Node, wanted: str) -> None:
        """Tell that a value is not of the wanted kind."""
        self.report.add("E104", f"{_kind(node)} stands where {wanted} is wanted", node.span)

    def unknown(self, key: str, node: Node, known: Sequence[str]) -> None:
        """Tell that a key has no meaning where it stands."""
        hint = did_you_mean(key, known) or "a comment is a key that begins with '_'"
        self.report.add("E101", f"'{key}' is no part of a template", node.place, hint=hint)

    def text(self, node: Node, field: str, mode: Mode, lookup: Lookup | None) -> Expression:
        """Translate a string."""
        value = node.value
        assert isinstance(value, str)
        found = translate(value, node.span, mode, lookup)
        hint = "text in double braces is Go's template language"
        for problem in found.problems:
            if found.wrong:
                self.report.add("E041", problem.why, problem.place, hint=hint)
            else:
                self.note(problem.place, field, "unsupported", problem.why)
        return found.expression


def _kind(node: Node) -> str:
    value = node.value
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, tuple):
        return "a list"
    if value is None:
        return "null"
    return "a truth value" if isinstance(value, bool) else "a text" if isinstance(value, str) else "a number"


def comment(key: object, node: Node, beginning: str = "_") -> tuple[str, ...] | None:
    """Return the lines of a comment; nothing when the key is no comment's. Variables may have names with ``_``."""
    if isinstance(key, str) and key.startswith(beginning) and isinstance(node.value, str):
        return tuple(line.rstrip() for line in node.value.splitlines())
    return None


def as_key(expression: Expression) -> Expression:
    """Return an expression as the key of an object, where a bare reference would be a name."""
    return expression if isinstance(expression, Lit | Template) else Template((expression,), expression.place)
