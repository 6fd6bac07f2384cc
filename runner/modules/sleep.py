"""The ``sleep`` module."""

from __future__ import annotations

from runner.sdk import Duration, Module, options


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
