"""Fetching images from a registry (OCI distribution specification 1.1), with the standard library alone."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from typing import IO, Any, NamedTuple, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from runner.builders.rootfs.images import INDEXES, MANIFESTS, Image, Platform, image_of
from runner.sdk import Failed

_REFERENCE = re.compile(
    r"(?P<host>[^/]+)/(?P<name>[a-z0-9._/-]+?)(?::(?P<tag>[\w.-]{1,128}))?(?:@(?P<digest>[a-z0-9]+:[0-9a-f]+))?"
)
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_PATIENCE = 60.0
"""How long a registry may say nothing, in seconds."""
_UNAUTHORIZED = 401
_MISSING = 404
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class Reference(NamedTuple):
    """Where an image is."""

    host: str
    name: str
    version: str
    """A tag or a digest."""


def reference(text: str) -> Reference:
    """Return the parts of a reference. Raises ``Failed`` when it is none."""
    found = _REFERENCE.fullmatch(text)
    if found is None:
        raise Failed(f"{text} is no reference of an image", "write it as REGISTRY/NAME:TAG")
    return Reference(found["host"], found["name"], found["digest"] or found["tag"] or "latest")


@contextmanager
def pulled(text: str, platform: Platform, login: tuple[str, str]) -> Iterator[tuple[Image, str]]:
    """Yield the image for a platform, with layers that are fetched when opened, and its digest. Raises ``Failed``."""
    registry = _Registry(reference(text), login)
    response = registry.get(f"manifests/{registry.where.version}", (*MANIFESTS, *INDEXES))
    with response:
        data = response.read()
    digest = response.headers.get("Docker-Content-Digest", "")
    try:
        document: Mapping[str, Any] = json.loads(data)
    except ValueError as error:
        raise Failed(f"{registry.where.host} answers with something that is no manifest") from error
    yield image_of(registry, document, platform), digest


class _NoLogin(HTTPRedirectHandler):
    """Follows a registry to where it stores its content, and does not show the login there."""

    def redirect_request(self, *args: Any, **more: Any) -> Request | None:
        request = super().redirect_request(*args, **more)
        if request is not None and urlsplit(request.full_url).netloc != urlsplit(args[0].full_url).netloc:
            request.remove_header("Authorization")
        return request


class _Registry:
    """A registry, as far as one image is concerned."""

    def __init__(self, where: Reference, login: tuple[str, str]) -> None:
        self.where = where
        self._login = login
        self._authorization: str | None = None
        self._opener = build_opener(_NoLogin)
        host = where.host.rpartition(":")[0] or where.host
        # As everywhere with containers: on this computer itself a registry needs no certificate.
        self._scheme = "http" if host in _LOOPBACK else "https"

    def open(self, digest: str, *, manifest: bool = False) -> IO[bytes]:
        """Return the content of a part. Raises ``Failed``."""
        return cast(IO[bytes], self.get(f"{'manifests' if manifest else 'blobs'}/{digest}", (*MANIFESTS, *INDEXES)))

    def get(self, path: str, accept: tuple[str, ...]) -> HTTPResponse:
        """Return the answer to a request, logged in if the registry wants it. Raises ``Failed``."""
        address = f"{self._scheme}://{self.where.host}/v2/{self.where.name}/{path}"
        try:
            return self._ask(address, accept)
        except HTTPError as error:
            challenge = error.headers.get("WWW-Authenticate", "")
            if error.code != _UNAUTHORIZED or self._authorization is not None or not challenge:
                raise self._refused(error) from error
        self._authorization = self._authorized(challenge)
        try:
            return self._ask(address, accept)
        except HTTPError as error:
            raise self._refused(error) from error

    def _ask(self, address: str, accept: tuple[str, ...]) -> HTTPResponse:
        request = Request(address, headers={"Accept": ", ".join(accept), "User-Agent": "ingot"})  # noqa: S310
        if self._authorization is not None:
            request.add_header("Authorization", self._authorization)
        try:
            return cast(HTTPResponse, self._opener.open(request, timeout=_PATIENCE))
        except HTTPError:
            raise
        except (URLError, HTTPException, OSError) as error:
            raise Failed(f"the registry {self.where.host} does not answer: {_reason(error)}") from error

    def _authorized(self, challenge: str) -> str:
        """Return what lets one in, by what a registry asks for. Raises ``Failed``."""
        kind, _, rest = challenge.partition(" ")
        user, password = self._login
        basic = f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
        if kind.lower() == "basic":
            if not user:
                raise Failed(f"the registry {self.where.host} wants a login", "set 'login_username'")
            return basic
        asked = dict(_PARAMETER.findall(rest))
        address = asked.pop("realm", "")
        if kind.lower() != "bearer" or urlsplit(address).scheme not in ("http", "https"):
            raise Failed(f"the registry {self.where.host} wants to be logged in to in an unknown way: {kind}")
        asked.setdefault("scope", f"repository:{self.where.name}:pull")
        request = Request(f"{address}?{urlencode(asked)}", headers={"User-Agent": "ingot"})  # noqa: S310 - looked at
        if user:
            request.add_header("Authorization", basic)
        try:
            with self._opener.open(request, timeout=_PATIENCE) as response:
                answer = json.load(response)
        except (HTTPError, ValueError) as error:
            raise Failed(f"the registry {self.where.host} lets nobody in by this login: {error}") from error
        except (URLError, HTTPException, OSError) as error:
            raise Failed(f"{urlsplit(address).netloc} does not answer: {_reason(error)}") from error
        return f"Bearer {answer.get('token') or answer.get('access_token')}"

    def _refused(self, error: HTTPError) -> Failed:
        what = f"{self.where.host}/{self.where.name}:{self.where.version}"
        if error.code == _UNAUTHORIZED:
            return Failed(f"the registry does not give {what} to this login", "look at 'login_username'")
        if error.code == _MISSING:
            return Failed(f"the registry has no {what}")
        return Failed(f"the registry does not give {what}: {error.code} {error.reason}")


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error)
