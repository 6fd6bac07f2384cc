"""The ``add_host`` module."""

from __future__ import annotations

from typing import Annotated, Any

from runner.modules.shared import Texts
from runner.sdk import Alias, Module, options


@options(open_ended=True)
class Options:
    """What ``add_host`` accepts."""

    name: Annotated[str, Alias("host", "hostname")]
    """Name of the host."""
    groups: Annotated[Texts | None, Alias("group", "groupname")] = None
    """Groups that the host belongs to."""
    extra: dict[str, Any]
    """Variables of the host."""


class AddHost(Module[Options]):
    """Add a host to the inventory, with variables of its own."""

    name = "add_host"
    controller = True
