"""The ``dnf5`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from runner.modules.shared import RpmPackages
from runner.modules.support.rpm import gap, packages
from runner.sdk import AtLeastOne, Deprecated, Module, Work, options


@options(AtLeastOne("name", "list", "update_cache", "autoremove"))
class Options(RpmPackages):
    """What ``dnf5`` accepts."""

    auto_install_module_deps: Annotated[bool | None, Deprecated("leave it out")] = None
    """Switch for Ansible's Python library for dnf5, which is not needed."""


class Dnf5(Module[Options]):
    """Install, upgrade and remove RPM packages with dnf5."""

    name = "dnf5"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return gap(options)

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what is installed, and bring what is missing in one transaction. Raises ``Failed``."""
        backend = "dnf5"
        return (yield from packages(self.options, backend, facts))
