"""The ``apt_repository`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, Deprecated, Mode, Module, options


@options()
class Options:
    """What ``apt_repository`` accepts."""

    repo: str
    """The source as in sources.list, or ppa:owner/name."""
    state: Literal["absent", "present"] = "present"
    """Whether the source is to be there."""
    filename: str | None = None
    """Name of its file in sources.list.d, without the ending."""
    codename: str | None = None
    """Name of the distribution's release, for PPAs that name another."""
    mode: Mode | None = None
    """Permissions of that file."""
    update_cache: Annotated[bool, Alias("update-cache")] = True
    """Fetch the lists of packages after a change."""
    update_cache_retries: int = 5
    """How often to try again to fetch the lists."""
    update_cache_retry_max_delay: int = 12
    """The longest wait between two tries, in seconds."""
    validate_certs: bool = True
    """Refuse servers whose certificate cannot be verified."""
    install_python_apt: Annotated[bool | None, Deprecated("leave it out")] = None
    """Switch for Ansible's Python library for apt, which is not needed."""


class AptRepository(Module[Options]):
    """Add and remove sources of Debian packages, written as one line."""

    name = "apt_repository"
