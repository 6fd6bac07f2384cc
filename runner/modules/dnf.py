"""The ``dnf`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from runner.modules.shared import RpmPackages
from runner.modules.support.rpm import gap, packages
from runner.sdk import AtLeastOne, Module, Work, options


@options(AtLeastOne("name", "list", "update_cache", "autoremove"))
class Options(RpmPackages):
    """What ``dnf`` accepts."""

    use_backend: Literal["auto", "dnf", "dnf4", "dnf5", "yum", "yum4"] = "auto"
    """Which version of dnf to use."""


class Dnf(Module[Options]):
    """Install, upgrade and remove RPM packages."""

    name = "dnf"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return gap(options)

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what is installed, and bring what is missing in one transaction. Raises ``Failed``."""
        backend = self.options.use_backend
        return (yield from packages(self.options, backend, facts))
