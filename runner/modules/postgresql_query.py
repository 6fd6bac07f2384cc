"""The ``postgresql_query`` module."""

from __future__ import annotations

from typing import Annotated, Any

from runner.modules.shared import PostgresqlLogin, Texts
from runner.sdk import Alias, AtMostOne, Module, options


@options(AtMostOne("positional_args", "named_args"))
class Options(PostgresqlLogin):
    """What ``postgresql_query`` accepts."""

    query: list[str] | None = None
    """One SQL statement or several."""
    login_db: Annotated[str | None, Alias("db")] = None
    """Which database."""
    positional_args: list[Any] | None = None
    """Values for the places %s."""
    named_args: dict[str, Any] | None = None
    """Values for the places %(name)s."""
    search_path: Texts | None = None
    """Schemas to look in."""
    autocommit: bool = False
    """Run each statement outside a transaction."""
    encoding: str | None = None
    """Encoding of the connection."""


class PostgresqlQuery(Module[Options]):
    """Run SQL in a PostgreSQL database."""

    name = "postgresql_query"
