"""The ``set_fact`` module."""

from __future__ import annotations

from typing import Any

from runner.sdk import Module, options


@options(open_ended=True)
class Options:
    """What ``set_fact`` accepts."""

    cacheable: bool = False
    """Keep the values as facts of the machine as well."""
    extra: dict[str, Any]
    """The variables, each name with its value."""


class SetFact(Module[Options]):
    """Give variables values for the rest of the play."""

    name = "set_fact"
    controller = True
