"""The ``timezone`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.modules.support.attributes import done
from runner.sdk import Alias, Ask, AtLeastOne, Do, Failed, Module, Outcome, Work, options

_LOOK = """
zones=/usr/share/zoneinfo
[ -d $zones ] && echo data there
[ -n "$1" ] && [ -f "$zones/$1" ] && echo zone there
now=$(readlink /etc/localtime 2>/dev/null) && echo "now ${now##*zoneinfo/}"
if [ -e /etc/timezone ]; then echo "file $(cat /etc/timezone)"; elif [ -e /etc/debian_version ]; then echo "file "; fi
[ -e /etc/adjtime ] && echo "clock $(sed -n 3p /etc/adjtime)"
timedatectl show >/dev/null 2>&1 && echo by timedatectl
exit 0
"""
"""Tells how the clock is set, by which file, and whether systemd can be asked to set it."""
_SET = """
if [ "$3" = timedatectl ]; then
  if [ -n "$1" ]; then timedatectl set-timezone "$1" || exit; fi
  if [ -n "$2" ]; then timedatectl set-local-rtc "$([ "$2" = local ] && echo yes || echo no)" || exit; fi
else
  if [ -n "$1" ]; then ln -sf "/usr/share/zoneinfo/$1" /etc/localtime || exit; fi
  if [ -n "$2" ]; then
    [ -e /etc/adjtime ] || printf '0.0 0 0.0\\n0\\nUTC\\n' >/etc/adjtime
    sed -i "3s/.*/$([ "$2" = local ] && echo LOCAL || echo UTC)/" /etc/adjtime || exit
  fi
fi
if [ -n "$1" ] && { [ -e /etc/timezone ] || [ -e /etc/debian_version ]; }; then echo "$1" >/etc/timezone; fi
"""


@options(AtLeastOne("name", "hwclock"))
class Options:
    """What ``timezone`` accepts."""

    name: str | None = None
    """The time zone, such as Europe/Rome."""
    hwclock: Annotated[Literal["UTC", "local"] | None, Alias("rtc")] = None
    """Whether the machine's own clock runs in UTC or local time."""


class Timezone(Module[Options]):
    """Set the machine's time zone."""

    name = "timezone"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See how the clock is set, and set it otherwise if need be. Raises ``Failed``."""
        del facts
        wanted = self.options
        answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", wanted.name or ""))
        told = dict(line.partition(" ")[::2] for line in answer.stdout.splitlines())
        if wanted.name is not None and "zone" not in told:
            hint = "install the package tzdata" if "data" not in told else "names look like Europe/Berlin"
            raise Failed(f"There is no time zone called {wanted.name!r} on the machine", hint)
        changes: list[str] = []
        if wanted.name is not None and (told.get("now") != wanted.name or told.get("file", wanted.name) != wanted.name):
            changes.append("name")
        clock = "local" if told.get("clock") == "LOCAL" else "UTC"
        if wanted.hwclock is not None and wanted.hwclock != clock:
            changes.append("hwclock")
        if changes:
            zone = wanted.name if "name" in changes else ""
            mode = wanted.hwclock if "hwclock" in changes else ""
            verb = Do(("/bin/sh", "-c", _SET, "sh", zone or "", mode or "", told.get("by", "")))
            yield from done(verb, "the time zone cannot be set")
        values = {key: value for key, value in (("name", wanted.name), ("hwclock", wanted.hwclock)) if value}
        return Outcome(values, changed=bool(changes))
