"""The ``pause`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.sdk import AtMostOne, Module, Outcome, Wait, Work, options


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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Wait."""
        del facts
        wanted = self.options
        seconds = wanted.seconds if wanted.minutes is None else wanted.minutes * 60
        waited = yield Wait(seconds, wanted.prompt, wanted.echo)
        took = (waited.end - waited.start).total_seconds()
        passed = f"{round(took, 2)} seconds" if wanted.seconds is not None else f"{round(took / 60, 2)} minutes"
        values = {
            "start": str(waited.start), "stop": str(waited.end), "delta": int(took), "rc": 0, "echo": wanted.echo,
            "stdout": f"Paused for {passed}", "stderr": "", "user_input": waited.typed,
        }
        return Outcome(values, changed=False)
