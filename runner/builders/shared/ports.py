"""Ports of this computer that lead to a machine's SSH server."""

from __future__ import annotations

from typing import Annotated

from runner.builders.shared.group import group
from runner.sdk import Deprecated


@group()
class HostPorts:
    """Ports of this computer that lead to the machine."""

    host_port_min: int = 2222
    """Lowest port of this computer to forward to the machine."""
    host_port_max: int = 4444
    """Highest port of this computer to forward to the machine."""
    skip_nat_mapping: bool = False
    """Forward no port, because the machine can be reached directly."""
    ssh_host_port_min: Annotated[int | None, Deprecated("write host_port_min")] = None
    """The older name of `host_port_min`."""
    ssh_host_port_max: Annotated[int | None, Deprecated("write host_port_max")] = None
    """The older name of `host_port_max`."""
