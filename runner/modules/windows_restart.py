"""The ``windows_restart`` module."""

from __future__ import annotations

from runner.sdk import Duration, Module, options


@options()
class Options:
    """What ``windows_restart`` accepts."""

    restart_command: str = "shutdown /r /f /t 0"
    """Command that restarts it."""
    restart_check_command: str | None = None
    """Command that succeeds when it is ready."""
    restart_timeout: Duration = "5m"
    """How long to wait until it answers."""
    check_registry: bool = False
    """Wait until the registry says that no restart is pending."""
    registry_keys: list[str] | None = None
    """Keys of the registry that say so, instead of the usual ones."""


class WindowsRestart(Module[Options]):
    """Restart a Windows machine, and go on when it answers again."""

    name = "windows_restart"
    aliases = ("windows-restart",)
