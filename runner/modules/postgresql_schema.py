"""The ``postgresql_schema`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import PostgresqlLogin
from runner.sdk import Alias, Module, options


@options()
class Options(PostgresqlLogin):
    """What ``postgresql_schema`` accepts."""

    name: Annotated[str, Alias("schema")]
    """Which schema."""
    state: Literal["absent", "present"] = "present"
    """Whether it is to be there."""
    login_db: Annotated[str, Alias("db", "database")] = "postgres"
    """Which database."""
    owner: str = ""
    """Role that is to own it."""
    comment: str | None = None
    """What it is for."""
    cascade_drop: bool = False
    """Remove what it holds too."""


class PostgresqlSchema(Module[Options]):
    """Create and remove schemas of a PostgreSQL database."""

    name = "postgresql_schema"
