"""Waiting for what AWS takes its time for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

from runner.builders.amazon.shared.access import AwsPolling
from runner.sdk import Failed

T = TypeVar("T")

_FIRST = 0.2
_GROWTH = 1.6
_TOLD = 30.0
"""How often somebody is told that something is still waited for, in seconds."""


class Patience(NamedTuple):
    """How long something may take, and how often it is asked about, in seconds."""

    limit: float
    most: float = 5.0
    """The longest pause between two questions; the first ones are shorter."""
    polling: AwsPolling | None = None
    """What the user says of it."""

    def pauses(self) -> tuple[float, float, float]:
        """Return the first pause, by how much each is longer than the one before, and the longest."""
        if self.polling is not None and self.polling.delay_seconds is not None:
            return self.polling.delay_seconds, 1.0, self.polling.delay_seconds
        return _FIRST, _GROWTH, self.most

    @property
    def end(self) -> float:
        """The limit in which all questions have been put that the user wants put."""
        polling = self.polling
        if polling is None or polling.max_attempts is None:
            return self.limit
        return polling.max_attempts * (polling.delay_seconds or self.most)


async def until(
    what: str, look: Callable[[], Awaitable[T | None]], patience: Patience, say: Callable[[str], None]
) -> T:
    """Return what ``look`` finds once it finds something. Raises ``Failed`` when ``what`` takes too long."""
    pause, growth, most = patience.pauses()
    started = told = time.monotonic()
    while (found := await look()) is None:
        now = time.monotonic()
        if now - started >= patience.end:
            hint = "aws_polling sets how often and how long is asked"
            raise Failed(f"{what} took longer than {spelt(patience.end)}", hint)
        if now - told >= _TOLD:
            told = now
            say(f"Still waiting for {what}, {spelt(now - started)} so far")
        await asyncio.sleep(pause)
        pause = min(pause * growth, most)
    return found


def spelt(seconds: float) -> str:
    """Return a length of time as people write it."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    parts = [f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if number]
    return " ".join(parts[:2]) or "0 s"
