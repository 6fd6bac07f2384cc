"""The ``wait_for`` module."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import Texts
from runner.modules.support.attributes import described, look
from runner.modules.support.patterns import compiled, matching
from runner.sdk import (
    Answer,
    Ask,
    AtMostOne,
    Duration,
    Failed,
    Get,
    Module,
    Outcome,
    Separated,
    Verb,
    Wait,
    Work,
    options,
)
from runner.sdk.durations import seconds_of

_CONNECT = """
host=$1 port=$2 patience=$3
limit() { if command -v timeout >/dev/null; then timeout "$patience" "$@"; else "$@"; fi; }
if [ -z "$4" ] && { [ "$host" = 127.0.0.1 ] || [ "$host" = localhost ]; }; then
  hex=$(printf %04X "$port")
  listening=$(awk -v port="$hex" '$4 == "0A" { split($2, at, ":"); if (at[2] == port) print }' \\
    /proc/net/tcp /proc/net/tcp6 2>/dev/null)
  [ -n "$listening" ]
  exit
fi
if command -v bash >/dev/null; then
  limit bash -c 'exec 3<>"/dev/tcp/$1/$2" || exit 1; if [ -n "$3" ]; then head -n 1 <&3; fi; exit 0' - "$1" "$2" "$4"
elif command -v nc >/dev/null; then
  if [ -n "$4" ]; then limit nc "$host" "$port" </dev/null | head -n 1; else limit nc -z "$host" "$port" </dev/null; fi
elif command -v curl >/dev/null; then
  limit curl -s --connect-timeout "$patience" "telnet://$host:$port" </dev/null
  status=$?
  [ $status -ne 7 ] && [ $status -ne 28 ] && [ $status -ne 6 ]
elif command -v python3 >/dev/null; then
  python3 -c 'import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), int(sys.argv[3]))' \\
    "$host" "$port" "$patience" 2>/dev/null
else
  exit 44
fi
"""
"""Ends well if something answers; of the machine itself the kernel's table tells who listens."""
_NO_PROGRAM = 44
_DRAINED = """
awk -v port="$1" -v states="$2" '{
  split($2, at, ":")
  if (at[2] == port && index(states, $4)) { found = 1; exit }
} END { exit found }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
"""
_STATES = {
    "ESTABLISHED": "01", "SYN_SENT": "02", "SYN_RECV": "03", "FIN_WAIT1": "04", "FIN_WAIT2": "05", "TIME_WAIT": "06",
}
"""State of a connection -> its number in the kernel's table (Linux, tcp_states.h)."""
_THERE = ("started", "present")


@options(AtMostOne("path", "port"))
class Options:
    """What ``wait_for`` accepts."""

    host: str = "127.0.0.1"
    """Host whose port to look at."""
    port: int | None = None
    """Which port."""
    path: str | None = None
    """Which file."""
    state: Literal["absent", "drained", "present", "started", "stopped"] = "started"
    """What to wait for: started and present, stopped and absent, or drained of connections."""
    search_regex: str | None = None
    """Pattern that the file or what the port says has to match."""
    timeout: Duration = "300"
    """How long to wait at most; a bare number is seconds."""
    delay: Duration = "0"
    """How long to wait before looking for the first time."""
    sleep: Duration = "1"
    """How long to wait between two looks."""
    connect_timeout: Duration = "5"
    """How long one try to connect may take."""
    active_connection_states: Annotated[tuple[str, ...], Separated()] = (
        "ESTABLISHED",
        "FIN_WAIT1",
        "FIN_WAIT2",
        "SYN_RECV",
        "SYN_SENT",
        "TIME_WAIT",
    )
    """States of a connection that state drained takes for active."""
    exclude_hosts: Texts | None = None
    """Hosts whose connections state drained leaves out."""
    msg: str | None = None
    """What to say if the time is over."""


class WaitFor(Module[Options]):
    """Wait until a port answers or is closed, or a file is there, gone, or holds a text."""

    name = "wait_for"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return "exclude_hosts" if options.get("exclude_hosts") else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look again and again, until it is so or the time is over. Raises ``Failed`` for what cannot be looked at."""
        del facts
        wanted = self.options
        limit, pause = seconds_of(wanted.timeout), max(seconds_of(wanted.sleep), 0.05)
        waited = seconds_of(wanted.delay)
        if wanted.search_regex is not None:
            compiled(wanted.search_regex, "search_regex")
        if waited:
            yield Wait(waited)
        if wanted.port is None and wanted.path is None:
            yield Wait(max(limit - waited, 0))
            return self._outcome(int(limit))
        while True:
            holds, took = yield from self._holds()
            waited += took
            if holds:
                outcome = self._outcome(int(waited), holds)
                if wanted.path is None:
                    return outcome
                seen = yield from look(wanted.path)
                return Outcome({**outcome.values, **described(seen.file)}, changed=False)
            if waited >= limit:
                return Outcome({"elapsed": int(waited)}, changed=False, failed=wanted.msg or self._late())
            yield Wait(min(pause, max(limit - waited, 0.01)))
            waited += pause

    def _holds(self) -> Generator[Verb, Any, tuple[re.Match[bytes] | bool, float]]:
        """Return whether it is as it should be, and how long the look took, in seconds; a match if one was wanted."""
        wanted = self.options
        if wanted.path is not None:
            if wanted.state in ("started", "present") and wanted.search_regex is not None:
                content: bytes | None = yield Get(wanted.path)
                return self._found(content or b""), 0.0
            answer: Answer = yield Ask(("/bin/sh", "-c", '[ -e "$1" ] || [ -L "$1" ]', "sh", wanted.path))
            return (answer.status == 0) == (wanted.state in ("started", "present")), _took(answer)
        if wanted.state == "drained":
            states = " ".join(_STATES[name] for name in wanted.active_connection_states if name in _STATES)
            drained: Answer = yield Ask(("/bin/sh", "-c", _DRAINED, "sh", f"{wanted.port:04X}", states))
            return drained.status == 0, _took(drained)
        patience = str(max(1, round(seconds_of(wanted.connect_timeout))))
        asked = Ask(("/bin/sh", "-c", _CONNECT, "sh", wanted.host, str(wanted.port), patience,
                     "read" if wanted.search_regex else ""))
        connected: Answer = yield asked
        if connected.status == _NO_PROGRAM:
            raise Failed("the machine has no program to open a connection with: bash, nc, curl or python3")
        is_open = connected.status == 0
        if is_open and wanted.search_regex is not None:
            found = self._found(connected.stdout.encode())
            return found if wanted.state in _THERE else not found, _took(connected)
        return is_open == (wanted.state in ("started", "present")), _took(connected)

    def _found(self, content: bytes) -> re.Match[bytes] | bool:
        pattern = compiled(self.options.search_regex or "", "search_regex")
        with matching("search_regex"):
            return pattern.search(content) or False

    def _outcome(self, elapsed: int, found: re.Match[bytes] | bool = True) -> Outcome:  # noqa: FBT001, FBT002 - or a match
        wanted = self.options
        groups, named = (found.groups(), found.groupdict()) if isinstance(found, re.Match) else ((), {})
        values = {"elapsed": elapsed, "state": wanted.state, "port": wanted.port, "path": wanted.path,
                  "search_regex": wanted.search_regex,
                  "match_groups": [_text(each) for each in groups],
                  "match_groupdict": {name: _text(each) for name, each in named.items()}}
        return Outcome(values, changed=False)

    def _late(self) -> str:
        """Return what has not come to pass, in words."""
        wanted = self.options
        what = wanted.path if wanted.path is not None else f"{wanted.host}:{wanted.port}"
        if wanted.search_regex is not None:
            return f"Timeout when waiting for search string {wanted.search_regex} in {what}"
        if wanted.path is not None:
            absent = f"Timeout when waiting for {what} to be absent."
            return f"Timeout when waiting for file {what}" if wanted.state in _THERE else absent
        return f"Timeout when waiting for {what}" + {
            "stopped": " to stop.", "absent": " to stop.", "drained": " to drain",
        }.get(wanted.state, "")


def _text(found: bytes | None) -> str | None:
    return None if found is None else found.decode(errors="surrogateescape")


def _took(answer: Answer) -> float:
    return (answer.end - answer.start).total_seconds() if answer.start and answer.end else 0.0
