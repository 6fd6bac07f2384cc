"""The lines of the report: tables of times, and verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


def begin(part: str) -> str:
    """Return the line that begins a part of the report."""
    return f"<!-- part: {part} -->"


def merged(former: str, now: str, order: Sequence[str]) -> str:
    """Return the report ``now`` with the parts of a former one that were not measured again."""
    about, measured = _parts(now)
    _, before = _parts(former)
    parts = {**before, **measured}
    return "\n\n".join([about, *(parts[name] for name in order if name in parts)]) + "\n"


def _parts(report: str) -> tuple[str, dict[str, str]]:
    """Return what stands before the parts of a report, and each part by its name."""
    about, *pieces = re.split(r"^(?=<!-- part: )", report, flags=re.MULTILINE)
    found = {}
    for piece in pieces:
        name = piece.removeprefix("<!-- part: ").partition(" ")[0]
        found[name] = piece.strip("\n")
    return about.strip("\n"), found
