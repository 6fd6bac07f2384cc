"""Ctrl-C, SIGTERM and SIGHUP: stop, then wait, then give up."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from runner.events.bus import Bus
from runner.events.event import RunInterrupted

INTERRUPTED = 130
"""The exit status of an interrupted run."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
        """Answer to the signals from now on, but for a lost terminal that is to be ignored, as with ``nohup``."""
        loop = asyncio.get_running_loop()
        for number in (each for each in _SIGNALS if signal.getsignal(each) is not signal.SIG_IGN):
            loop.add_signal_handler(number, self._interrupted, number)

    def _interrupted(self, number: signal.Signals) -> None:
        self.times += 1
        self._bus.emit(RunInterrupted(number.name, self.times))
        if self.times == 1:
            self._run.cancel()
        elif self.times > 2:  # noqa: PLR2004 - the third time, as the class says
            self._last()
            os._exit(INTERRUPTED)


@contextmanager
def no_more_interrupts() -> Iterator[None]:
    """Take in what would interrupt the run, from the time on in which its loop is closed: it is over.

    The loop sets the signals free when it is closed. One that came just then would end the program as if it had failed.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        for number in _SIGNALS:
            signal.signal(number, _unheard)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def _unheard(number: int, frame: FrameType | None) -> None:
    del number, frame
