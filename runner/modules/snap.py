"""The ``snap`` module."""

from __future__ import annotations

from typing import Literal

from runner.modules.shared import Texts
from runner.sdk import Module, options


@options()
class Options:
    """What ``snap`` accepts."""

    name: Texts
    """Which snaps."""
    state: Literal["absent", "present", "enabled", "disabled"] = "present"
    """Whether they are to be there, and switched on."""
    channel: str | None = None
    """Channel that they come from, such as latest/stable."""
    classic: bool = False
    """Install them without confinement."""
    dangerous: bool = False
    """Install files that nobody signed."""
    options: Texts | None = None
    """Settings of the snaps, each written key=value or snap:key=value."""


class Snap(Module[Options]):
    """Install and remove snaps."""

    name = "snap"
