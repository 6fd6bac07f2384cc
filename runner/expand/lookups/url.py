"""The lookup for what is on the web."""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import mapping, number, one_of, text, truth
from runner.expand.lookups.context import LookupContext

_REFUSED = frozenset({"use_gssapi", "unix_socket", "ciphers"})
"""Options that can only be left as they are, off."""


@dataclass(frozen=True)
class _Login:
    username: str
    password: str

    def header(self) -> str:
        return "Basic " + b64encode(f"{self.username}:{self.password}".encode()).decode()


class _Stay(HTTPRedirectHandler):
    """Follows no redirect."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def url(  # noqa: PLR0913 - these are the lookup's options
    terms: list[Any],
    *,
    context: LookupContext,
    split_lines: Any = True,
    validate_certs: Any = True,
    use_proxy: Any = True,
    username: Any = None,
    password: Any = None,
    force_basic_auth: Any = None,
    use_netrc: Any = True,
    headers: Any = None,
    unredirected_headers: Any = (),
    force: Any = False,
    timeout: Any = 10,
    http_agent: str = "ansible-httpget",
    follow_redirects: Any = "urllib2",
    ca_path: Any = None,
    **others: Any,
) -> list[str]:
    """Return what URLs lead to: its lines, or with ``split_lines: false`` a text each.

    ``username`` and ``password`` are sent at once, whatever ``force_basic_auth`` says; without them those in
    ``~/.netrc``, unless ``use_netrc`` is false.
    """
    del force_basic_auth
    _refuse(others)
    opener = _opener(truth(validate_certs), truth(use_proxy), ca_path, follow_redirects)
    sent = {"User-Agent": http_agent, **mapping(headers or {}, "headers as a mapping")}
    if truth(force):
        sent["Cache-Control"] = "no-cache"
    found: list[str] = []
    for term in terms:
        address = text(term, "a URL")
        login = _Login(str(username), str(password or "")) if username else None
        if login is None and truth(use_netrc):
            login = _netrc(address, context)
        request = _request(address, sent, login, {name.lower() for name in unredirected_headers})
        body = _fetched(opener, request, number(timeout, "timeout"))
        found += body.splitlines() if truth(split_lines) else [body]
    return found


def _refuse(options: Mapping[str, Any]) -> None:
    for name, value in options.items():
        if name not in _REFUSED:
            raise FilterError(f"there is no option {name!r}")
        if value:
            raise FilterError(f"{name} is not supported; run curl with the lookup 'pipe' instead")


def _opener(validate: bool, proxy: bool, ca_path: Any, follow_redirects: Any) -> OpenerDirector:  # noqa: FBT001 - private
    follow = str(follow_redirects).lower()
    one_of(follow, ("urllib2", "safe", "all", "yes", "true", "none", "no", "false"), "follow_redirects")
    trust = ssl.create_default_context(cafile=ca_path)
    if not validate:
        trust.check_hostname = False
        trust.verify_mode = ssl.CERT_NONE
    handlers: list[Any] = [HTTPSHandler(context=trust)]
    if follow in ("none", "no", "false"):
        handlers.append(_Stay())
    if not proxy:
        handlers.append(ProxyHandler({}))
    return build_opener(*handlers)


def _netrc(address: str, context: LookupContext) -> _Login | None:
    from netrc import NetrcParseError, netrc

    path = context.environ.get("NETRC") or f"{context.environ.get('HOME', '')}/.netrc"
    try:
        found = netrc(path).authenticators(urlsplit(address).hostname or "")
    except OSError:
        return None
    except NetrcParseError as error:
        raise FilterError(f"{path} cannot be read: {error}") from error
    return None if found is None else _Login(found[0], found[2] or "")


def _request(address: str, headers: Mapping[str, Any], login: _Login | None, unredirected: set[str]) -> Request:
    if urlsplit(address).scheme not in ("http", "https", "ftp", "file"):
        raise FilterError(f"{address!r} is not a URL that can be read: http, https, ftp or file")
    request = Request(address)  # noqa: S310 - the scheme is checked above
    for name, value in headers.items():
        add = request.add_unredirected_header if str(name).lower() in unredirected else request.add_header
        add(str(name), str(value))
    if login is not None:
        request.add_unredirected_header("Authorization", login.header())
    return request


def _fetched(opener: OpenerDirector, request: Request, timeout: float) -> str:
    address = request.full_url
    try:
        with opener.open(request, timeout=timeout) as response:
            data: bytes = response.read()
    except HTTPError as error:
        raise FilterError(f"{address} answers {error.code} {error.reason}") from error
    except URLError as error:
        raise FilterError(f"{address} cannot be read: {error.reason}") from error
    except HTTPException as error:
        raise FilterError(f"{address} does not answer as a web server does: {error!r}") from error
    return data.decode("utf-8", "surrogateescape")
