"""The ``sleep`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.sdk import Duration, Module, Outcome, Wait, Work, options
from runner.sdk.durations import seconds_of


@options()
class Options:
    """What ``sleep`` accepts."""

    duration: Duration
    """How long to wait, such as 30s."""


class Sleep(Module[Options]):
    """Wait for a while."""

    name = "sleep"
    free_form = "duration"
    controller = True

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Wait."""
        del facts
        yield Wait(seconds_of(self.options.duration))
        return Outcome(changed=False)
