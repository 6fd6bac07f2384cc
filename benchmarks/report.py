"""The lines of the report: tables of times, and verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from measure import Timing


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a table and an empty line."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def milliseconds(timings: Mapping[str, Timing], digits: int = 0) -> Iterator[str]:
    """Yield the table of what takes less than a second."""
    yield from _times(timings, "ms", 1000, digits)


def seconds(timings: Mapping[str, Timing]) -> Iterator[str]:
    """Yield the table of what takes seconds."""
    yield from _times(timings, "s", 1, 2)


def _times(timings: Mapping[str, Timing], unit: str, factor: int, digits: int) -> Iterator[str]:
    rows = [
        [name, *(f"{value * factor:.{digits}f}" for value in (timing.median, min(timing.seconds), max(timing.seconds)))]
        for name, timing in timings.items()
    ]
    yield from table(["", f"median {unit}", "min", "max"], rows)


def verdict(met: bool, target: str) -> str:  # noqa: FBT001 - reads as it is called
    """Return the line that says whether a target is met."""
    return f"- {'met' if met else '**missed**'}: {target}"


def unmeasured(what: str, why: str) -> str:
    """Return the line that says what has not been measured, and why."""
    return f"- not measured: {what}, because {why}"
