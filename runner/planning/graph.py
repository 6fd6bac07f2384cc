"""The order of builds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runner.diagnostics import Note, Report
from runner.text import Span


def waves(
    needs: Mapping[str, Sequence[str]], places: Mapping[str, Span], report: Report
) -> tuple[tuple[str, ...], ...]:
    """Return the names of ``needs`` in waves, each needing only builds of earlier ones; a circle is reported."""
    done: set[str] = set()
    rest = list(needs)
    order: list[tuple[str, ...]] = []
    while rest:
        ready = tuple(name for name in rest if all(need in done for need in needs[name] if need in needs))
        if not ready:
            _report_circle(needs, rest, places, report)
            break
        order.append(ready)
        done.update(ready)
        rest = [name for name in rest if name not in done]
    return tuple(order)


def _report_circle(
    needs: Mapping[str, Sequence[str]], rest: Sequence[str], places: Mapping[str, Span], report: Report
) -> None:
    seen: list[str] = []
    name = rest[0]
    while name not in seen:
        seen.append(name)
        name = next(need for need in needs[name] if need in rest)
    circle = [*seen[seen.index(name) :], name]
    notes = [Note(f"{each!r} starts here", places[each]) for each in circle[1:-1]]
    report.add(
        "E610", f"builds start from each other in a circle: {' -> '.join(circle)}", places[circle[0]], notes=notes
    )
