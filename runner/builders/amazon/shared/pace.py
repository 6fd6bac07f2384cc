"""How fast an account is asked: all builds of a process have one allowance for each region and service."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from threading import Lock

_MOST, _LEAST = 20.0, 0.5
"""Requests a second: what AWS gives back each second of most allowances, and what is tried however busy it is."""
_BURST = 50.0
"""How many requests may go at once after a rest."""
_SLOWER, _FASTER = 0.5, 1.05
_ONCE = 1.0
"""Within so many seconds several refusals count as one: they come from the same crowd."""
THROTTLED = frozenset((
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
    "RequestLimitExceeded", "SlowDown", "TooManyRequestsException", "BandwidthLimitExceeded",
))


class Pace:
    """A bucket of tokens, one for each request. It fills more slowly after AWS has refused one for being too many."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()  # answers are seen in many threads
        self._rate, self._tokens = _MOST, _BURST
        self._filled, self._slowed = now(), float("-inf")

    def turn(self) -> float:
        """Take a token; return after how many seconds it may be used: who comes first is first."""
        with self._lock:
            self._fill()
            self._tokens -= 1
            return max(0.0, -self._tokens / self._rate)

    def heard(self, code: str | None) -> None:
        """Take in an answer, by its error code if it is a refusal."""
        with self._lock:
            self._fill()
            if code not in THROTTLED:
                self._rate = min(_MOST, self._rate * _FASTER)
            elif self._now() - self._slowed >= _ONCE:
                self._slowed = self._now()
                self._rate, self._tokens = max(_LEAST, self._rate * _SLOWER), min(self._tokens, 0.0)

    def _fill(self) -> None:
        now = self._now()
        self._tokens = min(_BURST, self._tokens + (now - self._filled) * self._rate)
        self._filled = now


@cache
def pace_of(account: str, service: str, region: str) -> Pace:
    """Return the pace that all have in common who ask a service in a region for an account."""
    del account, service, region
    return Pace()
