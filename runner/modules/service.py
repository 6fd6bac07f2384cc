"""The ``service`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.modules.support.services import Request, served
from runner.sdk import Alias, Module, Work, options


@options()
class Options:
    """What ``service`` accepts."""

    name: str
    """Which service."""
    state: Literal["reloaded", "restarted", "started", "stopped"] | None = None
    """Whether it is to run; restarted and reloaded always do so."""
    enabled: bool | None = None
    """Whether it is to start with the machine."""
    arguments: Annotated[str, Alias("args")] = ""
    """More arguments for its start, where the service manager takes any."""
    pattern: str | None = None
    """Text in the list of processes by which to tell that it runs, where it has no status command."""
    runlevel: str = "default"
    """Runlevel that it belongs to, with OpenRC."""
    sleep: int | None = None
    """How many seconds to wait between stop and start of a restart."""
    use: str = "auto"
    """Service manager to use, such as systemd or sysvinit; auto finds out."""
    masked: bool | None = None
    """Make it impossible to start, with systemd."""
    daemon_reload: Annotated[bool | None, Alias("daemon-reload")] = None
    """Have systemd read its files again first."""
    daemon_reexec: Annotated[bool | None, Alias("daemon-reexec")] = None
    """Have systemd start itself anew first."""
    scope: Literal["system", "user", "global"] | None = None
    """Which of systemd's managers to talk to."""
    no_block: bool | None = None
    """Have systemd do the work without waiting for it."""
    force: bool | None = None
    """Let systemd replace symbolic links that are in the way."""
    services: Literal["offline", "start", "fail"] = "start"
    """What to do about starting and stopping where no init runs: have the init script do it if there is one, leave
    services alone, or fail; plays say it for all of their tasks with their keyword services."""



class Service(Module[Options]):
    """Start, stop and enable services with the machine's own service manager.

    Where no init runs, as in a container, services are enabled, disabled and masked in the files that the finished
    image's init reads. They are started, stopped and restarted by their init script in /etc/init.d if they have one,
    and otherwise that is skipped; also if policy-rc.d is there and forbids it, as on machines of the builder rootfs.
    """

    name = "service"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look at the service, and bring it into the state that is asked for."""
        del facts
        wanted = self.options
        return (yield from served(Request(
            wanted.name, wanted.state, wanted.enabled, wanted.masked, bool(wanted.daemon_reload),
            bool(wanted.daemon_reexec), wanted.scope or "system", bool(wanted.no_block), bool(wanted.force),
            wanted.arguments, wanted.pattern or "", wanted.runlevel, wanted.sleep or 0, wanted.use,
            services=wanted.services,
        )))
