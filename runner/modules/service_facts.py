"""The ``service_facts`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.sdk import Ask, Module, Outcome, Work, options

_LOOK = r"""
if [ -d /etc/init.d ] && command -v service >/dev/null && ! command -v rc-status >/dev/null; then
  service --status-all 2>&1 | sed -n 's/^ *\[ [-+?] \] /script &/p'
fi
if command -v systemctl >/dev/null; then
  if [ -d /run/systemd/system ]; then
    systemctl list-units --no-pager --no-legend --plain --type service --all 2>/dev/null | sed 's/^/unit /'
    systemctl list-unit-files --no-pager --no-legend --type service --all 2>/dev/null | sed 's/^/file /'
  else
    systemctl --root=/ list-unit-files --no-pager --no-legend --type service 2>/dev/null | sed 's/^/file /'
  fi
fi
if command -v rc-status >/dev/null; then rc-status -a -f ini 2>/dev/null | grep = | sed 's/^/openrc /'; fi
"""
"""Writes a line for each service: who tells of it, and what."""


@options()
class Options:
    """What ``service_facts`` accepts."""


class ServiceFacts(Module[Options]):
    """Find out which services there are and which run, as the fact ``services``."""

    name = "service_facts"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask whatever manages services here."""
        del facts
        answer = yield Ask(("/bin/sh", "-c", _LOOK))
        services: dict[str, dict[str, str]] = {}
        for line in answer.stdout.splitlines():
            kind, _, rest = line.partition(" ")
            _READERS[kind](rest, services)
        return Outcome(changed=False, facts={"services": services})


def _of_script(line: str, services: dict[str, dict[str, str]]) -> None:
    """Read a line of ``service --status-all``, such as `` [ + ]  cron``."""
    mark, _, name = line.strip().removeprefix("[").partition("]")
    state = {"+": "running", "-": "stopped"}.get(mark.strip(), "unknown")
    services[name.strip()] = {"name": name.strip(), "state": state, "source": "sysv"}


def _of_unit(line: str, services: dict[str, dict[str, str]]) -> None:
    """Read a line of ``systemctl list-units``: unit, load, active, sub."""
    name, load, active, sub = line.replace("●", " ").split()[:4]
    state = "running" if sub == "running" else "stopped"
    status = next((word for word in (load, active) if word in ("not-found", "failed", "masked")), "")
    if state == "stopped" and active == "active":  # one that did its work, and is over
        state = "stopped"
    services[name] = {"name": name, "state": state, "status": status or "unknown", "source": "systemd"}


def _of_unit_file(line: str, services: dict[str, dict[str, str]]) -> None:
    """Read a line of ``systemctl list-unit-files``: unit, state."""
    name, status, *_ = (*line.split(), "unknown")
    known = services.setdefault(name, {"name": name, "state": "inactive", "source": "systemd"})
    if known.get("status", "unknown") in ("unknown", "masked"):
        known["status"] = status


def _of_openrc(line: str, services: dict[str, dict[str, str]]) -> None:
    """Read a line of ``rc-status -f ini``, such as ``crond = started``."""
    name, _, state = (word.strip() for word in line.partition("="))
    running = "running" if state == "started" else "stopped"
    services[name] = {"name": name, "state": running, "status": state, "source": "openrc"}


_READERS = {"script": _of_script, "unit": _of_unit, "file": _of_unit_file, "openrc": _of_openrc}
