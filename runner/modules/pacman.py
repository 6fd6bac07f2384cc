"""The ``pacman`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Texts
from runner.sdk import Alias, AtLeastOne, AtMostOne, Module, options


@options(AtMostOne("name", "upgrade"), AtLeastOne("name", "update_cache", "upgrade"))
class Options:
    """What ``pacman`` accepts."""

    name: Annotated[Texts | None, Alias("package", "pkg")] = None
    """Packages, groups, files or URLs."""
    state: Literal["absent", "installed", "latest", "present", "removed"] = "present"
    """Whether they are to be there; latest upgrades them."""
    update_cache: bool | None = None
    """Fetch the lists of packages first."""
    update_cache_extra_args: str = ""
    """More arguments for fetching the lists."""
    upgrade: bool | None = None
    """Upgrade all packages."""
    upgrade_extra_args: str = ""
    """More arguments for upgrading."""
    force: bool = False
    """Remove packages without any check."""
    remove_nosave: bool = False
    """Keep no copies of changed configuration files of removed packages."""
    reason: Literal["dependency", "explicit"] | None = None
    """Whether the packages count as wanted or as dependencies."""
    reason_for: Literal["all", "new"] = "new"
    """Whether the reason is set for new packages only."""
    executable: str = "pacman"
    """Program to use, pacman or one like it."""
    extra_args: str = ""
    """More arguments for the program."""


class Pacman(Module[Options]):
    """Install, upgrade and remove packages on Arch Linux."""

    name = "pacman"
