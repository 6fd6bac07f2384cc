"""The ``sysctl`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import Edited
from runner.modules.support.editing import opened, saved
from runner.sdk import Alias, Ask, Do, Failed, Module, Outcome, Work, options


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
    """Have sysctl read the file after a change."""
    ignoreerrors: bool = False
    """Go on if the kernel does not know the parameter."""


class Sysctl(Module[Options]):
    """Set kernel parameters, and keep them in sysctl's files."""

    name = "sysctl"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what file and kernel say, and have them say what is wanted. Raises ``Failed``."""
        del facts
        wanted = self.options
        name, value = wanted.name.strip(), _plain(wanted.value)
        if wanted.state == "present" and not value:
            raise Failed("value cannot be blank" if wanted.value is not None else "value cannot be None")
        found, former = yield from opened(wanted.sysctl_file, Edited())
        lines = (former or b"").decode(errors="surrogateescape").splitlines()
        kept = _edited(lines, name, value if wanted.state == "present" else None)
        tells = wanted.sysctl_set and wanted.state == "present"
        sets = tells and not _same((yield Ask(("sysctl", "-e", "-n", name))).stdout, value)
        quiet = ("-e",) if wanted.ignoreerrors else ()
        if sets:
            told = yield Do(("sysctl", *quiet, "-w", f"{name}={value}"))
            if told.status and not wanted.ignoreerrors:
                raise Failed(f"setting {name} failed: {(told.stderr.strip() or told.stdout.strip())}")
        written = kept is not None and not (former is None and wanted.state == "absent")
        if written:
            content = "".join(f"{line}\n" for line in kept or ()).encode(errors="surrogateescape")
            yield from saved(found, former, content, Edited(), "")
            if wanted.reload:
                told = yield Do(("sysctl", *quiet, "-p", found.path))
                if told.status and not wanted.ignoreerrors:
                    raise Failed(f"Failed to reload sysctl: {told.stdout.strip()}{told.stderr.strip()}")
        return Outcome(changed=written or sets)


def _plain(value: str | None) -> str:
    """Return a value as the kernel has it: a number in place of a word for yes or no."""
    text = (value or "").strip()
    return {"true": "1", "yes": "1", "on": "1", "false": "0", "no": "0", "off": "0"}.get(text.lower(), text)


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


def _edited(lines: list[str], name: str, value: str | None) -> list[str] | None:
    """Return the lines of the file with the value, or without the name; nothing when they are so already."""
    own = [number for number, line in enumerate(lines) if _name(line) == name]
    last = lines[own[-1]].partition("=")[2] if own else None
    if value is None:
        return [line for number, line in enumerate(lines) if number not in own] if own else None
    if last is not None and _same(last, value):
        return None
    if not own:
        return [*lines, f"{name}={value}"]
    return [
        f"{name}={value}" if number == own[0] else line
        for number, line in enumerate(lines) if number == own[0] or number not in own
    ]


def _name(line: str) -> str | None:
    """Return the name that a line gives a value to; nothing for a comment."""
    text = line.strip()
    return None if not text or text[0] in "#;" or "=" not in text else text.partition("=")[0].strip()
