"""The ``hostname`` module."""

from __future__ import annotations

from typing import Literal

from runner.sdk import Module, options


@options()
class Options:
    """What ``hostname`` accepts."""

    name: str
    """The host name."""
    use: (
        Literal[
            "alpine",
            "debian",
            "freebsd",
            "generic",
            "macos",
            "macosx",
            "darwin",
            "openbsd",
            "openrc",
            "redhat",
            "sles",
            "solaris",
            "systemd",
        ]
        | None
    ) = None
    """How to set it; left out, it is chosen by the operating system."""


class Hostname(Module[Options]):
    """Set the machine's host name."""

    name = "hostname"
