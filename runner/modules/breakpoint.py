"""The ``breakpoint`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.sdk import Module, Outcome, Wait, Work, options


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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Wait until somebody presses Enter."""
        del facts
        if self.options.disable:
            return Outcome(changed=False, skipped="the breakpoint is disabled")
        note = f"{self.options.note}: " if self.options.note else ""
        yield Wait(prompt=f"{note}press Enter to go on")
        return Outcome(changed=False)
