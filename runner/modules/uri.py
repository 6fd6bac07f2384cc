"""The ``uri`` module."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Generator, Mapping
from contextlib import suppress
from dataclasses import fields
from posixpath import basename
from typing import Annotated, Any, Literal
from urllib.parse import urlencode, urljoin

from runner.modules.shared import Edited, Permissions, Url
from runner.modules.support.asking import busybox_call, curl_call, replies, wget_call
from runner.modules.support.attributes import look
from runner.modules.support.commands import needless
from runner.modules.support.multipart import Part, joined
from runner.modules.support.writing import deliver
from runner.sdk import (
    Alias,
    Answer,
    Ask,
    AtMostOne,
    Do,
    Duration,
    Failed,
    Find,
    Get,
    Module,
    Outcome,
    Pattern,
    Read,
    ReadsFile,
    SecretStr,
    Separated,
    Verb,
    Work,
    options,
)

_TOOL = """
if command -v curl >/dev/null; then echo curl
elif command -v wget >/dev/null; then
  if wget --version 2>/dev/null | grep -q GNU; then echo wget; else echo busybox; fi
fi
"""
_ASK = r"""
tool=$1
shift
body=$(mktemp) && head=$(mktemp) && data=$(mktemp) && config=$(mktemp) || exit
trap 'rm -f "$body" "$head" "$data" "$config"' EXIT
IFS= read -r line
printf %s "$line" | base64 -d >"$config"
cat >"$data"
case $tool in
  curl) if [ -s "$data" ]; then set -- --data-binary "@$data" "$@"; fi
    curl "$@" -K "$config" -D "$head" -o "$body"
    status=$? ;;
  wget) if [ -s "$data" ]; then set -- "--body-file=$data" "$@"; fi
    wget "--config=$config" -O "$body" "$@" 2>"$head"
    status=$? ;;
  *) wget -S -q -O "$body" "$@" 2>"$head"
    status=$? ;;
esac
printf '\035head\n'
cat "$head"
printf '\035body\n'
base64 <"$body"
exit $status
"""
"""Writes what the server answered: its headers, and what it sent. Secrets come by standard input, on its first line."""
_REFUSED = 400
_KINDS = {"json": "application/json", "form-urlencoded": "application/x-www-form-urlencoded"}


@options(AtMostOne("body", "src"))
class Options(Url):
    """What ``uri`` accepts."""

    url: str
    """What to ask."""
    method: str = "GET"
    """Method of the request, such as GET or POST."""
    body: Any = None
    """What to send."""
    body_format: Literal["form-urlencoded", "json", "raw", "form-multipart"] = "raw"
    """How the body is written."""
    src: Annotated[str, ReadsFile("files")] | None = None
    """File to send instead of a body."""
    remote_src: bool = False
    """The file to send is on the machine, not on this computer."""
    headers: dict[str, Any] | None = None
    """Further headers of the request."""
    status_code: Annotated[tuple[str, ...], Separated(), Pattern(r"^[0-9]+$", "a status code such as 200")] = ("200",)
    """Status codes that count as success."""
    return_content: bool = False
    """Return the answer's body, not only its status."""
    dest: str | None = None
    """File or directory on the machine that receives the answer's body."""
    follow_redirects: Literal["all", "no", "none", "safe", "urllib2", "yes", True, False] = "safe"
    """Which redirects to follow; safe ones are those of GET and HEAD."""
    creates: str | None = None
    """Do nothing if this file is there."""
    removes: str | None = None
    """Do nothing unless this file is there."""
    timeout: Duration = "30"
    """How long to wait for the server; a bare number is seconds."""
    unix_socket: str | None = None
    """Socket on the machine to connect to."""
    ca_path: str | None = None
    """File on the machine with the certificate authority's certificate in PEM form."""
    url_username: Annotated[str | None, Alias("user")] = None
    """User name for the server."""
    url_password: Annotated[SecretStr | None, Alias("password")] = None
    """Password for the server."""


class Uri(Module[Options]):
    """Ask a web service for something, or send it something, from the machine."""

    name = "uri"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return "unredirected_headers" if options.get("unredirected_headers") else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask the server from the machine. Raises ``Failed`` when nothing there can."""
        del facts
        wanted = self.options
        values: dict[str, Any] = {"url": wanted.url, "redirected": False}
        if why := (yield from needless(wanted.creates, wanted.removes, None)):
            return Outcome({**values, "msg": f"skipped, since {why}"}, changed=False, skipped=f"skipped, since {why}")
        kind, body = yield from self._body()
        program: Answer = yield Ask(("/bin/sh", "-c", _TOOL))
        tool = program.stdout.strip()
        if not tool:
            raise Failed("the machine has neither curl nor wget to ask with", "install one first")
        argv, stdin = self._call(tool, body, kind)
        changes = wanted.method.upper() not in ("GET", "HEAD", "OPTIONS")
        verb = (Do if changes else Ask)(("/bin/sh", "-c", _ASK, "sh", tool, *argv), stdin=stdin)
        answer: Answer = yield verb
        replied = replies(answer.stdout)
        status = replied.status or -1
        elapsed = int((answer.end - answer.start).total_seconds()) if answer.start and answer.end else 0
        values |= {"status": status, "elapsed": elapsed, **replied.headers}
        values |= {"redirected": replied.redirected, "url": urljoin(wanted.url, replied.place)}
        values |= {"cookies": replied.cookies, "cookies_string": "; ".join(map("=".join, replied.cookies.items()))}
        good = str(status) in wanted.status_code
        reason = f"OK ({replied.headers.get('content_length', 'unknown')} bytes)" if status < _REFUSED else (
            f"HTTP Error {status}: {replied.reason}"
        )
        values["msg"] = reason if status > 0 else f"Request failed: {answer.stderr.strip() or 'no answer'}"
        text = replied.body.decode("utf-8", "replace")
        changed = False
        if wanted.dest is not None and good:
            options = Edited(**{each.name: getattr(wanted, each.name) for each in fields(Permissions)})
            found = yield from look(wanted.dest, options, name=basename(wanted.url) or "index.html", digest="sha1")
            changed, more = yield from deliver(found, replied.body, options, dest=wanted.dest, force=True)
            values |= {"path": found.path, **more}
        if wanted.return_content or not good:
            values["content"] = text
        if "json" in values.get("content_type", ""):
            with suppress(ValueError):
                values["json"] = json.loads(text)
        if not good:
            listed = ", ".join(wanted.status_code)
            failed = f"Status code was {status} and not [{listed}]: {values['msg']}"
            return Outcome(values, changed=False, failed=failed)
        return Outcome(values, changed=changed)

    def _body(self) -> Generator[Verb, Any, tuple[str, bytes | None]]:
        """Return what is sent and of which kind it is. Raises ``Failed`` for a file that is not there."""
        wanted = self.options
        kind = _KINDS.get(wanted.body_format, "")
        if wanted.src is not None:
            return kind, (yield from self._file(wanted.src))
        if wanted.body is None:
            return kind, None
        if wanted.body_format == "form-multipart":
            if not isinstance(wanted.body, dict):
                raise Failed("failed to parse body as form-multipart: it is not a mapping of names to values")
            parts = []
            for name, value in wanted.body.items():
                part = Part.of(str(name), value)
                if part.content is None:
                    part = part._replace(content=(yield from self._file(part.filename)))
                parts.append(part)
            return joined(parts)
        if wanted.body_format == "form-urlencoded" and not isinstance(wanted.body, str):
            text = urlencode(wanted.body, doseq=True)
        else:
            text = wanted.body if isinstance(wanted.body, str) else json.dumps(wanted.body)
        return kind, text.encode()

    def _file(self, name: str) -> Generator[Verb, Any, bytes]:
        """Return what is in a file, here or on the machine. Raises ``Failed`` when it is not there."""
        if self.options.remote_src:
            content = yield Get(name)
        else:
            path = yield Find(name, "files")
            content = None if path is None else (yield Read(path))
        if content is None:
            raise Failed(f"Unable to find '{name}'")
        return bytes(content)

    def _headers(self, kind: str) -> dict[str, str]:
        given = {name: str(value) for name, value in (self.options.headers or {}).items()}
        written = next((name for name in given if name.lower() == "content-type"), None)
        if kind and (written is None or kind.startswith("multipart/")):  # whose type names what is between the parts
            given.pop(written or "", None)
            given["Content-Type"] = kind
        return given

    def _follows(self) -> bool:
        """Return whether the server may send us elsewhere."""
        follow = self.options.follow_redirects
        if follow in ("safe", "urllib2"):
            return self.options.method.upper() in ("GET", "HEAD")
        return follow in ("all", "yes", True)

    def _call(self, tool: str, body: bytes | None, kind: str) -> tuple[list[str], bytes]:
        """Return the arguments of the program, and its standard input. Raises ``Failed`` for what it cannot do."""
        headers, follows = self._headers(kind), self._follows()
        argv, config = (
            curl_call(self.options, headers, follows=follows) if tool == "curl" else
            wget_call(self.options, headers, follows=follows) if tool == "wget" else
            busybox_call(self.options, headers, body)
        )
        return argv, b64encode(config) + b"\n" + (body or b"")
