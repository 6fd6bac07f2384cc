"""Classes of characters in RE2 patterns, as ranges of code points."""

from __future__ import annotations

import sys
from functools import cache

Ranges = tuple[tuple[int, int], ...]
"""First and last code point of each range, in any order."""


def _of(spans: str) -> Ranges:
    """Return the ranges of ``"AZ az __"``: pairs of first and last character."""
    return tuple((ord(span[0]), ord(span[1])) for span in spans.split())


def complement(ranges: Ranges) -> Ranges:
    """Return all code points that are not in ``ranges``."""
    result, position = [], 0
    for low, high in sorted(ranges):
        if position < low:
            result.append((position, low - 1))
        position = max(position, high + 1)
    if position <= sys.maxunicode:
        result.append((position, sys.maxunicode))
    return tuple(result)


def written(ranges: Ranges, *, inverse: bool = False) -> str:
    """Return a Python pattern that matches one character of ``ranges``, or one outside of them."""
    if not ranges:
        return "(?!)"
    return ("[^" if inverse else "[") + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges) + "]"


ANY: Ranges = ((0, sys.maxunicode),)

_DIGIT, _UPPER, _LOWER = _of("09"), _of("AZ"), _of("az")
_WORD = _DIGIT + _UPPER + _LOWER + _of("__")
_BLANKS: Ranges = ((9, 10), (12, 13), (32, 32))  # RE2's \s has no vertical tab; [[:space:]] has it

PERL: dict[str, Ranges] = {
    "d": _DIGIT, "D": complement(_DIGIT),
    "s": _BLANKS, "S": complement(_BLANKS),
    "w": _WORD, "W": complement(_WORD),
}  # fmt: skip
r"""Letter after a backslash -> class; ASCII only, as in RE2."""

POSIX: dict[str, Ranges] = {
    "alnum": _DIGIT + _UPPER + _LOWER,
    "alpha": _UPPER + _LOWER,
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": _DIGIT,
    "graph": ((33, 126),),
    "lower": _LOWER,
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": _UPPER,
    "word": _WORD,
    "xdigit": _DIGIT + _of("AF af"),
}
"""Name between ``[:`` and ``:]`` -> class."""

_CATEGORIES = "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Cs Co"
"""Unicode\'s general categories, without Cn: RE2 does not know it."""

_SCRIPTS = {
    "Arabic": (
        "600-604 606-60B 60D-61A 61C-61E 620-63F 641-64A 656-66F 671-6DC 6DE-6FF 750-77F 870-88E 890-891 898-8E1 "
        "8E3-8FF FB50-FBC2 FBD3-FD3D FD40-FD8F FD92-FDC7 FDCF FDF0-FDFF FE70-FE74 FE76-FEFC 10E60-10E7E "
        "10EFD-10EFF 1EE00-1EE03 1EE05-1EE1F 1EE21-1EE22 1EE24 1EE27 1EE29-1EE32 1EE34-1EE37 1EE39 1EE3B 1EE42 "
        "1EE47 1EE49 1EE4B 1EE4D-1EE4F 1EE51-1EE52 1EE54 1EE57 1EE59 1EE5B 1EE5D 1EE5F 1EE61-1EE62 1EE64 "
        "1EE67-1EE6A 1EE6C-1EE72 1EE74-1EE77 1EE79-1EE7C 1EE7E 1EE80-1EE89 1EE8B-1EE9B 1EEA1-1EEA3 1EEA5-1EEA9 "
        "1EEAB-1EEBB 1EEF0-1EEF1"
    ),
    "Cyrillic": "400-484 487-52F 1C80-1C88 1D2B 1D78 2DE0-2DFF A640-A69F FE2E-FE2F 1E030-1E06D 1E08F",
    "Devanagari": "900-950 955-963 966-97F A8E0-A8FF 11B00-11B09",
    "Greek": (
        "370-377 37A-37F 384 386-38A 38C 38E-3A1 3A3-3E1 3F0-3FF 1D26-1D2A 1D5D-1D61 1D66-1D6A 1DBF 1F00-1F15 "
        "1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 1F59 1F5B 1F5D 1F5F-1F7C 1F80-1FB4 1FB6-1FC4 1FC6-1FD2 1FD6-1FDA "
        "1FDD-1FED 1FF2-1FF4 1FF6-1FFE AB65 10140-1018E 101A0 1D200-1D245"
    ),
    "Han": (
        "2E80-2E99 2E9B-2EF3 2F00-2FD5 3005 3007 3021-3029 3038-303B 3400-4DBF 4E00-9FFF FA0E-FA29 16FE2-16FE3 "
        "16FF0-16FF1 20000-2A6DF 2A700-2B739 2B740-2B81D 2B820-2CEA1 2CEB0-2EBE0 30000-3134A 31350-323AF"
    ),
    "Hangul": (
        "1100-11FF 302E-302F 3131-318E 3200-321E 3260-327E A960-A97C AC00-D7A3 D7B0-D7C6 D7CB-D7FB FFA0-FFBE "
        "FFC2-FFC7 FFCA-FFCF FFD2-FFD7 FFDA-FFDC"
    ),
    "Hebrew": "591-5C7 5D0-5EA 5EF-5F4 FB1E-FB29 FB4F",
    "Hiragana": "3041-3096 309D-309F 1B001-1B11F 1B132 1B150-1B152 1F200",
    "Katakana": (
        "30A1-30FA 30FD-30FF 31F0-31FF 32D0-32FE 3300-3357 FF66-FF6F FF71-FF9D 1AFF0-1AFF3 1AFF5-1AFFB "
        "1AFFD-1AFFE 1B000 1B120-1B122 1B155 1B164-1B167"
    ),
    "Latin": (
        "41-5A 61-7A AA BA C0-D6 D8-F6 F8-2B8 2E0-2E4 1D00-1D25 1D2C-1D5C 1D62-1D65 1D6B-1D77 1D79-1DBE 1E00-1EFF "
        "2071 207F 2090-209C 2132 214E 2160-2188 2C60-2C7F A722-A787 A78B-A7CA A7D0-A7D1 A7D3 A7D5-A7D9 A7F2-A7FF "
        "AB30-AB5A AB5C-AB64 AB66-AB69 FB00-FB06 FF21-FF3A FF41-FF5A 10780-10785 10787-107B0 107B2-107BA "
        "1DF00-1DF1E 1DF25-1DF2A"
    ),
    "Thai": "E01-E3A E40-E5B",
}
"""Script -> code points in hexadecimal. Python's Unicode table does not know scripts; these are the frequent ones."""


@cache
def unicode_class(name: str) -> Ranges | None:
    r"""Return the class ``\p{name}``: ``Any``, a general category, or one of the frequent scripts; else None."""
    if name == "Any":
        return ANY
    if name in _SCRIPTS:
        ends = [each.partition("-") for each in _SCRIPTS[name].split()]
        return tuple((int(first, 16), int(last or first, 16)) for first, _, last in ends)
    return _category(name) if name in _CATEGORIES.split() else None


def _category(name: str) -> Ranges:
    from unicodedata import category

    result: list[tuple[int, int]] = []
    for code in range(sys.maxunicode + 1):
        group = category(chr(code))
        if group.startswith(name) and group != "Cn":
            if result and result[-1][1] == code - 1:
                result[-1] = (result[-1][0], code)
            else:
                result.append((code, code))
    return tuple(result)
