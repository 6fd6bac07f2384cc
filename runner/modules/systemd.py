"""The ``systemd`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.modules.support.services import Request, served
from runner.sdk import Alias, Failed, Module, Work, options


@options()
class Options:
    """What ``systemd`` accepts."""

    name: Annotated[str | None, Alias("service", "unit")] = None
    """Which unit; without an ending it is a service."""
    state: Literal["reloaded", "restarted", "started", "stopped"] | None = None
    """Whether it is to run; restarted and reloaded always do so."""
    enabled: bool | None = None
    """Whether it is to start with the machine."""
    masked: bool | None = None
    """Make it impossible to start, or possible again."""
    daemon_reload: Annotated[bool, Alias("daemon-reload")] = False
    """Have systemd read its files again first."""
    daemon_reexec: Annotated[bool, Alias("daemon-reexec")] = False
    """Have systemd start itself anew first."""
    scope: Literal["system", "user", "global"] = "system"
    """Which manager to talk to: the system's, this user's, or the one for all users."""
    no_block: bool = False
    """Ask for the work without waiting for it."""
    force: bool | None = None
    """Replace symbolic links that are in the way."""
    services: Literal["offline", "start", "fail"] = "start"
    """What to do about starting and stopping where no init runs: have the init script do it if there is one, leave
    services alone, or fail; plays say it for all of their tasks with their keyword services."""



class Systemd(Module[Options]):
    """Start, stop, enable and mask systemd's units.

    Where systemd does not run, as in a container, units are enabled, disabled and masked in the files that it reads in
    the finished image. A service is started, stopped and restarted by its init script in /etc/init.d if it has one, and
    otherwise that is skipped.
    """

    name = "systemd"
    aliases = ("systemd_service",)

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look at the unit, and bring it into the state that is asked for."""
        del facts
        wanted = self.options
        if wanted.name is None and (wanted.state, wanted.enabled, wanted.masked) != (None, None, None):
            raise Failed("state, enabled and masked need the name of a unit", "add name")
        return (yield from served(Request(
            wanted.name or "", wanted.state, wanted.enabled, wanted.masked, wanted.daemon_reload,
            wanted.daemon_reexec, wanted.scope, wanted.no_block, bool(wanted.force),
            services=wanted.services,
        )))
