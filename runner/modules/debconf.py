"""The ``debconf`` module."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from runner.sdk import Alias, Module, options


@options()
class Options:
    """What ``debconf`` accepts."""

    name: Annotated[str, Alias("pkg")]
    """Package that asks."""
    question: Annotated[str | None, Alias("selection", "setting")] = None
    """Which question; left out, the present answers are only read."""
    vtype: (
        Literal["boolean", "error", "multiselect", "note", "password", "seen", "select", "string", "text", "title"]
        | None
    ) = None
    """Kind of the answer."""
    value: Annotated[Any, Alias("answer")] = None
    """The answer."""
    unseen: bool = False
    """Let the question be asked all the same."""


class Debconf(Module[Options]):
    """Answer questions of Debian packages before they are asked."""

    name = "debconf"
