"""The ``kernel_blacklist`` module."""

from __future__ import annotations

from typing import Literal

from runner.sdk import Module, options


@options()
class Options:
    """What ``kernel_blacklist`` accepts."""

    name: str
    """Which module."""
    state: Literal["absent", "present"] = "present"
    """Whether it is kept out."""
    blacklist_file: str = "/etc/modprobe.d/blacklist-ansible.conf"
    """File that says so."""


class KernelBlacklist(Module[Options]):
    """Keep modules of the kernel from being loaded."""

    name = "kernel_blacklist"
