"""The ``alternatives`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, AtLeastOne, Module, options


@options()
class Subcommand:
    """A link that changes together with another."""

    name: str
    """Name of the choice."""
    path: str
    """Program that the name is to stand for."""
    link: str
    """Symbolic link that leads to it."""


@options(AtLeastOne("path", "family"))
class Options:
    """What ``alternatives`` accepts."""

    name: str
    """Name of the choice, such as java."""
    path: str | None = None
    """Program that the name is to stand for."""
    link: str | None = None
    """Symbolic link that leads to it; needed if the choice is new."""
    priority: int | None = None
    """Its rank among the alternatives."""
    state: Literal["present", "selected", "auto", "absent"] = "selected"
    """Whether it is one of the alternatives, and whether it is the one chosen."""
    family: str | None = None
    """Family of alternatives, on Red Hat systems."""
    subcommands: Annotated[list[Subcommand] | None, Alias("slaves")] = None
    """Further links that change together with this one."""


class Alternatives(Module[Options]):
    """Choose which of several programs a command's name stands for."""

    name = "alternatives"
