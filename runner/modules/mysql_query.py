"""The ``mysql_query`` module."""

from __future__ import annotations

from typing import Any

from runner.modules.shared import MysqlLogin
from runner.sdk import AtMostOne, Module, options


@options(AtMostOne("positional_args", "named_args"))
class Options(MysqlLogin):
    """What ``mysql_query`` accepts."""

    query: list[str]
    """One SQL statement or several."""
    login_db: str | None = None
    """Which database."""
    positional_args: list[Any] | None = None
    """Values for the places %s."""
    named_args: dict[str, Any] | None = None
    """Values for the places %(name)s."""
    single_transaction: bool = False
    """Run all of them in one transaction."""
    session_vars: dict[str, Any] | None = None
    """Variables to set for this work."""


class MysqlQuery(Module[Options]):
    """Run SQL on a MySQL server."""

    name = "mysql_query"
