"""The ``seboolean`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.modules.support.attributes import done
from runner.modules.support.selinux import enabled
from runner.sdk import Ask, Do, Failed, Module, Outcome, Work, options

_LOOK = """
now=$(getsebool "$1" 2>/dev/null) && echo "now ${now##* }"
kept=$(semanage boolean -l -n 2>/dev/null | awk -v name="$1" '$1 == name { gsub(/[(),]/, " "); print $3; exit }')
if [ -n "$kept" ]; then echo "kept $kept"; fi
exit 0
"""


@options()
class Options:
    """What ``seboolean`` accepts."""

    name: str
    """Which boolean."""
    state: bool
    """Whether it is to be on."""
    persistent: bool = False
    """Keep it so when the machine starts."""
    ignore_selinux_state: bool = False
    """Work even if SELinux seems to be off, as in a chroot."""


class Seboolean(Module[Options]):
    """Switch SELinux booleans on and off."""

    name = "seboolean"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See how the switch is set, and set it otherwise. Raises ``Failed`` where there is no SELinux."""
        del facts
        wanted = self.options
        yield from enabled(ignored=wanted.ignore_selinux_state)
        name = wanted.name
        answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", name))
        now = dict(line.partition(" ")[::2] for line in answer.stdout.splitlines())
        if "now" not in now and "kept" not in now:
            raise Failed(f"SELinux boolean {name} does not exist.")
        value = "on" if wanted.state else "off"
        values = {"name": name, "persistent": wanted.persistent, "state": wanted.state}
        kept = not wanted.persistent or now.get("kept", now.get("now")) == value
        if kept and now.get("now", value) == value:
            return Outcome(values, changed=False)
        flags = ("-P",) if wanted.persistent else ()
        yield from done(Do(("setsebool", *flags, name, value)), f"the boolean {name} cannot be set")
        return Outcome(values, changed=True)
