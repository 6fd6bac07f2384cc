"""The lookup for sequences of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import integer, text
from runner.expand.lookups.context import LookupContext
from runner.expand.lookups.terms import parse_term

_SHORT = re.compile(r"(?:(?P<start>\d+)-)?(?P<end>\d+)(?:/(?P<stride>\d+))?(?::(?P<format>.+))?", re.ASCII)
_FORMAT = re.compile(r"[^%]*%[-+ 0#]*\d*(?:\.\d+)?[diouxXeEfFgGcrs][^%]*", re.ASCII)
_MOST = 1_000_000


def sequence(
    terms: list[Any],
    *,
    context: LookupContext,  # noqa: ARG001 - all lookups are called alike
    start: Any = None,
    end: Any = None,
    count: Any = None,
    stride: Any = None,
    format: Any = None,  # noqa: A002 - the option's name
) -> list[str]:
    """Return numbers as texts: from ``start`` (1) to ``end``, or ``count`` of them, in steps of ``stride`` (1).

    ``format`` is how each is written, ``%d``. A term has the same options, ``start=1 end=5``, or is short for them:
    ``5``, ``2-5``, ``2-10/2``, ``4:host%02d``.
    """
    given = {"start": start, "end": end, "count": count, "stride": stride, "format": format}
    if not terms:
        return [] if end is None and count is None else _numbers(given)
    return [number for term in terms for number in _numbers(_options(text(term, "a text as term"), given))]


def _options(term: str, given: dict[str, Any]) -> dict[str, Any]:
    short = _SHORT.fullmatch(term.strip())
    if short:
        return given | {name: value for name, value in short.groupdict().items() if value is not None}
    raw, options = parse_term(term, given, first_is_option=True)
    if raw:
        raise FilterError(f"{term!r} is neither options such as start=1 end=5 nor short for them as in 2-10/2:host%02d")
    return options


def _numbers(options: dict[str, Any]) -> list[str]:
    chosen = {name: integer(value, f"{name}") for name, value in options.items()
              if value is not None and name != "format"}  # fmt: skip
    first, step = chosen.get("start", 1), chosen.get("stride", 1)
    if ("end" in chosen) == ("count" in chosen):
        raise FilterError("either end or count is wanted, and not both")
    if step == 0:
        return []
    numbers: Iterable[int]
    if "count" in chosen:
        if chosen["count"] < 0:
            raise FilterError("count is not negative; a negative stride counts down")
        numbers = range(first, first + chosen["count"] * step, step)
    else:
        numbers = range(first, chosen["end"] + (1 if step > 0 else -1), step)
        if (chosen["end"] - first) * step < 0:
            raise FilterError(f"steps of {step} do not lead from {first} to {chosen['end']}")
    return _written(numbers, options["format"] or "%d")


def _written(numbers: range, notation: Any) -> list[str]:
    if len(numbers) > _MOST:
        raise FilterError(f"{len(numbers)} numbers are too many; at most {_MOST} are made")
    if not isinstance(notation, str) or not _FORMAT.fullmatch(notation):
        raise FilterError(f"format has one place for a number, such as host%02d; {notation!r} has not")
    return [notation % number for number in numbers]
