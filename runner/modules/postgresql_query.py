"""The ``postgresql_query`` module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from runner.modules.shared import PostgresqlLogin, Texts
from runner.modules.support.clients import unheard
from runner.modules.support.postgres_client import NOT_CONNECTED, Postgres, check, complaint, literal, name
from runner.modules.support.postgres_results import Result, results_of, script_of
from runner.modules.support.sql import filled
from runner.sdk import Alias, Answer, AtMostOne, Failed, Module, Outcome, Work, options

_ONLY_LOOKS = ("SELECT", "SHOW")
_COUNTS = re.compile(r"(?:INSERT \d+|UPDATE|DELETE|MERGE) (\d+)")


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
    foresees = False

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Run the statements, all in one transaction unless ``autocommit`` says otherwise. Raises ``Failed``."""
        del facts
        wanted = self.options
        if not wanted.query:
            raise Failed("there is no query to run")
        queries = [filled(each, wanted.positional_args, wanted.named_args, literal) for each in wanted.query]
        first = [f"SET client_encoding TO {literal(wanted.encoding)}"] if wanted.encoding else []
        if wanted.search_path:
            first.append(f"SET search_path TO {', '.join(name(each) for each in wanted.search_path)}")
        server = Postgres(wanted, wanted.login_db or "", first=first)
        answer: Answer = yield from server.script(unheard, script_of(queries, together=not wanted.autocommit))
        results = results_of(answer.stdout, queries)
        if answer.status == NOT_CONNECTED:
            check(answer)
        if answer.status:
            query = wanted.query[min(len(results), len(queries) - 1)]
            given = wanted.positional_args or wanted.named_args
            raise Failed(f"Cannot execute SQL '{query}' {given}: {complaint(answer)}, query list: {wanted.query}")
        last = results[-1]
        values = {
            "query": queries[-1], "query_list": wanted.query, "statusmessage": last.status,
            "query_result": last.rows, "query_all_results": [each.rows for each in results],
            "rowcount": sum(each.total for each in results),
        }
        return Outcome(values, changed=any(_changes(each) for each in results))


def _changes(result: Result) -> bool:
    """Return whether a statement changed something, by what the server says of it."""
    match = _COUNTS.fullmatch(result.status)
    if match is not None:
        return match[1] != "0"
    return result.status.partition(" ")[0] not in _ONLY_LOOKS
