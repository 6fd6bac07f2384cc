"""The ``rhsm_repository`` module."""

from __future__ import annotations

from typing import Literal

from runner.modules.shared import Texts
from runner.sdk import Module, options


@options()
class Options:
    """What ``rhsm_repository`` accepts."""

    name: Texts
    """Which repositories; wildcards are allowed."""
    state: Literal["disabled", "enabled"] = "enabled"
    """Whether they are to be on."""
    purge: bool = False
    """Switch off all others."""


class RhsmRepository(Module[Options]):
    """Switch repositories of a Red Hat subscription on and off."""

    name = "rhsm_repository"
