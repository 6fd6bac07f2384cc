"""Ctrl-C and SIGTERM: stop, then wait, then give up."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

from runner.events.bus import Bus
from runner.events.event import RunInterrupted

INTERRUPTED = 130
"""The exit status of an interrupted run."""


class Interrupts:
    """The first signal cancels the run, which then tidies up; the second only says so; the third gives up.

    ``last`` is called before the program leaves without tidying up.
    """

    def __init__(self, run: asyncio.Task[object], bus: Bus, last: Callable[[], None]) -> None:
        self._run = run
        self._bus = bus
        self._last = last
        self.times = 0

    def install(self) -> None:
        """Answer to SIGINT and SIGTERM from now on."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._interrupted, number)

    def _interrupted(self, number: signal.Signals) -> None:
        self.times += 1
        self._bus.emit(RunInterrupted(number.name, self.times))
        if self.times == 1:
            self._run.cancel()
        elif self.times > 2:  # noqa: PLR2004 - the third time, as the class says
            self._last()
            os._exit(INTERRUPTED)
