"""What keeps an expression from never coming to an end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Any

_SECONDS = 5.0
"""How long the processor may work at an expression. What is waited for, such as a web page, does not count."""
_AGAIN = 1.0
"""After how long an expression that has swallowed its interruption is interrupted again, in seconds."""


class TakesTooLongError(ValueError):
    """An expression was interrupted."""


@contextmanager
def in_time() -> Iterator[None]:
    """Interrupt what takes too long: all of Python looks for signals while it works, and so does ``re``.

    Only the main thread gets them, which is where plans and builds evaluate. An expression that is evaluated for
    another one is within the other's time.
    """
    if current_thread() is not main_thread() or signal.getitimer(signal.ITIMER_VIRTUAL)[0]:
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _interrupt)
    signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _interrupt(*_: Any) -> None:
    raise TakesTooLongError(f"it takes more than {_SECONDS:.0f} seconds of computing")
