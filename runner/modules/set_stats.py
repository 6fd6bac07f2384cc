"""The ``set_stats`` module."""

from __future__ import annotations

from typing import Any

from runner.sdk import Module, options


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
