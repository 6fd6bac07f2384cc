"""The ``pacman`` module."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from runner.modules.package import Options as PackageOptions
from runner.modules.package import Package
from runner.modules.shared import Texts
from runner.sdk import Alias, AtLeastOne, AtMostOne, Module, Work, options


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

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        if options.get("reason") is not None:
            return "reason"
        return "executable" if options.get("executable") not in (None, "pacman") else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what is installed, and bring what is missing in one transaction."""
        wanted = self.options
        removing = wanted.state in ("absent", "removed")
        flags = ["--nosave"] if wanted.remove_nosave and removing else []
        if wanted.force:
            flags += ["--nodeps", "--nodeps"] if removing else ["--overwrite", "*"]
        extra = " ".join(filter(None, (
            shlex.join(flags), wanted.extra_args, wanted.upgrade_extra_args if wanted.upgrade else "",
            wanted.update_cache_extra_args if wanted.update_cache else "",
        )))
        options = PackageOptions(
            name=wanted.name, state=wanted.state, update_cache=wanted.update_cache, upgrade=wanted.upgrade,
            extra_args=extra or None, use="pacman",
        )
        outcome = yield from Package(options).apply(facts)
        return replace(outcome, values={**outcome.values, "packages": wanted.name or []})
