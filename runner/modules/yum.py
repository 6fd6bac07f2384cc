"""The ``yum`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from runner.modules.shared import RpmPackages
from runner.modules.support.rpm import gap, packages
from runner.sdk import AtLeastOne, Module, Work, options


@options(AtLeastOne("name", "list", "update_cache", "autoremove"))
class Options(RpmPackages):
    """What ``yum`` accepts."""

    use_backend: Literal["auto", "dnf", "dnf4", "dnf5", "yum", "yum4"] = "auto"
    """Which version of yum or dnf to use."""


class Yum(Module[Options]):
    """Install, upgrade and remove RPM packages; on current systems, dnf does the work."""

    name = "yum"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return gap(options)

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what is installed, and bring what is missing in one transaction. Raises ``Failed``."""
        backend = "yum" if self.options.use_backend == "auto" else self.options.use_backend
        return (yield from packages(self.options, backend, facts))
