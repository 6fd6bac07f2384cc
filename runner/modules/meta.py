"""The ``meta`` module."""

from __future__ import annotations

from typing import Literal

from runner.sdk import Module, options


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
