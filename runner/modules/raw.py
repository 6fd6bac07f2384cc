"""The ``raw`` module."""

from __future__ import annotations

from runner.sdk import Module, options


@options()
class Options:
    """What ``raw`` accepts."""

    cmd: str
    """Command line."""
    executable: str | None = None
    """Shell that runs it, by its full path."""


class Raw(Module[Options]):
    """Run a command line on the machine as it is, with nothing looked at before or after."""

    name = "raw"
    free_form = "cmd"
