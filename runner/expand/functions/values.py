"""HCL's rules for values: which are accepted where, and how they turn into each other.

HCL has strings, one kind of number, booleans, null, lists and mappings. Here they are ``str``, ``int`` (or ``float``
when there is a fraction), ``bool``, ``None``, ``list`` and ``dict``. Numbers and booleans stand in for strings and the
other way round, as in HCL: ``"12"`` is accepted where a number is wanted.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from decimal import Decimal
from fractions import Fraction
from types import GeneratorType
from typing import Any

from runner.expand.functions.error import Refused

LIMIT = 2**63
"""Whole numbers that count or index something are below it, and not below its negative: HCL's rule."""

_NUMBER = re.compile(r"([+-]?)(?:(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+))?|([iI]nf))", re.ASCII)
_LONGEST = 4000  # digits that a number may have, and its exponent may add; beyond it nothing sensible is meant


def plain(value: Any) -> Any:
    """Return ``value`` as HCL sees it: strings in Unicode normal form C, tuples as lists, sets sorted, keys as strings.

    Raises ``Refused`` for what has no counterpart in HCL, and Jinja's own error for an undefined variable.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return normal(value)
    if isinstance(value, int | float | Decimal):
        return tidy(value)
    return _structure(value)


def _structure(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_key(key): plain(each) for key, each in value.items()}
    if isinstance(value, AbstractSet):
        return ordered(plain(each) for each in value)
    if isinstance(value, list | tuple | range | GeneratorType) or type(value).__name__.startswith("dict_"):
        return [plain(each) for each in value]
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if type(value).__name__.endswith("Undefined") or hasattr(value, "_fail_with_undefined_error"):
        value._fail_with_undefined_error()  # noqa: SLF001 - Jinja's own way to say what is undefined
    raise Refused(f"a value of type {type(value).__name__} cannot be used here")


def normal(value: str) -> str:
    """Return ``value`` in Unicode normal form C, which every string of HCL has."""
    if value.isascii():
        return str(value)
    from unicodedata import normalize

    return normalize("NFC", value)


def _key(key: Any) -> str:
    try:
        return text(key)
    except Refused:
        raise Refused(f"a mapping's key must be a string, not {kind(key)}") from None


def tidy(number: float | Decimal | Fraction) -> int | float:
    """Return ``number`` as an int when it is integral, else as a float. Raises ``Refused`` for not-a-number.

    A float counts as the decimal it is written as: 1e23 is a one with 23 zeros, as in HCL. What is beyond the greatest
    float is rounded to an int.
    """
    if isinstance(number, float) and not math.isfinite(number):
        if math.isnan(number):
            raise Refused("the result is not a number")
        return number
    written = Decimal(repr(number)) if isinstance(number, float) else number
    whole = int(written)
    if whole == written:
        return whole
    try:
        return float(number)
    except OverflowError:
        return round(written)


def exact(number: float) -> Fraction:
    """Return ``number`` as the decimal fraction it was written as: 0.1 is a tenth. Raises ``Refused`` for infinity."""
    if not finite(number):
        raise Refused("infinity cannot be used here")
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def finite(number: float) -> bool:
    """Tell whether ``number`` is not infinite; whole numbers of any length are finite."""
    return isinstance(number, int) or math.isfinite(number)


def floating(number: float) -> float:
    """Return ``number`` as a float: infinity when it is beyond the greatest of them."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def kind(value: Any) -> str:
    """Return HCL's word for the type of ``value``, for messages."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, int | float | Decimal):
        return "a number"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, Iterable) else f"a value of type {type(value).__name__}"


def given(value: Any) -> Any:
    """Accept any value except null."""
    if value is None:
        raise Refused("it must not be null")
    return plain(value)


def text(value: Any) -> str:
    """Accept a string; numbers and booleans are written out."""
    value = given(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, str):
        return value
    raise Refused(f"a string is required, not {kind(value)}")


def number(value: Any) -> int | float:
    """Accept a number, or a string that is one in decimal notation."""
    value = given(value)
    if isinstance(value, str):
        return parse_number(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise Refused(f"a number is required, not {kind(value)}")


def parse_number(value: str) -> int | float:
    """Read a decimal number: optional sign, digits with or without a point, optional exponent; ``inf`` too."""
    match = _NUMBER.fullmatch(value)
    if match is None or len(value) > _LONGEST or abs(int(match[3] or 0)) > _LONGEST:
        raise Refused(f"a number is required, not the string {value!r}")
    return tidy(float(value) if match[4] else Decimal(value))


def whole(value: Any) -> int:
    """Accept a whole number of at most 64 bits."""
    value = number(value)
    if not isinstance(value, int) or not -LIMIT <= value < LIMIT:
        raise Refused(f"a whole number between -2^63 and 2^63-1 is required, not {number_text(value)}")
    return value


def boolean(value: Any) -> bool:
    """Accept a boolean, or one of the strings ``true false 1 0``."""
    value = given(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in {"true", "1", "false", "0"}:
        return value in {"true", "1"}
    shown = f"the string {value!r}" if isinstance(value, str) else kind(value)
    raise Refused(f"a boolean (true or false, in small letters) is required, not {shown}")


def sequence(value: Any) -> list[Any]:
    """Accept a list."""
    value = given(value)
    if isinstance(value, list):
        return value
    raise Refused(f"a list is required, not {kind(value)}")


def texts(value: Any) -> list[str | None]:
    """Accept a list of strings; nulls stay."""
    return [None if each is None else _element(text, index, each) for index, each in enumerate(sequence(value))]


def _element(accept: Any, index: int, value: Any) -> Any:
    try:
        return accept(value)
    except Refused as refused:
        raise Refused(f"element {index}: {refused.reason}") from None


def booleans(value: Any) -> list[bool | None]:
    """Accept a list of booleans; nulls stay."""
    return [None if each is None else _element(boolean, index, each) for index, each in enumerate(sequence(value))]


def mapping(value: Any) -> dict[str, Any]:
    """Accept a mapping; its entries are put in the order of their keys, as HCL has them."""
    value = given(value)
    if isinstance(value, dict):
        return dict(sorted(value.items()))
    raise Refused(f"a mapping is required, not {kind(value)}")


def number_text(number: float) -> str:
    """Return ``number`` in HCL's notation: never with an exponent."""
    if isinstance(number, float) and not math.isfinite(number):
        return "Inf" if number > 0 else "-Inf"
    return format(Decimal(number if isinstance(number, int) else repr(number)), "f")


def identity(value: Any) -> Any:
    """Return something hashable that is equal for two values exactly when HCL calls them equal: 1 is not "1"."""
    if isinstance(value, dict):
        return ("mapping", tuple((key, identity(each)) for key, each in sorted(value.items())))
    if isinstance(value, list):
        return ("list", tuple(identity(each) for each in value))
    return (kind(value), value)


def distinct(values: Iterable[Any]) -> list[Any]:
    """Return ``values`` without those that are equal to an earlier one."""
    known: dict[Any, Any] = {}
    for each in values:
        known.setdefault(identity(each), each)
    return list(known.values())


def ordered(values: Iterable[Any]) -> list[Any]:
    """Return a set's elements: each once, in ascending order, nulls last."""
    return sorted(distinct(values), key=_rank)


def _rank(value: Any) -> tuple[Any, ...]:
    if value is None:
        return (4,)
    if isinstance(value, bool):
        return (0, value)
    if isinstance(value, int | float):
        return (1, value)
    if isinstance(value, str):
        return (2, value)
    inner = value if isinstance(value, list) else [each for entry in sorted(value.items()) for each in entry]
    return (3, [_rank(each) for each in inner])
