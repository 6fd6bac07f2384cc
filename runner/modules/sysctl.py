"""The ``sysctl`` module."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import Edited
from runner.modules.support.editing import opened, saved
from runner.sdk import Alias, Answer, Ask, Do, Failed, Module, Outcome, Verb, Work, options

_TRUE, _FALSE = ("y", "yes", "on", "1", "true", "t"), ("n", "no", "off", "0", "false", "f")
_REFUSED = re.compile(r'^sysctl: setting key "[^"]+": (Invalid argument|Read-only file system)$', re.MULTILINE)
"""What some versions of sysctl only say, and end well all the same."""
_NOT_STARTED = (126, 127)
"""The statuses of a shell for programs that cannot be run."""


@options()
class Options:
    """What ``sysctl`` accepts."""

    name: Annotated[str, Alias("key")]
    """The parameter, such as net.ipv4.ip_forward."""
    value: Annotated[str | None, Alias("val")] = None
    """Its value; needed unless state is absent."""
    state: Literal["present", "absent"] = "present"
    """Whether the file is to hold the parameter."""
    sysctl_file: str = "/etc/sysctl.conf"
    """File that holds it."""
    sysctl_set: bool = False
    """Set the running kernel's parameter too if it has another value."""
    reload: bool = True
    """Have sysctl read the file after a change, and if the kernel has another value."""
    ignoreerrors: bool = False
    """Go on if the kernel does not know the parameter; a value that it refuses is a failure all the same."""


class Sysctl(Module[Options]):
    """Set kernel parameters, and keep them in sysctl's files."""

    name = "sysctl"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what file and kernel say, and have them say what is wanted. Raises ``Failed``."""
        del facts
        wanted = self.options
        name, value = self._checked()
        there = wanted.state == "present"
        found, former = yield from opened(wanted.sysctl_file, Edited())
        lines = (former or b"").decode(errors="surrogateescape").splitlines()
        own = [number for number, line in enumerate(lines) if _setting(line)[0] == name]
        last = _setting(lines[own[-1]])[1] if own else None
        writes = last != value if there else last is not None
        sets = loads = False
        if there and (wanted.sysctl_set or wanted.reload):
            now = yield from self._now(name)
            sets = wanted.sysctl_set and now.split() != value.split()
            loads = wanted.reload and now.split() != value.split()
        elif writes and wanted.reload:
            yield from self._now(name)
        quiet = ("-e",) if wanted.ignoreerrors else ()
        if sets:
            told = yield Do(("sysctl", *quiet, "-w", f"{name}={value}"))
            if told.status or _REFUSED.search(told.stderr):
                raise Failed(f"setting {name} failed: {told.stdout}{told.stderr}")
        if writes:
            content = "".join(f"{line}\n" for line in _edited(lines, own, name, value if there else None))
            yield from saved(found, former, content.encode(errors="surrogateescape"), Edited(), "")
        if wanted.reload and (writes or sets or loads):
            told = yield Do(("sysctl", *quiet, "-p", found.path))
            if told.status or _REFUSED.search(told.stderr):
                raise Failed(
                    f"Failed to reload sysctl: {told.stdout}{told.stderr}",
                    "reload: false leaves the running kernel alone, as for an image of another machine",
                )
        return Outcome(changed=writes or sets or loads)

    def _checked(self) -> tuple[str, str]:
        """Return the name and the value as they are meant. Raises ``Failed`` when one is missing."""
        wanted = self.options
        name = wanted.name.strip()
        if not name:
            raise Failed("name cannot be blank")
        if wanted.state == "absent":
            return name, ""
        if wanted.value is None:
            raise Failed("state is present but all of the following are missing: value")
        text = wanted.value.strip()
        value = "1" if text.lower() in _TRUE else "0" if text.lower() in _FALSE else text
        if not value:
            raise Failed("value cannot be blank")
        return name, value

    def _now(self, name: str) -> Generator[Verb, Any, str]:
        """Return the kernel's value; nothing when it does not know the name. Raises ``Failed`` without sysctl."""
        answer: Answer = yield Ask(("sysctl", "-e", "-n", name))
        if answer.status in _NOT_STARTED:
            raise Failed("the machine has no sysctl", "install procps first, or write the file alone: reload: false")
        return "" if answer.status else answer.stdout


def _edited(lines: list[str], own: list[int], name: str, value: str | None) -> list[str]:
    """Return the lines of the file with the value, or without the name.

    ``own`` are the numbers of those that hold it now: the first is kept. As in Ansible, all settings lose the blanks
    around their ``=``.
    """
    kept = []
    for number, line in enumerate(lines):
        key, text = _setting(line)
        if key is None:
            kept.append(line)
        elif number not in own:
            kept.append(f"{key}={text}")
        elif value is not None and number == own[0]:
            kept.append(f"{name}={value}")
    return kept if own or value is None else [*kept, f"{name}={value}"]


def _setting(line: str) -> tuple[str | None, str]:
    """Return the name and the value that a line sets; no name for a comment, or what sysctl does not understand."""
    text = line.strip()
    if not text or text[0] in "#;" or "=" not in text:
        return None, ""
    key, _, value = text.partition("=")
    return key.strip(), value.strip()
