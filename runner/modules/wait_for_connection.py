"""The ``wait_for_connection`` module."""

from __future__ import annotations

from runner.sdk import Duration, Module, options


@options()
class Options:
    """What ``wait_for_connection`` accepts."""

    timeout: Duration = "600"
    """How long to wait at most; a bare number is seconds."""
    delay: Duration = "0"
    """How long to wait before trying for the first time."""
    sleep: Duration = "1"
    """How long to wait between two tries."""
    connect_timeout: Duration = "5"
    """How long one try may take."""


class WaitForConnection(Module[Options]):
    """Wait until the machine answers."""

    name = "wait_for_connection"
