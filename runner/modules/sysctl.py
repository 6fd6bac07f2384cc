"""The ``sysctl`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, Module, options


@options()
class Options:
    """What ``sysctl`` accepts."""

    name: Annotated[str, Alias("key")]
    """The parameter, such as net.ipv4.ip_forward."""
    value: Annotated[str | None, Alias("val")] = None
    """Its value; needed unless state is absent."""
    state: Literal["present", "absent"] = "present"
    """Whether the file is to hold the parameter."""
    sysctl_file: str = "/etc/sysctl.conf"
    """File that holds it."""
    sysctl_set: bool = False
    """Set the running kernel's parameter too if it has another value."""
    reload: bool = True
    """Have sysctl read the file after a change."""
    ignoreerrors: bool = False
    """Go on if the kernel does not know the parameter."""


class Sysctl(Module[Options]):
    """Set kernel parameters, and keep them in sysctl's files."""

    name = "sysctl"
