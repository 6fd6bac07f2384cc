"""The ``windows_update`` module."""

from __future__ import annotations

from typing import Annotated

from runner.modules.shared import Elevated
from runner.sdk import Duration, Minimum, Module, options


@options()
class Options(Elevated):
    """What ``windows_update`` accepts."""

    search_criteria: str = "BrowseOnly=0 and IsInstalled=0"
    """Which updates are looked for, in the notation of Windows."""
    filters: list[str] | None = None
    """Which of them are installed, each written include:expression or exclude:expression; the first that
    fits counts.
    """
    update_limit: Annotated[int, Minimum(1)] = 1000
    """How many updates are installed between two restarts."""
    restart_timeout: Duration = "4h"
    """How long to wait for the machine after a restart."""


class WindowsUpdate(Module[Options]):
    """Install updates of Windows, with the restarts that they need."""

    name = "windows_update"
    aliases = ("windows-update",)
