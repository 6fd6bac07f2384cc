"""The ``group_by`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from runner.sdk import Module, Outcome, Separated, Work, options


@options()
class Options:
    """What ``group_by`` accepts."""

    key: str
    """Name of the group."""
    parents: Annotated[tuple[str, ...], Separated()] = ("all",)
    """Groups that this one belongs to."""


class GroupBy(Module[Options]):
    """Put the machine into a group that is named by a value."""

    name = "group_by"
    controller = True

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Put the machine into a group, which no other play asks for: there is one machine in a build."""
        del facts
        yield from ()
        name = self.options.key.replace(" ", "-")
        return Outcome({"add_group": name, "parent_groups": list(self.options.parents)}, changed=False)
