"""The ``apk`` module."""

from __future__ import annotations

from typing import Literal

from runner.modules.shared import Texts
from runner.sdk import AtLeastOne, AtMostOne, Module, options


@options(AtMostOne("name", "upgrade"), AtLeastOne("name", "update_cache", "upgrade"))
class Options:
    """What ``apk`` accepts."""

    name: Texts | None = None
    """Packages, each with its version if need be."""
    state: Literal["present", "absent", "latest", "installed", "removed"] = "present"
    """Whether they are to be there; latest upgrades them."""
    update_cache: bool = False
    """Fetch the lists of packages first."""
    upgrade: bool = False
    """Upgrade all packages."""
    available: bool = False
    """When upgrading, take what the repositories hold even if it is older."""
    no_cache: bool = False
    """Keep no lists of packages on the machine."""
    repository: Texts | None = None
    """Repositories to use instead of the machine's."""
    world: str = "/etc/apk/world"
    """File of the packages that were asked for."""


class Apk(Module[Options]):
    """Install, upgrade and remove packages on Alpine Linux."""

    name = "apk"
