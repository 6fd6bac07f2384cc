"""Go through a tree of HCL, and make one anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from runner.text import Span

Record = TypeVar("Record")


def rebuilt(record: Record, change: Callable[[Any], Any]) -> Record:
    """Return a record with ``change`` made of each record in it, not deeper."""
    made = tuple(_part(each, change) for each in record)  # type: ignore[attr-defined]  # a named tuple
    return type(record)(*made)


def parts(record: Any) -> Iterator[Any]:
    """Yield the records in a record, not deeper."""
    for each in record:
        if isinstance(each, Span) or not isinstance(each, tuple):
            continue
        if hasattr(each, "_fields"):
            yield each
        else:
            yield from parts(each)


def _part(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, Span):
        return value
    if hasattr(value, "_fields"):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_part(each, change) for each in value)
    return value
