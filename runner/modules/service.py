"""The ``service`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, Module, options


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


class Service(Module[Options]):
    """Start, stop and enable services with the machine's own service manager."""

    name = "service"
