"""Functions of numbers."""

from __future__ import annotations

import math
import re
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from runner.expand.functions.declare import function
from runner.expand.functions.error import Refused
from runner.expand.functions.values import exact, finite, floating, given, kind, number, tidy, whole

_ROOT = 0.5
_LEAST_MANTISSA = 0.5  # of those that frexp gives
_MOST_DIGITS = 17  # decimal ones of a float
_FAR_OUT = 1 << 14  # a binary exponent beyond every float
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LONGEST = 4000  # digits; Python itself refuses to read many more
_FOLDED = 36  # up to this base, capital and small letters are the same digits


@function(number)
def abs_(number: float) -> float:
    """Return ``number`` without its sign."""
    return tidy(math.fabs(number)) if isinstance(number, float) else abs(number)


@function(number)
def ceil(number: float) -> float:
    """Return the next whole number that is not below ``number``."""
    return math.ceil(number) if finite(number) else number


@function(number)
def floor(number: float) -> float:
    """Return the next whole number that is not above ``number``."""
    return math.floor(number) if finite(number) else number


@function(number, number)
def log(number: float, base: float) -> float:
    """Return the logarithm of ``number`` to ``base``, in floating point: ``log(1000, 10)`` is 2.9999999999999996.

    The last digit may be another than Go's. Where Packer crashes because there is no result (negative numbers), this is
    an error.
    """
    above, below = _ln(number, "number"), _ln(base, "base")
    if below == 0:
        if above == 0:
            raise Refused("the logarithm to the base 1 does not exist", "base")
        return math.copysign(math.inf, above)
    return _shown(above / below)


def _ln(number: float, argument: str) -> float:
    if number < 0:
        raise Refused("there is no logarithm of a negative number", argument)
    return math.log(number) if number else -math.inf


@function(rest=number)
def max_(*numbers: float) -> float:
    """Return the greatest of the numbers; there must be one at least."""
    return max(_some(numbers))


@function(rest=number)
def min_(*numbers: float) -> float:
    """Return the least of the numbers; there must be one at least."""
    return min(_some(numbers))


def _some(numbers: tuple[float, ...]) -> tuple[float, ...]:
    if not numbers:
        raise Refused("at least one number is required")
    return numbers


@function(given, whole)
def parseint(number: Any, base: int) -> int:
    """Return the whole number that the string ``number`` is in ``base``, from 2 to 62.

    Digits above 9 are letters; up to base 36 their case does not matter, beyond it small letters come first.
    Only strings are accepted, as in Packer.
    """
    if not isinstance(number, str):
        raise Refused(f"a string is required, not {kind(number)}", "number")
    if not 2 <= base <= len(_DIGITS):  # noqa: PLR2004 - the least base that has digits
        raise Refused(f"it must be between 2 and 62, not {base}", "base")
    digits = _DIGITS[:base] + (_DIGITS[10:base].upper() if base <= _FOLDED else "")
    if len(number) > _LONGEST or not re.fullmatch(f"[+-]?[{digits}]+", number):
        raise Refused(f"{number!r} is no whole number to the base {base}", "number")
    if base <= _FOLDED:
        return int(number, base)
    total = 0
    for digit in number.lstrip("+-"):
        total = total * base + _DIGITS.index(digit)
    return -total if number.startswith("-") else total


@function(number, number)
def pow_(number: float, power: float) -> float:
    """Return ``number`` raised to ``power``, in floating point: ``pow(3, 40)`` is 12157665459056929000.

    A result that is too large is infinite. Where Packer crashes because there is no result (a root of a negative
    number), this is an error. For powers with a fraction, the last digit may be another than Go's.
    """
    base, exponent = floating(number), floating(power)
    if base == 0:
        return math.inf if exponent < 0 else int(exponent == 0)
    if not math.isfinite(base) or not math.isfinite(exponent):
        return tidy(base**exponent)
    if base < 0 and exponent != int(exponent):
        raise Refused("a negative number has only whole powers", "power")
    return _shown(_power(base, exponent))


def _power(base: float, power: float) -> float:
    """Return the power; whole ones by repeated squaring of the mantissa, as Go does, so that all digits are Go's."""
    try:
        if power != int(power):
            return math.sqrt(base) ** math.copysign(1, power) if abs(power) == _ROOT else math.pow(base, power)
        result, exponent = _squared(base, int(abs(power)))
        return math.ldexp(1 / result, -exponent) if power < 0 else math.ldexp(result, exponent)
    except OverflowError:
        return -math.inf if base < 0 and power % 2 else math.inf


def _squared(base: float, times: int) -> tuple[float, int]:
    """Return mantissa and binary exponent of ``base`` to the power ``times``."""
    result, exponent = 1.0, 0
    mantissa, step = math.frexp(base)
    while times and abs(step) < _FAR_OUT:
        if times & 1:
            result, exponent = result * mantissa, exponent + step
        mantissa, step, times = mantissa * mantissa, step * 2, times >> 1
        if mantissa < _LEAST_MANTISSA:
            mantissa, step = mantissa * 2, step - 1
    return result, exponent + step if times else exponent


def _shown(number: float) -> float:
    """Return ``number`` as the shortest decimal within half a unit of its last binary digit: HCL's digits for it.

    Python's are the same except for powers of two, below which floats are denser.
    """
    if not math.isfinite(number) or math.frexp(number)[0] != _LEAST_MANTISSA:
        return tidy(number)
    value, half = Fraction(number), Fraction(math.ulp(number)) / 2
    candidates = (Context(prec=digits).plus(Decimal(number)) for digits in range(1, _MOST_DIGITS + 1))
    return tidy(next(each for each in candidates if abs(Fraction(each) - value) <= half))


@function(whole)
def signum(number: int) -> int:
    """Return -1, 0 or 1, the sign of ``number``, which must be a whole number."""
    return (number > 0) - (number < 0)


@function(given)
def sum_(list_: Any) -> float:
    """Return the sum of a list of numbers; it must not be empty."""
    if not isinstance(list_, list):
        raise Refused(f"a list of numbers is required, not {kind(list_)}", "list")
    if not list_:
        raise Refused("an empty list has no sum", "list")
    try:
        numbers = [number(each) for each in list_]
    except Refused as refused:
        raise Refused(refused.reason, "list") from None
    if not all(map(finite, numbers)):
        return tidy(sum(map(floating, numbers)))
    return tidy(sum(map(exact, numbers)))
