"""Find parts of secrets in texts that hold them in base64 or as hexadecimal digits, however they are broken."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator

_BASE64 = 8
"""How many characters of base64 are enough to tell: fewer may be any text."""
_DIGITS = 16
"""How many hexadecimal digits are; a secret that has fewer is found by all of its own, if they are half as many."""
_TELLING = 3
"""With fewer different characters a stretch is filling, as of zeros, and tells nothing."""
_HINT, _STEP = 5, 4
"""Whatever has eight characters has five in a row that begin at a fourth one: a quick look sees only those."""
_BREAK = r"(?:\r|\\r)?(?:\n|\\n)"
"""How lines end, also in a text that JSON has escaped."""
_IN_BASE64 = re.compile(r"[\w+/-]{8,}+", re.ASCII)
_IN_LINES = re.compile(rf"[\w+/-]++(?:{_BREAK}[\w+/-]++)++", re.ASCII)
_IN_HEX = re.compile(r"[0-9a-fA-F]{8,}+")
_IN_WORDS = re.compile(r"\b[0-9a-fA-F]++(?:[ :]{1,2}+[0-9a-fA-F]{2,}+){2,}+")
_BREAKS = re.compile(r"\\r|\\n|[\r\n]")
_SPACES = re.compile("[ :]")
_URL_SAFE = str.maketrans("-_", "+/")


class Encoded:
    """Knows every stretch of the secrets' encodings that is long enough to tell one, and replaces what has one."""

    def __init__(self, secrets: Iterable[str], mask: str) -> None:
        data = [secret.encode("utf-8", "surrogatepass") for secret in secrets]
        base64s = ((text, _BASE64) for each in data for text in _base64_of(each))
        hexes = (
            (text, min(len(text), _DIGITS)) for each in data for text in _hex_of(each) if len(text) >= _DIGITS // 2
        )
        self._base64 = _Stretches(base64s, _BREAKS, lambda text: text.translate(_URL_SAFE), mask)
        self._hex = _Stretches(hexes, _SPACES, str.lower, mask)

    def __call__(self, text: str) -> str:
        """Return ``text`` without what is encoded in it."""
        if "\n" in text or "\\n" in text:
            text = _IN_LINES.sub(self._base64, text)
        text = _IN_BASE64.sub(self._base64, text)
        return _IN_WORDS.sub(self._hex, _IN_HEX.sub(self._hex, text))


class _Stretches:
    """The stretches of texts in one encoding; ``gaps`` may stand between their characters."""

    def __init__(
        self, texts: Iterable[tuple[str, int]], gaps: re.Pattern[str], usual: Callable[[str], str], mask: str
    ) -> None:
        self._known: dict[int, set[str]] = {}
        for text, length in texts:
            every = (text[start : start + length] for start in range(len(text) - length + 1))
            telling = (each for each in every if len(set(each)) >= _TELLING)
            self._known.setdefault(length, set()).update(telling)
        self._hints = {
            each[start : start + _HINT] for known in self._known.values() for each in known
            for start in range(_STEP)
        }
        self._gaps = gaps
        self._usual = usual
        self._mask = mask

    def __call__(self, match: re.Match[str]) -> str:
        """Return a run of characters of the encoding without those, from the first to the last, that tell a secret."""
        run = match[0]
        plain = self._usual(self._gaps.sub("", run))
        if self._hints.isdisjoint([plain[at : at + _HINT] for at in range(0, len(plain), _STEP)]):
            return run
        found = [
            (start, start + length) for length, known in self._known.items()
            for start in range(len(plain) - length + 1) if plain[start : start + length] in known
        ]
        if not found:
            return run
        between = {place for gap in self._gaps.finditer(run) for place in range(*gap.span())}
        places = [place for place in range(len(run)) if place not in between]
        first, last = min(start for start, _ in found), max(end for _, end in found)
        return f"{run[:places[first]]}{self._mask}{run[places[last - 1] + 1:]}"


def _base64_of(data: bytes) -> Iterator[str]:
    """Yield the base64 of ``data`` as it looks in the middle of other bytes, which share bits with its ends."""
    for before in range(3):
        inside = base64.b64encode(b"\0" * before + data).decode()
        yield inside[(before * 8 + 5) // 6 : (before + len(data)) * 8 // 6]


def _hex_of(data: bytes) -> Iterator[str]:
    """Yield the digits of ``data``: byte by byte, and in words as ``hexdump`` shows them, the other way round."""
    yield data.hex()
    for start in range(2):
        words = (data[at : at + 2] for at in range(start, len(data) - 1, 2))
        yield "".join(word[::-1].hex() for word in words)
