"""Take secrets out of texts, in whatever form they come."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from runner.events.encoded import Encoded

MASK = "•••"
_SHORTEST = 3
"""Shorter secrets, in characters, stay: where every 1 is masked nothing can be read, and the secret is plain."""


class Masker:
    """Replaces every secret by ``•••``: as it is, line by line, escaped for URLs, HTML, JSON or shells, and encoded."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = [secret for secret in secrets if len(secret) >= _SHORTEST]
        forms = {form for secret in known for form in _forms(secret)}
        self._pattern = re.compile(_alternatives(forms)) if forms else None
        self._encoded = Encoded(known, MASK)

    def __call__(self, text: str) -> str:
        """Return ``text`` without secrets."""
        return text if self._pattern is None else self._encoded(self._pattern.sub(MASK, text))


def _forms(secret: str) -> Iterator[str]:
    """Yield every text by which a secret is known."""
    lines = [line.strip() for line in secret.splitlines()] if "\n" in secret or "\r" in secret else []
    for text in (secret, secret.strip(), *(line for line in lines if len(line) > 1)):
        if not text:
            continue
        yield from _in_urls(text)
        yield from _in_html(text)
        for quoted in {text, *_in_shells(text)}:
            yield quoted
            for once in {*_in_json(quoted)}:  # a result holds the command that was run, and may be in JSON within JSON
                yield once
                yield from _in_json(once)
        yield from _in_base64(text.encode("utf-8", "surrogatepass"))


def _in_urls(text: str) -> Iterator[str]:
    """Yield how parts of URLs and forms write a text; some write their digits small."""
    data = text.encode("utf-8", "surrogatepass")
    for found in (quote(data, safe=""), quote(data), quote_plus(data)):
        yield found
        yield re.sub("%..", lambda escape: escape[0].lower(), found)


def _in_html(text: str) -> Iterator[str]:
    """Yield how HTML and XML write a text: quotes have names and numbers."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for single, double in (("&#39;", "&#34;"), ("&#x27;", "&quot;"), ("&#039;", "&quot;"), ("&apos;", "&quot;"),
                           ("'", "&quot;"), ("'", '"')):
        yield safe.replace("'", single).replace('"', double)


def _in_json(text: str) -> Iterator[str]:
    """Yield how JSON writes a text: as Python does, with slashes escaped as PHP does, and for HTML as Go does."""
    for ascii_only in (True, False):
        found = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        yield found
        yield found.replace("/", "\\/")
        yield re.sub("[<>&]", lambda character: f"\\u{ord(character[0]):04x}", found)


def _in_shells(text: str) -> Iterator[str]:
    """Yield how shells quote a text: between quotes of both kinds, and with backslashes."""
    yield text.replace("'", "'\"'\"'")
    yield text.replace("'", "'\\''")
    yield re.sub(r'(["$`\\])', r"\\\1", text)
    yield re.sub(r"([^\w@%+=:,./-])", r"\\\1", text, flags=re.ASCII)


def _in_base64(data: bytes) -> Iterator[str]:
    """Yield the base64 of ``data`` as a whole."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        whole = encode(data).decode()
        yield whole
        yield whole.rstrip("=")


def _alternatives(words: Iterable[str]) -> str:
    """Return an expression for any of the words, the longest that fits; what begins alike is looked at once.

    A plain list of words would be tried word by word at every character, and there are many of each secret.
    """
    tree: dict[str, Any] = {}
    for word in words:
        place = tree
        for character in word:
            place = place.setdefault(character, {})
        place[""] = {}
    return _branches(tree)


def _branches(tree: dict[str, Any]) -> str:
    """Return the expression of a tree of characters."""
    parts = []
    for character, below in tree.items():
        text = re.escape(character)
        while len(below) == 1 and "" not in below:  # one way on: no need to go deeper, as secrets can be long
            [(character, below)] = below.items()  # noqa: PLW2901 - the way goes on
            text += re.escape(character)
        if character:
            parts.append(text + (_branches(below) if below.keys() != {""} else ""))
    found = f"(?:{'|'.join(parts)})" if parts else ""
    return f"{found}?" if "" in tree and found else found
