"""The ``set_stats`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.sdk import Module, Outcome, Work, options


@options()
class Options:
    """What ``set_stats`` accepts."""

    data: dict[str, Any]
    """The values, each with its name."""
    per_host: bool = False
    """Keep them for this machine, not for the whole build."""
    aggregate: bool = True
    """Add to values of the same name instead of replacing them."""


class SetStats(Module[Options]):
    """Keep values for the build's report."""

    name = "set_stats"
    controller = True

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Return the values: results have them, and so has the record of the run."""
        del facts
        wanted = self.options
        yield from ()
        stats = {"data": wanted.data, "per_host": wanted.per_host, "aggregate": wanted.aggregate}
        return Outcome({"ansible_stats": stats}, changed=False)
