"""The ``assert`` module."""  # noqa: N999 - called as its task is

from __future__ import annotations

from typing import Annotated, Any

from runner.sdk import Alias, Module, options


@options()
class Options:
    """What ``assert`` accepts."""

    that: list[Any]
    """Conditions, written as in when; all of them have to hold."""
    fail_msg: Annotated[str | None, Alias("msg")] = None
    """What to say when a condition does not hold."""
    success_msg: str | None = None
    """What to say when all conditions hold."""
    quiet: bool = False
    """Say nothing of the conditions that hold."""


class Assert(Module[Options]):
    """Stop the build unless all conditions hold."""

    name = "assert"
    controller = True
