"""The ``zypper_repository`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, AtLeastOne, Module, options


@options(AtLeastOne("name", "repo"))
class Options:
    """What ``zypper_repository`` accepts."""

    name: str | None = None
    """Name of the repository."""
    repo: str | None = None
    """URL of the repository, or of a file that describes it; * with runrefresh means all."""
    state: Literal["absent", "present"] = "present"
    """Whether the repository is to be there."""
    description: str | None = None
    """What the repository is, for people."""
    enabled: bool = True
    """Whether packages are taken from it."""
    priority: int | None = None
    """Its rank; packages come from the repository with the lowest number."""
    autorefresh: Annotated[bool, Alias("refresh")] = True
    """Fetch its lists of packages by itself when they are out of date."""
    runrefresh: bool = False
    """Fetch its lists of packages now."""
    auto_import_keys: bool = False
    """Trust its key."""
    disable_gpg_check: bool = False
    """Install its packages without checking their signatures."""
    overwrite_multiple: bool = False
    """Replace several repositories that have its name or URL."""


class ZypperRepository(Module[Options]):
    """Add and remove repositories of packages on SUSE and openSUSE."""

    name = "zypper_repository"
