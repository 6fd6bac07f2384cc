"""The ``postgresql_ext`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import PostgresqlLogin
from runner.sdk import Alias, Module, options


@options()
class Options(PostgresqlLogin):
    """What ``postgresql_ext`` accepts."""

    name: Annotated[str, Alias("ext")]
    """Which extension."""
    login_db: Annotated[str, Alias("db")]
    """Which database."""
    state: Literal["absent", "present"] = "present"
    """Whether it is to be there."""
    version: str | None = None
    """Its version, or latest."""
    schema: str | None = None
    """Schema to put it into."""
    cascade: bool = False
    """Do the same to what it depends on, or what depends on it."""
    comment: str | None = None
    """What it is for."""


class PostgresqlExt(Module[Options]):
    """Add extensions to a PostgreSQL database, and remove them."""

    name = "postgresql_ext"
