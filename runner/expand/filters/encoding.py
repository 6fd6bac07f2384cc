"""Filters for encodings: Base64 and URLs."""

from __future__ import annotations

from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import as_text, one_of, text

_URL_PARTS = ("fragment", "hostname", "netloc", "password", "path", "port", "query", "scheme", "username")


def b64encode(value: Any, encoding: str = "utf-8", *, urlsafe: Any = False) -> str:
    """Return a text in Base64; ``encoding`` is how its characters become bytes first."""
    import base64

    data = as_text(value).encode(encoding, "surrogateescape")
    return (base64.urlsafe_b64encode if urlsafe else base64.b64encode)(data).decode("ascii")


def b64decode(value: Any, encoding: str = "utf-8", *, urlsafe: Any = False) -> str:
    """Return the text that is written in Base64; characters that are not Base64 do not count."""
    import base64
    import binascii

    try:
        data = (base64.urlsafe_b64decode if urlsafe else base64.b64decode)(as_text(value).encode())
    except binascii.Error as error:
        raise FilterError(f"this is not Base64: {error}") from error
    return data.decode(encoding, "surrogateescape")


def urldecode(value: Any) -> str:
    """Return a text without the ``%20`` and ``+`` that URLs have for other characters."""
    from urllib.parse import unquote_plus

    return unquote_plus(text(value))


def urlsplit(value: Any, query: str = "") -> Any:
    """Return the parts of a URL as a mapping, or the part that ``query`` names."""
    from urllib.parse import urlsplit as split

    parts = split(text(value))
    if query:
        return getattr(parts, one_of(query, _URL_PARTS, "a part of a URL"))
    return {name: getattr(parts, name) for name in _URL_PARTS}
