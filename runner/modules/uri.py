"""The ``uri`` module."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import suppress
from dataclasses import fields
from posixpath import basename
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from runner.modules.shared import Edited, Permissions, Url
from runner.modules.support.asking import curl_call, replies, wget_call
from runner.modules.support.attributes import look
from runner.modules.support.commands import needless
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
body=$(mktemp) && head=$(mktemp) && data=$(mktemp) || exit
trap 'rm -f "$body" "$head" "$data"' EXIT
case $tool in
  curl) curl "$@" -K - -D "$head" -o "$body"
    status=$? ;;
  wget) cat >"$data"
    if [ -s "$data" ]; then set -- "--body-file=$data" "$@"; fi
    wget -O "$body" "$@" 2>"$head"
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
"""Writes what the server answered: its headers, and what it sent."""
_REFUSED = 400


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
        if options.get("unredirected_headers"):
            return "unredirected_headers"
        return "body_format: form-multipart" if options.get("body_format") == "form-multipart" else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask the server from the machine. Raises ``Failed`` when nothing there can."""
        del facts
        wanted = self.options
        values: dict[str, Any] = {"url": wanted.url, "redirected": False}
        if why := (yield from needless(wanted.creates, wanted.removes, None)):
            return Outcome({**values, "msg": f"skipped, since {why}"}, changed=False, skipped=f"skipped, since {why}")
        body = yield from self._body()
        program: Answer = yield Ask(("/bin/sh", "-c", _TOOL))
        tool = program.stdout.strip()
        if not tool:
            raise Failed("the machine has neither curl nor wget to ask with", "install one first")
        argv, stdin = self._call(tool, body)
        changes = wanted.method.upper() not in ("GET", "HEAD", "OPTIONS")
        verb = (Do if changes else Ask)(("/bin/sh", "-c", _ASK, "sh", tool, *argv), stdin=stdin)
        answer: Answer = yield verb
        replied = replies(answer.stdout)
        status = replied.status or -1
        elapsed = int((answer.end - answer.start).total_seconds()) if answer.start and answer.end else 0
        values |= {"status": status, "elapsed": elapsed, **replied.headers}
        values["redirected"] = replied.redirected
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

    def _body(self) -> Generator[Verb, Any, bytes | None]:
        """Return what is sent. Raises ``Failed`` for a file that is not there."""
        wanted = self.options
        if wanted.src is not None:
            if wanted.remote_src:
                content = yield Get(wanted.src)
            else:
                path = yield Find(wanted.src, "files")
                content = None if path is None else (yield Read(path))
            if content is None:
                raise Failed(f"Unable to find '{wanted.src}'")
            return bytes(content)
        if wanted.body is None:
            return None
        if wanted.body_format == "json":
            text = wanted.body if isinstance(wanted.body, str) else json.dumps(wanted.body)
        elif wanted.body_format == "form-urlencoded" and not isinstance(wanted.body, str):
            text = urlencode(wanted.body, doseq=True)
        else:
            text = wanted.body if isinstance(wanted.body, str) else json.dumps(wanted.body)
        return text.encode()

    def _headers(self) -> dict[str, str]:
        wanted = self.options
        kinds = {"json": "application/json", "form-urlencoded": "application/x-www-form-urlencoded"}
        given = {name: str(value) for name, value in (wanted.headers or {}).items()}
        if wanted.body_format in kinds and not any(name.lower() == "content-type" for name in given):
            given["Content-Type"] = kinds[wanted.body_format]
        return given

    def _follows(self) -> bool:
        """Return whether the server may send us elsewhere."""
        follow = self.options.follow_redirects
        if follow in ("safe", "urllib2"):
            return self.options.method.upper() in ("GET", "HEAD")
        return follow in ("all", "yes", True)

    def _call(self, tool: str, body: bytes | None) -> tuple[list[str], bytes]:
        """Return the arguments of the program, and its standard input. Raises ``Failed`` for what it cannot do."""
        return curl_call(self.options, self._headers(), body, follows=self._follows()) if tool == "curl" else (
            wget_call(self.options, self._headers(), body, follows=self._follows(), whole=tool == "wget")
        )
