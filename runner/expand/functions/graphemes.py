"""Splits text into what a reader calls characters: extended grapheme clusters.

HCL counts these, not code points. The rules are those of https://www.unicode.org/reports/tr29/ (Unicode 15, without
rule GB9c, which is younger than the releases of Packer that are compared with). The categories of Python's own
Unicode table say most; the exceptions to them are listed here.
"""

from __future__ import annotations

from functools import cache
from unicodedata import category

_ZWJ = "\u200d"

# What is stuck to the character before it although its category (Mn, Me, Mc) does not say so, and the reverse.
_STICKY = (
    "CF3 E33 EB3 ECE 200C-200D FF9E-FF9F 10EFD-10EFF 11241 11F00-11F01 11F03 11F34-11F3A 11F3E-11F42 13440 "
    "13447-13455 1E08F 1E4EC-1E4EF 1F3FB-1F3FF E0020-E007F"
)
_NOT_STICKY = "102B-102C 1038 1062-1064 1067-106D 1083 1087-108C 108F 109A-109C 1A61 1A63-1A64 AA7B AA7D 11720-11721"
_PREPENDED = "600-605 6DD 70F 890-891 8E2 D4E 110BD 110CD 111C2-111C3 1193F 11941 11A3A 11A84-11A89 11D46 11F02"
_CONTROLS = "2065 FFF0-FFF8 FFFD 13439-1343F E0000 E0002-E001F E0080-E00FF E01F0-E0FFF"  # beside Cc, Cf, Zl, Zp
_PICTOGRAPHS = (
    "A9 AE 203C 2049 2122 2139 2194-2199 21A9-21AA 231A-231B 2328 2388 23CF 23E9-23F3 23F8-23FA 24C2 "
    "25AA-25AB 25B6 25C0 25FB-25FE 2600-2605 2607-2612 2614-2685 2690-2705 2708-2712 2714 2716 271D 2721 "
    "2728 2733-2734 2744 2747 274C 274E 2753-2755 2757 2763-2767 2795-2797 27A1 27B0 27BF 2934-2935 "
    "2B05-2B07 2B1B-2B1C 2B50 2B55 3030 303D 3297 3299 1F000-1F0FF 1F10D-1F10F 1F12F 1F16C-1F171 "
    "1F17E-1F17F 1F18E 1F191-1F19A 1F1AD-1F1E5 1F201-1F20F 1F21A 1F22F 1F232-1F23A 1F23C-1F23F "
    "1F249-1F3FA 1F400-1F53D 1F546-1F64F 1F680-1F6FF 1F774-1F77F 1F7D5-1F7FF 1F80C-1F80F 1F848-1F84F "
    "1F85A-1F85F 1F888-1F88F 1F8AE-1F8FF 1F90C-1F93A 1F93C-1F945 1F947-1FAFF 1FC00-1FFFD "
)
_HANGUL = {"L": "1100-115F A960-A97C", "V": "1160-11A7 D7B0-D7C6", "T": "11A8-11FF D7CB-D7FB"}
_JOINABLE = frozenset(("pictograph", "flag", "L", "V", "T", "LV", "LVT"))
"""What a zero width joiner joins a pictograph to: by the standard only pictographs, in HCL flags and Hangul too."""
_HANGUL_FOLLOWERS = {"L": ("L", "V", "LV", "LVT"), "LV": ("V", "T"), "V": ("V", "T"), "LVT": ("T",), "T": ("T",)}


def graphemes(text: str) -> list[str]:
    """Return the characters of ``text`` as a reader sees them; joined, they are ``text`` again."""
    if text.isascii() and "\r" not in text:
        return list(text)
    clusters: list[str] = []
    for character in text:
        if clusters and _joins(clusters[-1], character):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def _joins(cluster: str, character: str) -> bool:
    """Tell whether ``character`` belongs to ``cluster``, which stands before it."""
    last, this = _kind(cluster[-1]), _kind(character)
    if last == "control" or this == "control":
        return cluster == "\r" and character == "\n"
    if this == "sticky" or last == "prepended" or this in _HANGUL_FOLLOWERS.get(last, ()):
        return True
    if this == "flag":
        return _flags_at_end(cluster) % 2 == 1
    if this == "pictograph" and cluster[-1] == _ZWJ:
        base = cluster.rstrip("".join(each for each in set(cluster) if _kind(each) == "sticky"))
        return bool(base) and _kind(base[-1]) in _JOINABLE
    return False


def _flags_at_end(cluster: str) -> int:
    count = 0
    for character in reversed(cluster):
        if _kind(character) != "flag":
            break
        count += 1
    return count


@cache
def _kind(character: str) -> str:
    code = ord(character)
    if 0xAC00 <= code <= 0xD7A3:  # noqa: PLR2004 - the block of Hangul syllables; each 28th has no final consonant
        return "LVT" if (code - 0xAC00) % 28 else "LV"
    for name, codes in _tables().items():
        if code in codes:
            return name
    group = category(character)
    if group in {"Mn", "Me", "Mc"}:
        return "other" if code in _codes(_NOT_STICKY) else "sticky"
    return "control" if group in {"Cc", "Cf", "Zl", "Zp"} else "other"


@cache
def _tables() -> dict[str, frozenset[int]]:
    return {
        "sticky": _codes(_STICKY),
        "prepended": _codes(_PREPENDED),
        "pictograph": _codes(_PICTOGRAPHS),
        "flag": frozenset(range(0x1F1E6, 0x1F200)),
        "control": _codes(_CONTROLS),
        **{name: _codes(ranges) for name, ranges in _HANGUL.items()},
    }


@cache
def _codes(ranges: str) -> frozenset[int]:
    """Return the code points of ``"A9 203C-203D"``."""
    ends = [each.partition("-") for each in ranges.split()]
    return frozenset(code for first, _, last in ends for code in range(int(first, 16), int(last or first, 16) + 1))
