"""The ``subversion`` module."""

from __future__ import annotations

from typing import Annotated

from runner.sdk import Alias, Module, SecretStr, options


@options()
class Options:
    """What ``subversion`` accepts."""

    repo: Annotated[str, Alias("name", "repository")]
    """URL of the repository."""
    dest: str | None = None
    """Directory on the machine for it."""
    revision: Annotated[str, Alias("rev", "version")] = "HEAD"
    """Which revision."""
    update: bool = True
    """Fetch what is new if it is there."""
    checkout: bool = True
    """Check it out if it is not there."""
    switch: bool = True
    """Change to the URL if another one is checked out."""
    export: bool = False
    """Fetch the files without Subversion's own."""
    in_place: bool = False
    """Check it out over files that are there."""
    force: bool = False
    """Throw local changes away."""
    username: str | None = None
    """User name for the repository."""
    password: SecretStr | None = None
    """Password for the repository."""
    executable: str | None = None
    """The svn to use."""
    validate_certs: bool = False
    """Refuse servers whose certificate cannot be verified."""


class Subversion(Module[Options]):
    """Have a Subversion repository checked out at a revision."""

    name = "subversion"
