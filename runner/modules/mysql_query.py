"""The ``mysql_query`` module."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from typing import Any

from runner.modules.shared import MysqlLogin
from runner.modules.support.clients import unheard
from runner.modules.support.mysql_client import Mysql, Row, failure, literal, result_sets, session_of
from runner.modules.support.sql import filled, first_word
from runner.sdk import Answer, Ask, AtMostOne, Failed, Module, Outcome, Verb, Work, options

_ROWS = "SELECT ROW_COUNT() AS ingot_rows"
"""Follows every statement: its answer ends those of the statement."""
_DEFINES = ("CREATE", "DROP", "ALTER", "RENAME", "TRUNCATE")
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
_COLUMN = re.compile(r"^Field +\d+: +`(.*)`$(?:\n.*)*?\nType: +(\w+)$", re.MULTILINE)
"""What the client tells of a column: its name and its type."""
_TYPES: dict[str, type] = {
    **dict.fromkeys(("TINY", "SHORT", "LONG", "INT24", "LONGLONG", "YEAR"), int),
    **dict.fromkeys(("FLOAT", "DOUBLE", "NEWDECIMAL", "DECIMAL"), float),
}


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
    foresees = False

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Run the statements; the kinds of values are asked for afterwards. Raises ``Failed``."""
        del facts
        wanted = self.options
        queries = [filled(each, wanted.positional_args, wanted.named_args, literal) for each in wanted.query]
        first = session_of(wanted.session_vars)
        server = Mysql(wanted, wanted.login_db or "", first=first)
        begin, end = (["SET autocommit = 0"], ["COMMIT"]) if wanted.single_transaction else ([], [])
        answer: Answer = yield from server.statements(
            unheard, *begin, *(each for query in queries for each in (query, _ROWS)), *end
        )
        done = _by_statement(result_sets(answer.stdout))
        if (said := failure(answer)) is not None:
            query = wanted.query[min(len(done), len(queries) - 1)]
            raise Failed(f"Cannot execute SQL '{query}' args [{wanted.positional_args or wanted.named_args}]: {said}")
        kinds = yield from _kinds(server, queries)
        results, counts, changed = [], [], False
        for number, (query, (rows, count)) in enumerate(zip(queries, done, strict=True)):
            results.append([_typed(row, kinds.get(number, {})) for row in rows])
            counts.append(len(rows) if count < 0 else count)
            word = first_word(query)
            changed = changed or word in _DEFINES or (word in _WRITES and count > 0)
        return Outcome({"executed_queries": queries, "query_result": results, "rowcount": counts}, changed=changed)


def _by_statement(answers: Sequence[list[Row]]) -> list[tuple[list[Row], int]]:
    """Return the rows of each statement, and how many it changed."""
    found: list[tuple[list[Row], int]] = []
    rows: list[Row] = []
    for each in answers:
        if each and "ingot_rows" in each[0]:
            found.append((rows, int(each[0]["ingot_rows"] or 0)))
            rows = []
        else:
            rows = each
    return found


def _kinds(server: Mysql, queries: Sequence[str]) -> Generator[Verb, Any, dict[int, dict[str, str]]]:
    """Return the types of the columns of what is selected: number of the statement -> name -> type.

    The client tells them only in another format than that of the rows. No row is asked for; what cannot be asked in a
    session of its own has no types, and its values are texts.
    """
    asked = {number: each for number, each in enumerate(queries)
             if first_word(each) == "SELECT" and ";" not in each.strip().rstrip(";")}
    if not asked:
        return {}
    sql = "SET sql_select_limit = 0;\n" + "".join(
        f"SELECT 1 AS `ingot {number}`;\n{each.strip().rstrip(';')}\n;\n" for number, each in asked.items()
    )
    script = 'client --batch --force --table --column-type-info ${1:+"$1"}'
    answer: Answer = yield from server.run(Ask, script, sql, server.database)
    parts = re.split(r"^Field +1: +`ingot (\d+)`$", answer.stdout, flags=re.MULTILINE)[1:]
    return {int(number): dict(_COLUMN.findall(text)) for number, text in zip(parts[::2], parts[1::2], strict=True)}


def _typed(row: Row, kinds: Mapping[str, str]) -> dict[str, Any]:
    """Return a row with its numbers as such."""
    return {
        name: value if value is None else _TYPES.get(kinds.get(name, ""), str)(value) for name, value in row.items()
    }
