"""The ``breakpoint`` module."""

from __future__ import annotations

from runner.sdk import Module, options


@options()
class Options:
    """What ``breakpoint`` accepts."""

    note: str | None = None
    """What to say while waiting."""
    disable: bool = False
    """Do not stop."""


class Breakpoint(Module[Options]):
    """Stop and wait until somebody presses Enter."""

    name = "breakpoint"
    controller = True
