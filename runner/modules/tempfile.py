"""The ``tempfile`` module."""

from __future__ import annotations

from typing import Literal

from runner.sdk import Module, options


@options()
class Options:
    """What ``tempfile`` accepts."""

    state: Literal["directory", "file"] = "file"
    """What to make."""
    path: str | None = None
    """Directory in which it is made."""
    prefix: str = "ansible."
    """What its name begins with."""
    suffix: str = ""
    """What its name ends with."""


class Tempfile(Module[Options]):
    """Make a temporary file or directory on the machine."""

    name = "tempfile"
