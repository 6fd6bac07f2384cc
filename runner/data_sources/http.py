"""Fetch a web page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from runner.sdk import DataSource, options

_TIMEOUT = 60
"""How long a server may stay silent, in seconds."""


@options()
class Options:
    """What to ask for."""

    url: str
    """Address to fetch, `http` or `https`."""
    method: Literal["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"] = "GET"
    """Method of the request."""
    request_headers: dict[str, str] | None = None
    """Headers to send."""
    request_body: str | None = None
    """Text to send with the request."""


class Http(DataSource[Options]):
    """Fetch a web page or the answer of an API."""

    name = "http"
    attributes: ClassVar[Mapping[str, str]] = {
        "url": "string: the address that was fetched",
        "request_headers": "map of strings: the headers that were sent",
        "body": "string: the text of the answer",
    }

    def read(self) -> Mapping[str, Any]:
        """Fetch it. Raises ``OSError`` when there is no good answer, and ``ValueError`` when the answer is no text."""
        from http.client import HTTPException
        from urllib.error import HTTPError
        from urllib.request import Request, urlopen

        wanted = self.options
        if not wanted.url.lower().startswith(("http://", "https://")):
            raise ValueError(f"{wanted.url!r} is no address that begins with http:// or https://")
        headers = wanted.request_headers or {}
        body = None if wanted.request_body is None else wanted.request_body.encode()
        request = Request(wanted.url, data=body, headers=headers, method=wanted.method)  # noqa: S310 - checked above
        try:
            with urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310 - as above
                charset = answer.headers.get_content_charset() or "utf-8"
                text = answer.read().decode(charset)
        except HTTPError as error:
            raise OSError(f"{wanted.url} answers {error.code} {error.reason}") from error
        except HTTPException as error:
            raise OSError(f"{wanted.url} does not answer as HTTP wants it: {error}") from error
        except UnicodeError as error:
            raise ValueError(f"the answer of {wanted.url} is not a text") from error
        except LookupError as error:
            raise ValueError(f"the answer of {wanted.url} is in an unknown encoding: {error}") from error
        return {"url": wanted.url, "request_headers": headers, "body": text}
