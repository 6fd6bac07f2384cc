"""The ``raw`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.modules.support.commands import ended, plain_values
from runner.sdk import Do, Module, Work, options


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
    foresees = False

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Run the command line."""
        del facts
        answer = yield Do((self.options.executable or "/bin/sh", "-c", self.options.cmd))
        return ended(plain_values(answer), answer.status)
