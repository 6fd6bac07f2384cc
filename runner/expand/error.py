"""What can go wrong with an expression."""

from __future__ import annotations

from runner.diagnostics import Diagnostic, Report
from runner.text import Node, Span

BY_THE_PLAN = "it is looked up by the plan"
"""The reason of a ``Late`` for data sources, which a check does not look up."""
UNUSABLE = "it has no usable value"
"""The reason of a ``Late`` for what was not understood, which has been reported."""


class ExpressionError(Exception):
    """An expression has no value; ``diagnostic`` says why and where."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class Late(Exception):  # noqa: N818 - not an error: the value is known later
    """An expression needs ``name``, whose value is known only while the build runs."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class Absent(Late):
    """An expression reads a file that is not there yet; ``place`` is that of the value which is innermost."""

    place: Span | None = None

    def tell(self, node: Node, report: Report) -> None:
        """Point out that the file is missing, once for each place that reads it; ``node`` is what was evaluated."""
        report.add("W510", f"{self.name} yet", self.place or node.span)
