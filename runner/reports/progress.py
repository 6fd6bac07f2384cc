"""How far something is, as people see it."""

from __future__ import annotations

from runner.events.event import Progressed

_WIDTH = 10
"""How many characters a bar has."""


def bar(event: Progressed) -> str:
    """Return a bar, if it is known how much there is, and how much is done."""
    done = f"{event.done / 1e6:.1f}"
    if not event.total:
        return f"{event.what}: {done} MB"
    share = min(event.done / event.total, 1.0)
    full = "#" * int(share * _WIDTH)
    return f"{event.what}: [{full:.<{_WIDTH}}] {share:.0%}, {done} of {event.total / 1e6:.1f} MB"
