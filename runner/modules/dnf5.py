"""The ``dnf5`` module."""

from __future__ import annotations

from typing import Annotated

from runner.modules.shared import RpmPackages
from runner.sdk import AtLeastOne, Deprecated, Module, options


@options(AtLeastOne("name", "list", "update_cache", "autoremove"))
class Options(RpmPackages):
    """What ``dnf5`` accepts."""

    auto_install_module_deps: Annotated[bool | None, Deprecated("leave it out")] = None
    """Switch for Ansible's Python library for dnf5, which is not needed."""


class Dnf5(Module[Options]):
    """Install, upgrade and remove RPM packages with dnf5."""

    name = "dnf5"
