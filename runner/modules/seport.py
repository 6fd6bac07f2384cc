"""The ``seport`` module."""

from __future__ import annotations

from typing import Literal

from runner.modules.shared import Texts
from runner.sdk import Module, options


@options()
class Options:
    """What ``seport`` accepts."""

    ports: Texts
    """Ports or ranges of ports."""
    proto: Literal["tcp", "udp"]
    """Their protocol."""
    setype: str
    """Their SELinux type."""
    state: Literal["absent", "present"] = "present"
    """Whether the ports are to have it."""
    local: bool = False
    """Look at the machine's own changes only."""
    reload: bool = True
    """Load SELinux's policy again after a change."""
    ignore_selinux_state: bool = False
    """Work even if SELinux seems to be off, as in a chroot."""


class Seport(Module[Options]):
    """Set the SELinux types of network ports."""

    name = "seport"
