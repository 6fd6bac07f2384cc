"""The ``selinux`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, Module, options


@options()
class Options:
    """What ``selinux`` accepts."""

    state: Literal["disabled", "enforcing", "permissive"]
    """The mode of SELinux."""
    policy: str | None = None
    """The policy, such as targeted; needed unless state is disabled."""
    configfile: Annotated[str, Alias("conf", "file")] = "/etc/selinux/config"
    """File that holds these settings."""
    update_kernel_param: bool = False
    """Set the kernel's parameter too, so that it is so when the machine starts."""


class Selinux(Module[Options]):
    """Switch SELinux on and off, and choose its policy."""

    name = "selinux"
