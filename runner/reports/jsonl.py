"""One event, one line of JSON."""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from typing import Any, TextIO

from runner.events.event import Event, names_of


def encoded(event: Event) -> dict[str, Any]:
    """Return an event as plain data: its kind, when it happened, and those of its fields that have a value."""
    return {"event": type(event).__name__, "at": event.at, **_plain(event, without="at")}


def _plain(value: Any, without: str = "") -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        found = {name: _plain(getattr(value, name)) for name in names_of(type(value)) if name != without}
        return {name: each for name, each in found.items() if each is not None}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


class JsonLines:
    """Writes each event to ``out`` as it happens."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def __str__(self) -> str:
        return str(getattr(self._out, "name", "the lines of JSON"))

    def __call__(self, event: Event) -> None:
        """Tell of one event. Raises ``OSError`` when it cannot be written."""
        plain = encoded(event)
        line = json.dumps(plain, ensure_ascii=False)
        try:
            line.encode(self._out.encoding or "utf-8")
        except UnicodeEncodeError:  # bytes that are no text, or a terminal with few characters
            line = json.dumps(plain)
        self._out.write(line + "\n")
        self._out.flush()
