"""The ``group_by`` module."""

from __future__ import annotations

from typing import Annotated

from runner.sdk import Module, Separated, options


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
