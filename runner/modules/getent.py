"""The ``getent`` module."""

from __future__ import annotations

from runner.sdk import Module, options


@options()
class Options:
    """What ``getent`` accepts."""

    database: str
    """Which database, such as passwd or hosts."""
    key: str | None = None
    """What to look up; left out, everything."""
    split: str | None = None
    """Character between the fields."""
    service: str | None = None
    """Source to ask instead of those that the machine is set up to ask."""
    fail_key: bool = True
    """Fail if the key is not found."""


class Getent(Module[Options]):
    """Look up users, groups, hosts and the like in the machine's databases."""

    name = "getent"
