"""The ``locale_gen`` module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from runner.modules.shared import Edited, Texts
from runner.modules.support.editing import opened, saved
from runner.sdk import Ask, Do, Failed, Module, Outcome, Work, options

_LOOK = r"""
command -v locale-gen >/dev/null || exit 44
locale -a 2>/dev/null
printf '\035\n'
cat /usr/share/i18n/SUPPORTED /usr/local/share/i18n/SUPPORTED 2>/dev/null
printf '\035\n'
cat /etc/locale.gen 2>/dev/null
exit 0
"""
"""Tells the locales that are there, those that can be made, and the list of those that are to be."""
_NO_PROGRAM = 44
_FILE = "/etc/locale.gen"


@options()
class Options:
    """What ``locale_gen`` accepts."""

    name: Texts
    """Locales, such as de_DE.UTF-8."""
    state: Literal["absent", "present"] = "present"
    """Whether they are to be there."""


class LocaleGen(Module[Options]):
    """Make and remove locales."""

    name = "locale_gen"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See which locales there are, and make or remove what is to be changed. Raises ``Failed``."""
        del facts
        wanted, present = self.options, self.options.state == "present"
        answer = yield Ask(("/bin/sh", "-c", _LOOK))
        if answer.status == _NO_PROGRAM:
            raise Failed("the machine has no locale-gen", "install the package locales first")
        there, _, rest = answer.stdout.partition("\x1d\n")
        known, _, listed = rest.partition("\x1d\n")
        made = {normalized(line) for line in there.splitlines()}
        names = [name.strip() for name in wanted.name if name.strip()]
        changing = [name for name in names if (normalized(name) in made) != present]
        values = {"name": names}
        if not changing:
            return Outcome(values, changed=False)
        available = [line.split()[:2] for line in known.splitlines() if len(line.split()) > 1]
        entries = {name: _entry(name, available, listed) for name in changing}
        missing = [name for name, entry in entries.items() if entry is None]
        if missing and present:
            raise Failed(f"The locales you've entered are not available on your system: {', '.join(missing)}")
        found, former = yield from opened(_FILE, Edited())
        lines = (former or b"").decode().splitlines()
        for name, entry in entries.items():
            _switch(lines, " ".join(entry or (name,)), present=present)
        yield from saved(found, former, "".join(f"{line}\n" for line in lines).encode(), Edited(), "")
        told = yield Do(("locale-gen",))
        if told.status:
            raise Failed(f"locale-gen failed: {told.stderr.strip() or told.stdout.strip()}")
        return Outcome(values, changed=True)


def normalized(name: str) -> str:
    """Return a locale's name as ``locale -a`` writes it: the encoding in small letters, without dashes."""
    place, dot, rest = name.strip().partition(".")
    encoding, at, variant = rest.partition("@")
    return f"{place}{dot}{encoding.lower().replace('-', '')}{at}{variant}"


def _entry(name: str, available: list[list[str]], listed: str) -> list[str] | None:
    """Return the line of ``locale.gen`` for a locale, as words; nothing when the machine cannot make it."""
    for words in available:
        if words[0] == name or normalized(words[0]) == normalized(name):
            return words
    for line in listed.splitlines():
        words = line.lstrip("# ").split()
        if len(words) > 1 and normalized(words[0]) == normalized(name):
            return words
    return None


def _switch(lines: list[str], entry: str, *, present: bool) -> None:
    """Switch a line on or off; one that is wanted and not there is added."""
    own = re.compile(rf"^\s*(?P<off>#?)\s*{re.escape(entry)}\s*$")
    numbers = [number for number, line in enumerate(lines) if own.match(line)]
    for number in numbers:
        lines[number] = entry if present else f"# {entry}"
    if present and not numbers:
        lines.append(entry)
