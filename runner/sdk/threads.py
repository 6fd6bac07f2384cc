"""Work that is finished once it has begun: nothing it makes is ever lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Wait for ``work`` to its end, whatever happens.

    Were the wait cut short, nobody would know what it went on to make. So a cancellation that comes meanwhile is
    kept, and delivered at the caller's next ``await``.
    """
    caller = asyncio.current_task()
    assert caller is not None
    running = asyncio.ensure_future(work)
    cancelled = False
    while not running.done():
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            if running.cancelled():
                raise
            caller.uncancel()
            cancelled = True
        except Exception:  # noqa: BLE001 - raised again below, from the work itself
            break
    if cancelled:
        caller.cancel()
    return running.result()


async def held(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking ``function`` in a thread and wait for it to its end: a thread cannot be cancelled."""
    return await uninterrupted(asyncio.to_thread(function, *args, **kwargs))
