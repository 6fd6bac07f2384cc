"""The ``slurp`` module."""

from __future__ import annotations

from typing import Annotated

from runner.sdk import Alias, Module, options


@options()
class Options:
    """What ``slurp`` accepts."""

    src: Annotated[str, Alias("path")]
    """Which file."""


class Slurp(Module[Options]):
    """Read a file on the machine into a variable, encoded in base 64."""

    name = "slurp"
