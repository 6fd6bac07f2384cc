"""Filters that compute, and those that choose at random."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import integer, kind, number


def log(value: Any, base: Any = math.e) -> float:
    """Return the logarithm of a number, the natural one without a base."""
    number(value)
    try:
        if base == 10:  # noqa: PLR2004 - the base for which there is an exact function
            return math.log10(value)
        return math.log(value, number(base, "base"))
    except (ValueError, ZeroDivisionError):
        raise FilterError(f"there is no logarithm of {value} to the base {base}") from None


def pow_(value: Any, exponent: Any) -> float:
    """Return a number to the power of another."""
    return _power(number(value), number(exponent, "exponent"))


def root(value: Any, base: Any = 2) -> float:
    """Return the square root of a number, or its root of another ``base``."""
    if base == 2:  # noqa: PLR2004 - the square root
        if number(value) < 0:
            raise FilterError(f"there is no square root of {value}")
        return math.sqrt(value)
    if not number(base, "base"):
        raise FilterError("there is no root of base 0")
    return _power(number(value), 1.0 / base)


def _power(value: float, exponent: float) -> float:
    try:
        return math.pow(value, exponent)
    except (ValueError, OverflowError):
        raise FilterError(f"{value} to the power of {exponent} is no number, or too large a one") from None


def _generator(seed: Any) -> Any:
    import random

    return random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 - repeatable on request


def random_(value: Any, start: Any = None, step: Any = None, seed: Any = None) -> Any:
    """Return an item of a list, or a number below a number (from ``start`` on, in steps of ``step``).

    The same ``seed`` always gives the same answer, the one that Ansible gives.
    """
    generator = _generator(seed)
    if isinstance(value, int):
        choices = range(integer(start or 0, "start"), value, integer(step or 1, "step"))
        if not choices:
            raise FilterError(f"there is no number from {choices.start} up to {value}")
        return generator.randrange(choices.start, choices.stop, choices.step)
    if start is not None or step is not None:
        raise FilterError("start and step go with a number only")
    if isinstance(value, Sequence):
        return generator.choice(value)
    raise FilterError(f"a list or a whole number is wanted, not {kind(value)}")


def shuffle(value: Any, seed: Any = None) -> Any:
    """Return a list in a random order; the same ``seed`` always gives the same one."""
    if not isinstance(value, str | Sequence):
        return value
    items = list(value)
    _generator(seed).shuffle(items)
    return items
