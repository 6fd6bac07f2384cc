"""Fetch a web page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from runner.sdk import DataSource, options


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
