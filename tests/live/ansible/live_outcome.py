"""How a run went."""

from __future__ import annotations

from typing import NamedTuple


class Outcome(NamedTuple):
    """How a run went."""

    converged: bool
    changed: int = 0
    """How many tasks changed something."""
    seconds: float = 0
    tasks: list[tuple[str, str]] = []  # noqa: RUF012 - never changed
    """Name and status (ok, changed, skipped, failed) of each task, in the order in which they ran."""
    why: str = ""
    """Why it did not converge."""
    image: str = ""
    """What it left."""
