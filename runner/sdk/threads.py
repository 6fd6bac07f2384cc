"""Blocking calls that never lose what they make."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def held(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``function`` in a thread and wait for it, whatever happens.

    A thread cannot be cancelled: were the wait cut short, nobody would know what it went on to make. So a
    cancellation that comes meanwhile is kept, and delivered at the caller's next ``await``.
    """
    caller = asyncio.current_task()
    assert caller is not None
    work = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    cancelled = False
    while not work.done():
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            if work.cancelled():
                raise
            caller.uncancel()
            cancelled = True
        except Exception:  # noqa: BLE001 - raised again below, from the work itself
            break
    if cancelled:
        caller.cancel()
    return work.result()
