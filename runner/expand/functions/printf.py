"""HCL's format strings: ``%5.2f`` and its kin.

Numbers are written from their decimal digits, as HCL does, not from the nearest binary fraction: ``%.2f`` of 12.345 is
12.34 because HCL holds numbers with 512 binary digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

from runner.expand.functions.error import Refused
from runner.expand.functions.graphemes import graphemes
from runner.expand.functions.json_text import json_text
from runner.expand.functions.values import boolean, exact, kind, number, plain, text

_VERB = re.compile(r"%([-+# 0]*)(\d*)(?:\.(\d*))?(?:\[(\d+)\])?([A-Za-z])", re.ASCII)
_LARGEST = 1_000_000  # the widest that Go's formatting accepts
_PRECISE = Context(prec=5000, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True)
class _Verb:
    """One ``%`` sequence: what was written, its flags and numbers, its letter."""

    source: str
    flags: str
    width: int
    precision: int | None
    letter: str


def pour(template: str, arguments: list[Any]) -> str:
    """Return ``template`` with ``arguments`` in the places of its verbs.

    Raises ``Refused`` for a malformed template, a wrong number of arguments and values that do not suit their verb.
    """
    result, position, turn, used = "", 0, 0, 0
    while (at := template.find("%", position)) >= 0:
        result += template[position:at]
        if template.startswith("%%", at):
            result, position = result + "%", at + 2
            continue
        match = _VERB.match(template, at)
        if match is None:
            raise Refused(f"the verb that starts at {template[at : at + 8]!r} is malformed", "format")
        turn = int(match[4]) if match[4] else turn + 1
        used, position = max(used, turn), match.end()
        result += _write(_read(match), turn, arguments)
    if used < len(arguments):
        raise Refused(f"there are {len(arguments)} arguments for a format that uses {used}", "args")
    return result + template[position:]


def _read(match: re.Match[str]) -> _Verb:
    numbers = [match[2], match[3] or "", match[4] or ""]
    if any(len(each) > len(str(_LARGEST)) or int(each or 0) > _LARGEST for each in numbers):
        raise Refused(f"{match[0]!r} has a number above {_LARGEST}", "format")
    precision = None if match[3] is None else int(match[3] or 0)
    if match[4] and int(match[4]) == 0:
        raise Refused(f"{match[0]!r} asks for argument 0; they are counted from 1", "format")
    return _Verb(match[0], match[1], int(match[2] or 0), precision, match[5])


def _write(verb: _Verb, turn: int, arguments: list[Any]) -> str:
    writer = _WRITERS.get(verb.letter)
    if writer is None:
        raise Refused(f"there is no verb {verb.source!r}", "format")
    if turn > len(arguments):
        raise Refused(f"{verb.source!r} asks for argument {turn}, but there are {len(arguments)}", "args")
    value = plain(arguments[turn - 1])
    if value is None and verb.letter != "v":
        raise Refused(f"{verb.source!r} cannot show null", "args")
    try:
        return writer(verb, value)
    except Refused as refused:
        raise Refused(f"{verb.source!r}: {refused.reason}", "args") from None


def _anything(verb: _Verb, value: Any) -> str:
    if isinstance(value, bool):
        return _padded(verb, "true" if value else "false")
    if "#" not in verb.flags:
        if isinstance(value, str):
            return _padded(verb, value)
        if isinstance(value, int | float):
            return _padded(verb, _shortest(value))
    return _padded(verb, json_text(value))


def _boolean(_: _Verb, value: Any) -> str:
    return "true" if boolean(value) else "false"


def _string(verb: _Verb, value: Any) -> str:
    return _padded(verb, _cut(verb, text(value)))


def _quoted(verb: _Verb, value: Any) -> str:
    return _padded(verb, json_text(_cut(verb, text(value))))


def _cut(verb: _Verb, value: str) -> str:
    """Cut ``value`` at the precision; a precision of zero is none."""
    return "".join(graphemes(value)[: verb.precision]) if verb.precision else value


def _padded(verb: _Verb, value: str) -> str:
    gap = max(verb.width - len(graphemes(value)), 0)
    filling = ("0" if "0" in verb.flags else " ") * gap
    return value + filling if "-" in verb.flags else filling + value


def _integer(verb: _Verb, value: Any) -> str:
    whole = number(value)
    if not isinstance(whole, int):
        raise Refused(f"a whole number is required, not {kind(value)} with a fraction")
    digits = format(abs(whole), verb.letter)
    if verb.precision is not None:
        if whole == 0 and verb.precision == 0:
            return ""
        digits = digits.zfill(verb.precision)
    prefix = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}.get(verb.letter, "") if "#" in verb.flags else ""
    zeros = verb.precision is None and "-" not in verb.flags
    return _signed(verb, digits, prefix, negative=whole < 0, zeros=zeros and "0" in verb.flags)


def _fraction(verb: _Verb, value: Any) -> str:
    given = number(value)
    letter = verb.letter.lower()
    if letter == "g" and verb.precision is None:
        digits = _shortest(abs(given))
    else:
        places = 6 if verb.precision is None else verb.precision
        digits = {"e": _scientific, "f": _fixed, "g": _general}[letter](_binary(exact(abs(given))), places)
    digits = digits.upper() if verb.letter.isupper() else digits
    return _signed(verb, digits, negative=given < 0, zeros="0" in verb.flags)


def _signed(verb: _Verb, digits: str, prefix: str = "", *, negative: bool, zeros: bool) -> str:
    sign = ("-" if negative else "+" if "+" in verb.flags else " " if " " in verb.flags else "") + prefix
    gap = max(verb.width - len(sign) - len(digits), 0)
    if zeros:
        return sign + "0" * gap + digits
    return sign + digits + " " * gap if "-" in verb.flags else " " * gap + sign + digits


def _binary(value: Fraction, bits: int = 512) -> Decimal:
    """Return ``value`` rounded to as many binary digits as HCL's numbers have."""
    shift = bits - (value.numerator.bit_length() - value.denominator.bit_length())
    scaled = Fraction(round(value * Fraction(2) ** shift)) / Fraction(2) ** shift
    return _PRECISE.divide(Decimal(scaled.numerator), Decimal(scaled.denominator))


def _fixed(value: Decimal, places: int) -> str:
    return format(value.quantize(Decimal(1).scaleb(-places), context=Context(prec=places + 5000)), "f")


def _scientific(value: Decimal, places: int) -> str:
    rounded = Context(prec=places + 1, rounding=ROUND_HALF_EVEN).plus(value)
    exponent = rounded.adjusted() if rounded else 0
    digits = "".join(map(str, rounded.as_tuple().digits)).ljust(places + 1, "0") if rounded else "0" * (places + 1)
    return f"{digits[0]}{'.' if places else ''}{digits[1:]}e{exponent:+03d}"


def _general(value: Decimal, places: int) -> str:
    rounded = Context(prec=places or 1, rounding=ROUND_HALF_EVEN).plus(value).normalize(_PRECISE)
    return _short(rounded, places or 1)


def _shortest(value: float) -> str:
    """Return the form of ``%g``: as few digits as identify the number."""
    written = Decimal(value if isinstance(value, int) else repr(value)).normalize(_PRECISE)
    return ("-" if written < 0 else "") + _short(abs(written), 6)


def _short(value: Decimal, places: int) -> str:
    """Write ``value`` with an exponent when that is below -4, or not below ``places``."""
    digits = len(value.as_tuple().digits)
    exponent = value.adjusted() if value else 0
    if not value or -4 <= exponent < places:  # noqa: PLR2004 - C's rule for %g
        return format(value, "f")
    return _scientific(value, digits - 1)


_WRITERS: dict[str, Callable[[_Verb, Any], str]] = {
    "v": _anything, "t": _boolean, "s": _string, "q": _quoted,
    **dict.fromkeys("dboxX", _integer), **dict.fromkeys("eEfgG", _fraction),
}  # fmt: skip
