"""The ``dnf`` module."""

from __future__ import annotations

from typing import Literal

from runner.modules.shared import RpmPackages
from runner.sdk import AtLeastOne, Module, options


@options(AtLeastOne("name", "list", "update_cache", "autoremove"))
class Options(RpmPackages):
    """What ``dnf`` accepts."""

    use_backend: Literal["auto", "dnf", "dnf4", "dnf5", "yum", "yum4"] = "auto"
    """Which version of dnf to use."""


class Dnf(Module[Options]):
    """Install, upgrade and remove RPM packages."""

    name = "dnf"
