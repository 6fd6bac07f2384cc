"""The ``add_host`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from runner.modules.shared import Texts
from runner.sdk import Alias, Failed, Module, Work, options


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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Refuse: a build has one machine, and nothing would ever run on another. Raises ``Failed``."""
        del facts
        yield from ()
        raise Failed(
            f"the host {self.options.name!r} cannot be added: a build works on the one machine that it makes",
            "make a source and a build for it, or delegate to localhost",
        )
