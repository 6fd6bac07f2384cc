"""What all builds of a run remember with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from runner.execution.remembering.fingerprints import Fingerprints
from runner.execution.remembering.sealing import Seal
from runner.store.cache.cache import Cache
from runner.store.cache.leases import Leases


class Kit(NamedTuple):
    """What all builds of a run remember with."""

    cache: Cache
    leases: Leases
    prints: Fingerprints
    seal: Seal
    grown: asyncio.Event
    """Set when there is a checkpoint more: somebody has to see to the limit."""
    reading: bool = True
    """Whether what earlier runs kept is used."""


def kit_of(
    cache: Cache, leases: Leases, secrets: Callable[[], Sequence[str]], key: Callable[[], bytes], *, reading: bool
) -> Kit:
    """Return a kit for a run with these secrets, and the local key."""
    prints = Fingerprints(secrets, key)
    return Kit(cache, leases, prints, Seal(secrets, prints), asyncio.Event(), reading)
