"""The machine's screen over the network."""

from __future__ import annotations

from runner.builders.shared.group import group


@group()
class VncServer:
    """Where the machine's screen can be watched."""

    vnc_bind_address: str = "127.0.0.1"
    """Address of this computer at which the screen is offered."""
    vnc_port_min: int = 5900
    """Lowest port for the screen."""
    vnc_port_max: int = 6000
    """Highest port for the screen."""
