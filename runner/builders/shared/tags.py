"""Names and values, written one block each."""

from __future__ import annotations

from runner.sdk import options


@options()
class KeyValue:
    """One key and its value."""

    key: str
    """Key."""
    value: str
    """Value."""


@options()
class NameValue:
    """One name and its value."""

    name: str
    """Name."""
    value: str
    """Value."""
