"""The ``known_hosts`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, Module, options


@options()
class Options:
    """What ``known_hosts`` accepts."""

    name: Annotated[str, Alias("host")]
    """Which host, as in the key's line."""
    key: str | None = None
    """The line with the host's key; needed unless state is absent."""
    state: Literal["absent", "present"] = "present"
    """Whether the key is to be there."""
    path: str = "~/.ssh/known_hosts"
    """File of the keys."""
    hash_host: bool = False
    """Write the host's name as a hash."""


class KnownHosts(Module[Options]):
    """Tell SSH on the machine which keys other hosts have."""

    name = "known_hosts"
