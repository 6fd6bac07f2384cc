"""The ``copr`` module."""

from __future__ import annotations

from typing import Literal

from runner.modules.shared import Texts
from runner.sdk import Module, options


@options()
class Options:
    """What ``copr`` accepts."""

    name: str
    """Which one, written owner/project."""
    state: Literal["absent", "enabled", "disabled"] = "enabled"
    """Whether it is to be on."""
    chroot: str | None = None
    """System that its packages are for, such as epel-9-x86_64."""
    host: str = "copr.fedorainfracloud.org"
    """Server of the repositories."""
    protocol: str = "https"
    """Protocol of that server."""
    includepkgs: Texts | None = None
    """The only packages that are taken from it."""
    excludepkgs: Texts | None = None
    """Packages that are not taken from it."""


class Copr(Module[Options]):
    """Switch Fedora's Copr repositories on and off."""

    name = "copr"
