"""The ``expect`` module."""

from __future__ import annotations

from typing import Any

from runner.sdk import Duration, Module, options


@options()
class Options:
    """What ``expect`` accepts."""

    command: str
    """Program and its arguments."""
    responses: dict[str, Any]
    """Answers by the regular expression that a question matches; a list is used up one by one."""
    timeout: Duration | None = "30"
    """How long to wait for a question; a bare number is seconds, nothing is no limit."""
    echo: bool = False
    """Show the answers."""
    chdir: str | None = None
    """Directory in which it runs."""
    creates: str | None = None
    """Do nothing if this file is there."""
    removes: str | None = None
    """Do nothing unless this file is there."""


class Expect(Module[Options]):
    """Run a program on the machine and answer its questions."""

    name = "expect"
