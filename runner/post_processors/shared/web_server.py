"""Files sent to a web server, as a stream."""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from runner.post_processors.shared.sending import PIECE, Again, Moved
from runner.sdk import Failed

_PASSING = (408, 425, 429, 500, 502, 503, 504)
"""Statuses by which a server says that it may work later."""
_HINTS = {
    401: "set token, or username and password", 403: "the login may not write there", 404: "there is no such place",
    405: "the server may want another method", 413: "the server takes only smaller files",
}
_OK = range(200, 300)


def objection(url: str) -> str | None:
    """Return what is wrong with an address, if something is."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return f"url: {error}"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"the url {url!r}, which does not begin with http:// or https:// and a host"
    return "a login in url: write username and password" if parts.username is not None else None


class WebServer(NamedTuple):
    """How files are sent."""

    method: str
    headers: Mapping[str, str]
    username: str | None
    password: str | None
    token: str | None
    timeout: float

    def address(self, place: str) -> str:
        """Return a place as it may be shown: what comes after ``?`` may be a signature."""
        return place.partition("?")[0]

    def send(self, file: Path, place: str, digest: bytes, moved: Moved) -> None:
        """Send a file. Raises ``Again``, and ``Failed`` if it cannot get better."""
        if wrong := objection(place):
            raise Failed(f"nothing can be sent to that address: {wrong}")
        size, sent = file.stat().st_size, 0
        headers = {
            "Content-Type": "application/octet-stream", "Content-Digest": f"sha-256=:{b64encode(digest).decode()}:",
            **self._login(), **self.headers, "Content-Length": str(size),
        }
        connection, target, more = _connection(urlsplit(place), self.timeout)
        with file.open("rb") as stream:
            try:
                connection.putrequest(self.method, target)
                for name, value in {**headers, **more}.items():
                    connection.putheader(name, value)
                try:
                    connection.endheaders()
                    while piece := stream.read(PIECE):
                        connection.send(piece)
                        sent += len(piece)
                        moved(len(piece))
                except (BrokenPipeError, ConnectionResetError):  # it may have said why before it hung up
                    sent = -1
                if 0 <= sent < size:
                    raise Failed(f"{file.name} was cut short while it was sent")
                answer = connection.getresponse()
                self._judge(place, answer.status, answer.reason, answer.read(PIECE), whole=sent == size)
            except ssl.SSLCertVerificationError as error:
                raise Failed(f"{self.address(place)} is not trusted: {error.verify_message}") from error
            except (OSError, HTTPException) as error:
                raise Again(f"the connection to {self.address(place)} fails: {_reason(error)}") from error
            except ValueError as error:  # a header with a line end in it
                raise Failed(f"the request cannot be made: {error}") from error
            finally:
                connection.close()

    def _login(self) -> dict[str, str]:
        if self.token is not None:
            return {"Authorization": f"Bearer {self.token}"}
        return {} if self.username is None else _basic("Authorization", self.username, self.password or "")

    def _judge(self, place: str, status: int, reason: str, body: bytes, *, whole: bool) -> None:
        """Raise what an answer means, if it means that the file is not there."""
        if status in _OK and whole:
            return
        lines = body.decode("utf-8", "replace").strip().splitlines()
        said = f": {lines[0][:200]}" if lines and not lines[0].startswith("<") else ""
        message = f"{self.address(place)} answers {status} {reason}{said}"
        raise Again(message) if status in _PASSING or status in _OK else Failed(message, _HINTS.get(status))


def _connection(parts: SplitResult, timeout: float) -> tuple[HTTPConnection, str, Mapping[str, str]]:
    """Return a connection, what to ask for on it, and headers for a proxy that the environment names."""
    host, encrypted = parts.hostname or "", parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kind = HTTPSConnection if encrypted else HTTPConnection
    proxy = None if proxy_bypass(host) else getproxies().get(parts.scheme)
    if proxy is None:
        return kind(host, parts.port, timeout=timeout), target, {}
    way = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    login = {} if way.username is None else _basic(
        "Proxy-Authorization", unquote(way.username), unquote(way.password or "")
    )
    connection = kind(way.hostname or "", way.port, timeout=timeout)
    if not encrypted:
        return connection, parts._replace(fragment="").geturl(), login
    connection.set_tunnel(host, parts.port, login)
    return connection, target, {}


def _basic(name: str, user: str, password: str) -> dict[str, str]:
    return {name: "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
