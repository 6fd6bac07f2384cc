"""The ``gem`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, AtMostOne, Module, options


@options(AtMostOne("gem_source", "repository"), AtMostOne("gem_source", "version"))
class Options:
    """What ``gem`` accepts."""

    name: str
    """Which gem."""
    version: str | None = None
    """Its version."""
    state: Literal["present", "absent", "latest"] = "present"
    """Whether it is to be there; latest updates it."""
    gem_source: str | None = None
    """File of the gem on the machine."""
    repository: Annotated[str | None, Alias("source")] = None
    """Where the gem comes from."""
    user_install: bool = True
    """Install it for this user only."""
    install_dir: str | None = None
    """Directory to install into."""
    bindir: str | None = None
    """Directory for its programs."""
    include_dependencies: bool = True
    """Install what it depends on too."""
    include_doc: bool = False
    """Install its documentation too."""
    pre_release: bool = False
    """Take versions that are not final too."""
    build_flags: str | None = None
    """Flags for compiling."""
    env_shebang: bool = False
    """Have its programs start with /usr/bin/env."""
    executable: str | None = None
    """The gem program to use."""
    force: bool = False
    """Do it without regard to dependencies."""
    norc: bool = True
    """Read no .gemrc file."""


class Gem(Module[Options]):
    """Install and remove Ruby packages."""

    name = "gem"
