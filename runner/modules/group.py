"""The ``group`` module."""

from __future__ import annotations

from typing import Literal

from runner.sdk import Module, Requires, options


@options(Requires("non_unique", "gid"))
class Options:
    """What ``group`` accepts."""

    name: str
    """Name of the group."""
    state: Literal["absent", "present"] = "present"
    """Whether the group is to be there."""
    gid: int | None = None
    """The group's number."""
    gid_min: int | None = None
    """Smallest number for a new group."""
    gid_max: int | None = None
    """Largest number for a new group."""
    system: bool = False
    """Make a system group."""
    non_unique: bool = False
    """Let the number belong to another group as well."""
    local: bool = False
    """Work on the machine's own files only, where groups also come from a directory service."""
    force: bool = False
    """Remove the group even if it is the first group of a user."""


class Group(Module[Options]):
    """Create, change and remove groups of users."""

    name = "group"
