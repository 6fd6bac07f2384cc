"""The ``debug`` module."""

from __future__ import annotations

from typing import Any

from runner.sdk import AtMostOne, Module, options


@options(AtMostOne("msg", "var"))
class Options:
    """What ``debug`` accepts."""

    msg: Any = "Hello world!"
    """What to show: a text or any other value."""
    var: str | None = None
    """Variable or expression to show, written without braces."""
    verbosity: int = 0
    """Show it only if the build was started at least this verbose."""


class Debug(Module[Options]):
    """Show a message or the value of a variable."""

    name = "debug"
    controller = True
