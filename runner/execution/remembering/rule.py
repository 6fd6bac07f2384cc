"""What a task says of being remembered."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """How a task is remembered."""

    cached: bool = True
    """Whether answers of an earlier run will do."""
    ttl: float | None = None
    """For how many seconds they will do, if not for ever."""
    registered: bool = False
    """Whether what its commands say is used by others."""
    checkpoint: bool | None = None
    """Whether the machine is kept after it; left out, when that is worth it."""


USUAL = Rule()
