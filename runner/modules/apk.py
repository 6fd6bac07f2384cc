"""The ``apk`` module."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from runner.modules.package import Options as PackageOptions
from runner.modules.package import Package
from runner.modules.shared import Texts
from runner.sdk import AtLeastOne, AtMostOne, Module, Work, options


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

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return "world" if options.get("world") not in (None, "/etc/apk/world") else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what is installed, and bring what is missing in one transaction."""
        wanted = self.options
        flags = ["--available"] if wanted.available else []
        flags += ["--no-cache"] if wanted.no_cache else []
        flags += [word for each in wanted.repository or () for word in ("--repository", each)]
        options = PackageOptions(
            name=wanted.name, state=wanted.state, update_cache=wanted.update_cache or None,
            upgrade=wanted.upgrade or None, extra_args=shlex.join(flags) or None, use="apk",
        )
        outcome = yield from Package(options).apply(facts)
        return replace(outcome, values={**outcome.values, "packages": wanted.name or []})
