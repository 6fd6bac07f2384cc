"""The ``ping`` module."""

from __future__ import annotations

from runner.sdk import Module, options


@options()
class Options:
    """What ``ping`` accepts."""

    data: str = "pong"
    """What the answer says; crash makes the task fail."""


class Ping(Module[Options]):
    """See whether the machine answers."""

    name = "ping"
