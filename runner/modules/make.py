"""The ``make`` module."""

from __future__ import annotations

from typing import Any

from runner.modules.shared import Texts
from runner.sdk import AtMostOne, Module, options


@options(AtMostOne("target", "targets"))
class Options:
    """What ``make`` accepts."""

    chdir: str
    """Directory in which make runs."""
    target: str | None = None
    """What to make."""
    targets: Texts | None = None
    """Several things to make."""
    params: dict[str, Any] | None = None
    """Variables for make."""
    file: str | None = None
    """The makefile."""
    jobs: int | None = None
    """How many jobs run at the same time."""
    make: str | None = None
    """The make to use."""


class Make(Module[Options]):
    """Run make on the machine."""

    name = "make"
