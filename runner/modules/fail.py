"""The ``fail`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.sdk import Module, Outcome, Work, options


@options()
class Options:
    """What ``fail`` accepts."""

    msg: str = "Failed as requested from task"
    """Why the build stops."""


class Fail(Module[Options]):
    """Stop the build with a message."""

    name = "fail"
    controller = True

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Fail."""
        del facts
        yield from ()
        return Outcome(changed=False, failed=self.options.msg)
