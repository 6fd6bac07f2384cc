"""Take secrets out of texts, in whatever form they come."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

MASK = "•••"
_SHORTEST = 3
"""Shorter secrets, in characters, stay: where every 1 is masked nothing can be read, and the secret is plain."""
_SURE = 8
"""A part of a secret in base64 is masked only if it is at least this long: a shorter one may be any text."""


class Masker:
    """Replaces every secret by ``•••``: as it is, in base64, URL-encoded, JSON-escaped, and line by line."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        ordered = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, text: str) -> str:
        """Return ``text`` without secrets."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)


def _forms(secret: str) -> Iterator[str]:
    """Yield every text by which a secret is known."""
    if len(secret) < _SHORTEST:
        return
    lines = [line.strip() for line in secret.splitlines()] if "\n" in secret or "\r" in secret else []
    for text in (secret, secret.strip(), *(line for line in lines if len(line) > 1)):
        if not text:
            continue
        yield text
        yield from (quote(text, safe=""), quote(text), quote_plus(text))
        yield from (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
        yield from _in_base64(text.encode("utf-8", "surrogatepass"))


def _in_base64(data: bytes) -> Iterator[str]:
    """Yield the base64 of ``data``, alone and as it looks in the middle of other encoded bytes."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        whole = encode(data).decode()
        yield whole
        yield whole.rstrip("=")
        for before in range(3):
            # Three bytes are four characters: those that share bits with the neighbours differ from case to case.
            inside = encode(b"\0" * before + data).decode().rstrip("=")
            start = (before * 8 + 5) // 6
            end = (before + len(data)) * 8 // 6
            if end - start >= _SURE:
                yield inside[start:end]
