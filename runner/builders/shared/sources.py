"""Where images come from: the web, S3, and this computer."""

from __future__ import annotations

import os
import string
from base64 import b64encode
from collections.abc import Mapping
from http.client import HTTPException
from io import RawIOBase
from pathlib import Path
from typing import IO, Any, NamedTuple, cast
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from runner.sdk import Failed

_PATIENCE = 60.0
"""How long a server may say nothing, in seconds."""
_SCHEMES = ("http", "https", "s3")
_NOT_MODIFIED, _PARTIAL, _UNSATISFIABLE = 304, 206, 416


class Opened(NamedTuple):
    """A content that is being sent."""

    stream: IO[bytes]
    start: int
    """Where in the whole it begins."""
    size: int | None
    """How large the whole is, in bytes."""
    version: str
    """What the server calls this content: an entity tag, or when it was written; empty when it says neither."""


def local_path(root: Path, url: str) -> Path | None:
    """Return the file of this computer that is meant; nothing when it is somewhere else. Raises ``Failed``."""
    try:
        urlsplit(url)
    except ValueError as error:
        raise Failed(f"{url!r} is no address: {error}") from error
    scheme, colon, rest = url.partition("://")
    if not colon:
        return root / os.path.expanduser(url)  # noqa: PTH111 - of a text that may be relative to another place
    if scheme == "file":
        return root / unquote(rest)
    if scheme not in _SCHEMES:
        raise Failed(f"nothing can be downloaded from {shown(url)}", "addresses are http, https, s3 and file, or paths")
    return None


def name_of(url: str) -> str:
    """Return what a file is called where it comes from."""
    return unquote(urlsplit(url).path if "://" in url else url).rstrip("/").rpartition("/")[2]


def shown(url: str) -> str:
    """Return an address without user and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def opened(url: str, start: int = 0, version: str = "", *, have: bool = False) -> Opened | None:
    """Open an address. Raises ``Failed``.

    With ``start`` it goes on from there, if the content is still of that ``version`` or none is known. With ``have``
    the whole is there in that version; nothing comes back when there is no other.
    """
    if url.startswith("s3:"):
        return _s3(url, start, version, have=have)
    headers = {"User-Agent": "ingot", "Accept-Encoding": "identity"}
    if have and version:
        headers["If-None-Match" if version.startswith('"') else "If-Modified-Since"] = version
    if start:
        headers |= {"Range": f"bytes={start}-", **({"If-Range": version} if version else {})}
    return _web(url, headers, start)


def _web(url: str, headers: Mapping[str, str], start: int) -> Opened | None:
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    # Spaces and letters with accents are encoded as browsers do it; what is encoded already stays.
    address = quote(shown(url), safe=string.punctuation)
    request = Request(address, headers=dict(headers))  # noqa: S310 - of a scheme that was looked at
    if at:  # and not for those to whom one is sent on
        request.add_unredirected_header("Authorization", f"Basic {b64encode(unquote(user).encode()).decode()}")
    try:
        response = urlopen(request, timeout=_PATIENCE)  # noqa: S310 - as above
    except HTTPError as error:
        error.close()
        if error.code == _NOT_MODIFIED:
            return None
        if error.code == _UNSATISFIABLE and start:  # there is less than was there before
            return _web(url, {name: each for name, each in headers.items() if "Range" not in name}, 0)
        raise Failed(f"{shown(url)}: {error.code} {error.reason}") from error
    except (URLError, HTTPException, OSError) as error:
        raise Failed(f"{shown(url)} does not answer: {getattr(error, 'reason', None) or error}") from error
    tag = response.headers.get("ETag", "")
    version = tag if tag.startswith('"') else response.headers.get("Last-Modified", "")
    begins = start if response.status == _PARTIAL else 0
    length = response.headers.get("Content-Length")
    return Opened(cast(IO[bytes], response), begins, begins + int(length) if length else None, version)


class _Body(RawIOBase):
    """What S3 sends; a connection that breaks is an ``OSError`` as it is elsewhere."""

    def __init__(self, body: Any, broken: tuple[type[Exception], ...]) -> None:
        self._body = body
        self._broken = broken

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next piece. Raises ``OSError``."""
        try:
            piece = self._body.read(len(buffer))
        except self._broken as error:
            raise OSError(str(error)) from error
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Let go of the connection."""
        self._body.close()
        super().close()


def _s3(url: str, start: int, version: str, *, have: bool) -> Opened | None:
    try:
        import boto3
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
        )
    except ImportError as error:
        raise Failed(f"{url}: the library boto3 is missing", "pip install boto3") from error
    parts = urlsplit(url)
    asked: dict[str, Any] = {"Bucket": parts.netloc, "Key": unquote(parts.path).lstrip("/")}
    if have and version:
        asked["IfNoneMatch"] = version
    if start:
        asked |= {"Range": f"bytes={start}-", **({"IfMatch": version} if version else {})}
    try:
        found = boto3.client("s3").get_object(**asked)
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if status == _NOT_MODIFIED:
            return None
        if start:  # the object is another one by now
            return _s3(url, 0, "", have=False)
        raise Failed(f"{url}: {error}") from error
    except BotoCoreError as error:
        raise Failed(f"{url}: {error}") from error
    begins = start if "ContentRange" in found else 0
    body = cast(IO[bytes], _Body(found["Body"], (BotoCoreError, HTTPException)))
    return Opened(body, begins, begins + found["ContentLength"], found.get("ETag", ""))
