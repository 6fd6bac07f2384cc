"""The ``systemd`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, Module, options


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


class Systemd(Module[Options]):
    """Start, stop, enable and mask systemd's units."""

    name = "systemd"
    aliases = ("systemd_service",)
