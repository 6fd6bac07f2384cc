"""The ``npm`` module."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from runner.sdk import Module, options


@options()
class Options:
    """What ``npm`` accepts."""

    name: str | None = None
    """Which package; left out, those that package.json in path names."""
    version: str | None = None
    """Its version."""
    state: Literal["present", "absent", "latest"] = "present"
    """Whether it is to be there; latest updates it."""
    path: str | None = None
    """Directory to install into."""
    global_: bool = field(default=False, metadata={"name": "global"})
    """Install it for the whole machine."""
    ci: bool = False
    """Install exactly what package-lock.json says."""
    production: bool = False
    """Leave out what only development needs."""
    registry: str | None = None
    """Registry to install from."""
    executable: str | None = None
    """The npm to use."""
    ignore_scripts: bool = False
    """Run no scripts of packages."""
    force: bool = False
    """Fetch even what is there."""
    no_bin_links: bool = False
    """Make no links to programs."""
    no_optional: bool = False
    """Leave optional packages out."""
    unsafe_perm: bool = False
    """Run packages' scripts as the present user, even if it is root."""


class Npm(Module[Options]):
    """Install and remove packages of Node.js."""

    name = "npm"
