"""The ``ping`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.sdk import Ask, Failed, Module, Outcome, Work, options


@options()
class Options:
    """What ``ping`` accepts."""

    data: str = "pong"
    """What the answer says; crash makes the task fail."""


class Ping(Module[Options]):
    """See whether the machine answers."""

    name = "ping"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask for nothing, and answer. Raises ``Failed`` for ``crash``, as Ansible's does."""
        del facts
        if self.options.data == "crash":
            raise Failed("boom")
        yield Ask(("true",))
        return Outcome({"ping": self.options.data}, changed=False)
