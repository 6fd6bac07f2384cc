"""Questions to web servers by a program of the machine, and what their answers say."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin

from runner.sdk import Failed
from runner.sdk.durations import seconds_of

_STATUS = re.compile(r"^\s*HTTP/[0-9.]+ (\d{3}) ?(.*)$")


NO_COOKIES: Mapping[str, str] = {}


class Reply(NamedTuple):
    """What a server answered."""

    status: int
    """0 when there was no answer."""
    reason: str
    headers: Mapping[str, str]
    """By their names in results: small letters and underscores."""
    body: bytes
    redirected: bool
    place: str = ""
    """Where the server sent us, if it did."""
    cookies: Mapping[str, str] = NO_COOKIES


def replies(text: str) -> Reply:
    """Read what the script of ``uri`` writes; of several answers, the last one counts."""
    pieces = {name: rest for name, _, rest in (each.partition("\n") for each in text.split("\x1d")[1:])}
    status, reason, answers = 0, "", 0
    headers: dict[str, str] = {}
    cookies: dict[str, str] = {}
    place = ""
    for line in pieces.get("head", "").splitlines():
        match = _STATUS.match(line)
        if match is not None:
            place = urljoin(place, headers.get("location", ""))
            status, reason, headers = int(match[1]), match[2].strip(), {}
            answers += int(status) >= 200  # noqa: PLR2004 - what comes before is no answer yet
            continue
        name, colon, value = line.strip().partition(":")
        if colon and status and re.fullmatch(r"[A-Za-z0-9-]+", name):
            key, value = name.lower().replace("-", "_"), value.strip()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
            if key == "set_cookie":
                cookie, _, kept = value.partition(";")[0].partition("=")
                cookies[cookie.strip()] = kept.strip()
    return Reply(status, reason, headers, b64decode(pieces.get("body", "")), answers > 1, place, cookies)


def curl_call(options: Any, headers: Mapping[str, str], *, follows: bool) -> tuple[list[str], bytes]:
    """Return the arguments of curl, and the configuration that it reads, in which secrets may stand."""
    timeout = str(max(1, round(seconds_of(options.timeout))))
    words = ["-sSg", "-A", options.http_agent, "--max-time", timeout]
    flags = {
        "-L": follows, "-k": not options.validate_certs, "--netrc-optional": options.use_netrc,
        "--negotiate": options.use_gssapi, "--compressed": options.decompress,
        "--anyauth": bool(options.url_username) and not options.force_basic_auth,
    }
    words += [flag for flag, said in flags.items() if said]
    words += ["--head"] if options.method.upper() == "HEAD" else ["-X", options.method.upper()]
    words += [] if options.use_proxy else ["--noproxy", "*"]
    for flag, value in (
        ("--cert", options.client_cert), ("--key", options.client_key), ("--cacert", options.ca_path),
        ("--unix-socket", options.unix_socket), ("--ciphers", ":".join(options.ciphers or ())),
    ):
        words += [flag, value] if value else []
    lines = [f"header = {_quoted(f'{name}: {value}')}" for name, value in headers.items()]
    if options.url_username is not None:
        lines.append(f"user = {_quoted(f'{options.url_username}:{options.url_password or str()}')}")
    lines.append(f"url = {_quoted(options.url)}")
    return words, "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")


def _quoted(text: str) -> str:
    """Return a text as a value in curl's configuration (see curl(1), -K)."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(each, each) for each in text) + '"'


def wget_call(options: Any, headers: Mapping[str, str], *, follows: bool) -> tuple[list[str], bytes]:
    """Return the arguments of GNU's wget, and the configuration that it reads. Raises ``Failed``."""
    given = _by_wget(options, headers)
    # A connection that is kept may end under the second request, which wget does not repeat.
    words = ["-nv", "--server-response", "--content-on-error", "--tries=1", "--no-http-keep-alive",
             f"--user-agent={options.http_agent}",
             f"--timeout={max(1, round(seconds_of(options.timeout)))}", f"--method={options.method.upper()}"]
    flags = {
        "--max-redirect=0": not follows, "--no-check-certificate": not options.validate_certs,
        "--no-proxy": not options.use_proxy, "--no-netrc": not options.use_netrc,
    }
    words += [flag for flag, said in flags.items() if said]
    config = "".join(f"header = {name}: {value}\n" for name, value in given.items())
    return [*words, options.url], config.encode("utf-8", "surrogateescape")


def busybox_call(options: Any, headers: Mapping[str, str], body: bytes | None) -> tuple[list[str], bytes]:
    """Return the arguments of busybox's wget, which reads no configuration. Raises ``Failed``."""
    given = _by_wget(options, headers)
    if options.method.upper() not in ("GET", "POST") or (body is not None and options.method.upper() != "POST"):
        raise Failed(f"busybox's wget cannot ask with {options.method.upper()}", "install curl first")
    words = ["-U", options.http_agent, *(word for pair in given.items() for word in ("--header", ": ".join(pair)))]
    words += ["--post-data", body.decode("utf-8", "replace")] if body is not None else []
    words += [] if options.validate_certs else ["--no-check-certificate"]
    return [*words, options.url], b""


def _by_wget(options: Any, headers: Mapping[str, str]) -> dict[str, str]:
    """Return all headers of a request by wget. Raises ``Failed`` for what only curl can do."""
    for name in ("unix_socket", "use_gssapi", "ca_path", "client_cert", "client_key", "ciphers"):
        if getattr(options, name):
            raise Failed(f"{name} needs curl, and the machine has only wget", "install curl first")
    given = dict(headers)
    if options.url_username is not None:
        pair = f"{options.url_username}:{options.url_password or ''}".encode()
        given["Authorization"] = f"Basic {b64encode(pair).decode()}"
    return given
