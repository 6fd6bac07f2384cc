"""The ``apache2_module`` module."""

from __future__ import annotations

from typing import Literal

from runner.sdk import Module, options


@options()
class Options:
    """What ``apache2_module`` accepts."""

    name: str
    """Which module."""
    state: Literal["present", "absent"] = "present"
    """Whether it is to be on."""
    identifier: str | None = None
    """Its name in Apache's own list, if it is another one."""
    force: bool = False
    """Switch off modules even if others need them."""
    ignore_configcheck: bool = False
    """Go on if Apache finds its configuration wrong."""
    warn_mpm_absent: bool = True
    """Warn if no module for processes is on."""


class Apache2Module(Module[Options]):
    """Switch modules of the Apache web server on and off."""

    name = "apache2_module"
