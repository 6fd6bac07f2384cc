"""The ``fail`` module."""

from __future__ import annotations

from runner.sdk import Module, options


@options()
class Options:
    """What ``fail`` accepts."""

    msg: str = "Failed as requested from task"
    """Why the build stops."""


class Fail(Module[Options]):
    """Stop the build with a message."""

    name = "fail"
    controller = True
