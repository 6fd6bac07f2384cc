"""The ``dpkg_selections`` module."""

from __future__ import annotations

from typing import Literal

from runner.sdk import Module, options


@options()
class Options:
    """What ``dpkg_selections`` accepts."""

    name: str
    """Which package."""
    selection: Literal["install", "hold", "deinstall", "purge"]
    """The mark."""


class DpkgSelections(Module[Options]):
    """Put Debian packages on hold, or mark them in another way."""

    name = "dpkg_selections"
