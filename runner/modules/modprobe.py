"""The ``modprobe`` module."""

from __future__ import annotations

from typing import Literal

from runner.sdk import Module, options


@options()
class Options:
    """What ``modprobe`` accepts."""

    name: str
    """Which module."""
    state: Literal["absent", "present"] = "present"
    """Whether it is to be loaded."""
    params: str = ""
    """Parameters of the module."""
    persistent: Literal["disabled", "absent", "present"] = "disabled"
    """Whether it is also loaded when the machine starts; disabled leaves that as it is."""


class Modprobe(Module[Options]):
    """Load and unload modules of the kernel."""

    name = "modprobe"
