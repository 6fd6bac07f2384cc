"""One event, one line of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TextIO

from runner.events.event import Event


def encoded(event: Event) -> dict[str, Any]:
    """Return an event as plain data: its kind, when it happened, and those of its fields that have a value."""
    values = {name: value for name, value in asdict(event).items() if value is not None}
    return {"event": type(event).__name__, "at": values.pop("at"), **values}


def jsonl(out: TextIO) -> Callable[[Event], None]:
    """Return a subscriber that writes each event to ``out`` as it happens."""

    def write(event: Event) -> None:
        out.write(json.dumps(encoded(event), ensure_ascii=False) + "\n")
        out.flush()

    return write
