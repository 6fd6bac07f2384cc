"""The ``meta`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from runner.sdk import Module, Outcome, Signal, Work, options

_OF_MACHINES = ("reset_connection", "clear_facts")
"""Actions that mean something only where there is a machine."""


@options()
class Options:
    """What ``meta`` accepts."""

    action: Literal[
        "flush_handlers",
        "noop",
        "end_play",
        "end_host",
        "end_role",
        "end_batch",
        "reset_connection",
        "clear_facts",
        "clear_host_errors",
        "refresh_inventory",
    ]
    """What to do."""


class Meta(Module[Options]):
    """Tell the build itself to do something, such as to run the handlers that were notified."""

    name = "meta"
    free_form = "action"
    controller = True

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return the action if it needs a machine."""
        action = options.get("action")
        return f"meta: {action}" if action in _OF_MACHINES else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Pass the action on. A build has one machine, no inventory, and ends with its first error."""
        del facts
        match self.options.action:
            case "flush_handlers" | "end_role" as action:
                yield Signal(action)
            case "end_play" | "end_host" | "end_batch":
                yield Signal("end_play")
        return Outcome(changed=False)
