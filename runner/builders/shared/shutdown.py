"""How a machine is shut down before its image is made."""

from __future__ import annotations

from runner.builders.shared.group import group
from runner.sdk import Duration


@group()
class Shutdown:
    """How the machine is shut down."""

    shutdown_command: str | None = None
    """Command that shuts the machine down; without it the power is cut or its button pressed."""
    shutdown_timeout: Duration = "5m"
    """How long to wait until the machine is off."""
