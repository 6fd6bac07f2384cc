"""The ``setup`` module."""

from __future__ import annotations

from typing import Annotated

from runner.modules.shared import Texts
from runner.sdk import Module, Separated, options


@options()
class Options:
    """What ``setup`` accepts."""

    gather_subset: Annotated[tuple[str, ...], Separated()] = ("all",)
    """Kinds of facts, such as network or !hardware."""
    filter: Texts | None = None
    """Patterns of names of facts; only these are kept."""
    gather_timeout: int = 10
    """How many seconds one kind of facts may take."""
    fact_path: str = "/etc/ansible/facts.d"
    """Directory on the machine with facts of its own."""


class Setup(Module[Options]):
    """Find out about the machine: its facts."""

    name = "setup"
