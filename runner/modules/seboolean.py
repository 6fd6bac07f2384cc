"""The ``seboolean`` module."""

from __future__ import annotations

from runner.sdk import Module, options


@options()
class Options:
    """What ``seboolean`` accepts."""

    name: str
    """Which boolean."""
    state: bool
    """Whether it is to be on."""
    persistent: bool = False
    """Keep it so when the machine starts."""
    ignore_selinux_state: bool = False
    """Work even if SELinux seems to be off, as in a chroot."""


class Seboolean(Module[Options]):
    """Switch SELinux booleans on and off."""

    name = "seboolean"
