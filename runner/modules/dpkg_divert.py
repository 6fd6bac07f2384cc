"""The ``dpkg_divert`` module."""

from __future__ import annotations

from typing import Literal

from runner.sdk import Module, options


@options()
class Options:
    """What ``dpkg_divert`` accepts."""

    path: str
    """Which file."""
    state: Literal["absent", "present"] = "present"
    """Whether packages' versions of the file go elsewhere."""
    divert: str | None = None
    """Where they go."""
    holder: str | None = None
    """Package whose version is let through."""
    rename: bool = False
    """Move the present file too."""
    force: bool = False
    """Move it even over a file that is there."""


class DpkgDivert(Module[Options]):
    """Keep Debian packages from writing over a file."""

    name = "dpkg_divert"
