"""The ``pause`` module."""

from __future__ import annotations

from runner.sdk import AtMostOne, Module, options


@options(AtMostOne("minutes", "seconds"))
class Options:
    """What ``pause`` accepts."""

    minutes: float | None = None
    """How many minutes to wait."""
    seconds: float | None = None
    """How many seconds to wait."""
    prompt: str | None = None
    """What to say while waiting."""
    echo: bool = True
    """Show what is typed."""


class Pause(Module[Options]):
    """Wait for a while, or until somebody presses Enter."""

    name = "pause"
    controller = True
