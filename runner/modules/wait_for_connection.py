"""The ``wait_for_connection`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.sdk import Ask, Duration, Failed, Module, Outcome, Wait, Work, options
from runner.sdk.durations import seconds_of


@options()
class Options:
    """What ``wait_for_connection`` accepts."""

    timeout: Duration = "600"
    """How long to wait at most; a bare number is seconds."""
    delay: Duration = "0"
    """How long to wait before trying for the first time."""
    sleep: Duration = "1"
    """How long to wait between two tries."""
    connect_timeout: Duration = "5"
    """How long one try may take."""


class WaitForConnection(Module[Options]):
    """Wait until the machine answers."""

    name = "wait_for_connection"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Try until the machine answers."""
        del facts
        wanted = self.options
        limit, pause = seconds_of(wanted.timeout), max(seconds_of(wanted.sleep), 0.05)
        waited = seconds_of(wanted.delay)
        if waited:
            yield Wait(waited)
        while True:
            try:
                yield Ask(("true",))
            except Failed as failed:
                if waited >= limit:
                    raise Failed(f"timed out waiting for the machine to answer: {failed}", failed.hint) from failed
            else:
                return Outcome({"elapsed": int(waited)}, changed=False)
            yield Wait(pause)
            waited += pause
