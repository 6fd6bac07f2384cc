"""Downloads by a program of the machine: curl, wget, busybox's wget, or the helper of apt that every Debian has."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Generator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from runner.modules.shared import Url
from runner.sdk import Answer, Ask, Failed, Verb
from runner.sdk.durations import seconds_of

_TOOLS = """
if command -v curl >/dev/null; then echo curl
elif command -v wget >/dev/null; then
  if wget --version 2>/dev/null | grep -q GNU; then echo wget
  elif wget --help 2>&1 | grep -q ' -T'; then echo busybox-T
  else echo busybox
  fi
elif [ -x /usr/lib/apt/apt-helper ]; then echo apt
fi
"""
_UNVERIFIED = "certificate validation not implemented"
"""What busybox's wget says where it is built without such a thing; it goes on all the same."""
_STATUS = re.compile(r"^http (\d{3})$|ERROR (\d{3}):|HTTP/[\d.]+ (\d{3})", re.MULTILINE)
_REFUSED = ("ciphers", "client_cert", "client_key", "use_gssapi")
"""Options that not every program knows."""

_READ = """
config=$(mktemp) part=$(mktemp) && cat >"$config" && WGETRC=$config "$@" "$part" <"$config" >&2 && base64 <"$part"
status=$?
rm -f "$config" "$part"
exit $status
"""


class Request(NamedTuple):
    """What is to be downloaded, and how."""

    url: str
    options: Url
    headers: Mapping[str, str]
    username: str | None = None
    password: str | None = None
    since: str = ""
    """The time of what is there already, as HTTP writes it: an older file need not be sent."""

    @property
    def said(self) -> dict[str, str]:
        """All headers that are sent."""
        return {**self.headers, **({"If-Modified-Since": self.since} if self.since else {})}

    def at(self, url: str) -> Request:
        """Return the same request for another URL, of which nothing is there."""
        return self._replace(url=url, since="")


class Fetch(NamedTuple):
    """A call of a program that downloads; the path of the file that it writes to is its next argument."""

    argv: tuple[str, ...]
    stdin: str | None = None
    """Configuration of the program, which may hold secrets: curl's standard input, the file that ``$WGETRC`` names."""


def tool(url: str) -> Generator[Verb, Any, str]:
    """Return which program of the machine is to download. Raises ``Failed`` when there is none."""
    if url.startswith("file:"):
        return "file"
    found = (yield Ask(("/bin/sh", "-c", _TOOLS))).stdout.strip()
    if not found:
        raise Failed(
            "the machine has neither curl nor wget to download with",
            "install one first, as with package: {name: curl}, or download with shell_local and bring it with copy",
        )
    return str(found)


def fetch(program: str, request: Request) -> Fetch:
    """Return the call of a program. Raises ``Failed`` for what the program cannot do."""
    if request.url.startswith("file:"):
        return Fetch(("cp", "--", unquote(urlsplit(request.url).path)))
    options = request.options
    known = _REFUSED if program == "curl" else () if program != "wget" else _REFUSED[:3]
    for name in _REFUSED:
        if name not in known and getattr(options, name):
            raise Failed(f"{name}: that needs curl, and the machine has {program}", "install curl on the machine first")
    if program == "apt" and (request.headers or request.username):
        raise Failed("headers and user names need curl or wget on the machine", "install one first")
    if program.startswith("busybox"):
        return _busybox(request, waits=program.endswith("T"))
    return {"curl": _curl, "wget": _wget, "apt": _apt}[program](request)


def downloaded(url: str, options: Url, what: str) -> Generator[Verb, Any, bytes]:
    """Return what is at ``url``, which is ``what``. Raises ``Failed`` when it cannot be had."""
    wanted = fetch((yield from tool(url)), Request(url, options, {}))
    answer: Answer = yield Ask(("/bin/sh", "-c", _READ, "sh", *wanted.argv), stdin=wanted.stdin or "")
    if answer.status:
        lines = answer.stderr.strip().splitlines() or [f"exit status {answer.status}"]
        raise Failed(f"{what} cannot be fetched from {url}: {lines[-1]}")
    return b64decode(answer.stdout)


def _timeout(request: Request) -> str:
    return str(max(1, round(seconds_of(request.options.timeout))))


def _curl(request: Request) -> Fetch:
    options, timeout = request.options, _timeout(request)
    words = ["curl", "-sSLg", "--fail", "--compressed", "-w", "http %{http_code}\\n", "-A", options.http_agent]
    words += ["--connect-timeout", timeout, "--speed-time", timeout, "--speed-limit", "1"]
    flags = {
        "-k": not options.validate_certs, "--netrc-optional": options.use_netrc, "--negotiate": options.use_gssapi,
        "--basic": options.force_basic_auth,
    }
    words += [flag for flag, said in flags.items() if said]
    words += [] if options.use_proxy else ["--noproxy", "*"]
    for flag, value in (("--cert", options.client_cert), ("--key", options.client_key)):
        words += [flag, value] if value else []
    words += ["--ciphers", ":".join(options.ciphers)] if options.ciphers else []
    headers = {"Accept-Encoding": "identity", **request.said}  # --compressed is for servers that do not care
    lines = [f"header = {_quoted(f'{name}: {value}')}" for name, value in headers.items()]
    if request.username is not None or options.use_gssapi:
        pair = ":".join((request.username or "", request.password or ""))
        lines.append(f"user = {_quoted(pair)}")
    return Fetch((*words, "-K", "-", request.url, "-o"), "".join(f"{line}\n" for line in lines))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_one_line(escaped)}"'


def _one_line(text: str) -> str:
    if "\n" in text or "\r" in text:
        raise Failed("headers, user names and passwords may hold no line ends")
    return text


def _wget(request: Request) -> Fetch:
    options = request.options
    words = ["wget", "-nv", "--tries=2", f"--timeout={_timeout(request)}", f"--user-agent={options.http_agent}"]
    flags = {
        "--no-check-certificate": not options.validate_certs, "--no-netrc": not options.use_netrc,
        "--auth-no-challenge": options.force_basic_auth, "--no-proxy": not options.use_proxy,
    }
    words += [flag for flag, said in flags.items() if said]
    for flag, value in (("--certificate", options.client_cert), ("--private-key", options.client_key)):
        words += [f"{flag}={value}"] if value else []
    words += [f"--ciphers={':'.join(options.ciphers)}"] if options.ciphers else []
    lines = [f"header = {_one_line(f'{name}: {value}')}" for name, value in request.said.items()]
    if request.username is not None:
        lines += [f"user = {_one_line(request.username)}", f"password = {_one_line(request.password or '')}"]
    return Fetch((*words, request.url, "-O"), "".join(f"{line}\n" for line in lines))


def _busybox(request: Request, *, waits: bool) -> Fetch:
    options = request.options
    words = ["wget", "-q", "-U", options.http_agent]
    words += ["-T", _timeout(request)] if waits else []  # one that is built without -T crashes on it
    words += [] if options.validate_certs else ["--no-check-certificate"]
    words += [] if options.use_proxy else ["-Y", "off"]
    headers = dict(request.said)
    if request.username is not None:
        pair = f"{request.username}:{request.password or ''}".encode()
        headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
    for name, value in headers.items():
        words += ["--header", _one_line(f"{name}: {value}")]
    return Fetch((*words, request.url, "-O"))


def _apt(request: Request) -> Fetch:
    options, timeout = request.options, _timeout(request)
    words = ["/usr/lib/apt/apt-helper"]
    for scheme in ("http", "https"):
        words += ["-o", f"Acquire::{scheme}::Timeout={timeout}"]
        words += [] if options.use_proxy else ["-o", f"Acquire::{scheme}::Proxy=false"]
    words += [] if options.validate_certs else ["-o", "Acquire::https::Verify-Peer=false"]
    return Fetch((*words, "download-file", request.url))


def status_of(answer: Answer) -> int | None:
    """Return the status of the server's answer, if a program said one."""
    text = f"{answer.stdout}\n{answer.stderr}"
    if "Username/Password Authentication Failed" in text:  # all that wget says then
        return 401
    found = [next(filter(None, match.groups())) for match in _STATUS.finditer(text)]
    return int(found[-1]) if found else None


def unwanted(request: Request) -> str:
    """Return what a program says of a download that is not to be taken: that it verified no certificate."""
    return _UNVERIFIED if request.options.validate_certs else ""
