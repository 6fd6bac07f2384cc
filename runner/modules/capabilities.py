"""The ``capabilities`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, Module, options


@options()
class Options:
    """What ``capabilities`` accepts."""

    path: Annotated[str, Alias("key")]
    """Which file."""
    capability: Annotated[str, Alias("cap")]
    """The capability, with operator and flags to set it, as in cap_net_raw+ep."""
    state: Literal["absent", "present"] = "present"
    """Whether the file is to have it."""


class Capabilities(Module[Options]):
    """Set and remove Linux capabilities of files."""

    name = "capabilities"
