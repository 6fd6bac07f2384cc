"""Long work in a thread, which ends early when the build is stopped."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from threading import Event
from typing import TypeVar

T = TypeVar("T")


class GaveUp(Exception):  # noqa: N818 - not an error
    """The work was stopped; what it had written so far is gone."""


async def stoppable(function: Callable[[Callable[[], None]], T]) -> T:
    """Run ``function`` in a thread and return what it gives.

    It is handed a function to call now and then, which raises ``GaveUp`` as soon as the build is stopped: a thread
    cannot be cancelled, and nobody should have to wait until gigabytes are packed for nothing.
    """
    stopped = Event()

    def check() -> None:
        if stopped.is_set():
            raise GaveUp

    work = asyncio.ensure_future(asyncio.to_thread(function, check))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stopped.set()
        with contextlib.suppress(Exception):  # of work that nobody wants any more
            await work
        raise
