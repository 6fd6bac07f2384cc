"""What statements in SQL give, with the types that their values have."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from runner.modules.support.postgres_client import literal, rows_of
from runner.modules.support.sql import first_word


def _moment(text: str) -> str:
    """Return a moment as ISO 8601 writes it."""
    return datetime.fromisoformat(text).isoformat()


_COLUMNS, _ROWS, _END = "-- columns --", "-- rows --", "-- end --"
_FOR_PSQL = re.compile(r"""[;\\]|:["'{]?\??[A-Z]""")
"""What ``psql`` would take to be its own: ends of statements, commands, and names of its variables."""
_STATUS = re.compile(r"[A-Z][A-Z ]*?(?: \d+)*?(?: (\d+))?")
"""What the server says of a statement; the last number is how many rows it changed."""
_ITEM = re.compile(r'([{,])(?:"((?:[^"\\]|\\.)*)"|([^{},"]*))|(\})')
_TYPES: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("smallint", "integer", "bigint", "oid"), int),
    **dict.fromkeys(("numeric", "real", "double precision"), float),
    **dict.fromkeys(("json", "jsonb"), json.loads),
    **dict.fromkeys(("timestamp without time zone", "timestamp with time zone"), _moment),
    "boolean": lambda text: text == "t",
}
"""Type, as the server describes it -> what makes a value of its text."""


class Result(NamedTuple):
    """What a statement gave."""

    status: str
    """What the server says of it, such as ``INSERT 0 1``."""
    rows: Any
    """The rows; an empty mapping when it gives none."""
    total: int
    """How many rows it gave or changed."""


def script_of(queries: Sequence[str], *, together: bool) -> str:
    r"""Return a script for ``psql`` that runs statements; ``together`` in one transaction.

    ``\gdesc`` has the server describe what a statement will give, and ``\gexec`` sends it as it is: nothing in it is a
    command of ``psql``. Only a single statement can be described; the values of others are texts.
    """
    parts = ["\\set SHOW_ALL_RESULTS off\n", "BEGIN;\n" if together else "", "\\set QUIET off\n"]
    for query in queries:
        parts.append(f"\\echo {_COLUMNS!r}\n")
        plain = query.strip().rstrip(";").rstrip()
        if not _FOR_PSQL.search(plain):
            parts.append(f"{plain}\n\\gdesc\n")
        parts.append(f"\\echo {_ROWS!r}\nSELECT {literal(query)} \\gexec\n\\echo {_END!r}\n")
    return "".join((*parts, "\\set QUIET on\n", "COMMIT;\n" if together else ""))


def results_of(text: str, queries: Sequence[str]) -> list[Result]:
    """Return what the script of ``script_of`` tells of each statement that it has run."""
    found = []
    for query, part in zip(queries, text.split(f"{_COLUMNS}\n")[1:], strict=False):
        columns, _, rest = part.partition(f"{_ROWS}\n")
        told, ended, _ = rest.rpartition(f"{_END}\n")
        if ended:
            found.append(_result(query, columns, told.removesuffix("\n")))
    return found


def _result(query: str, columns: str, told: str) -> Result:
    """Return a statement's result: rows, and what the server says, which ``psql`` leaves out where rows are all."""
    kinds = {str(row["Column"]): str(row["Type"]) for row in rows_of(columns)} if "\x1f" in columns else {}
    body, _, last = told.rpartition("\n")
    said = _STATUS.fullmatch(last) if body or not kinds else None
    rows = rows_of(body if said else told) if body or not said else []
    typed = [{key: _value(value, kinds.get(key, "")) for key, value in row.items()} for row in rows]
    if said is not None:
        return Result(last, typed if body else {}, int(said[1] or 0))
    word = first_word(query)
    return Result(word if word in ("SHOW", "EXPLAIN") else f"SELECT {len(rows)}", typed, len(rows))


def _value(text: str | None, kind: str) -> Any:
    """Return a value of a type; one without a form of its own in JSON stays a text."""
    plain = re.sub(r"\(.*?\)", "", kind)
    if text is None:
        return None
    if plain.endswith("[]"):
        return _array(text, plain.removesuffix("[]"))
    try:
        return _TYPES.get(plain, str)(text)
    except ValueError:  # a date before Christ, for example
        return text


def _array(text: str, kind: str) -> Any:
    """Return the text of an array as a list."""
    stack: list[list[Any]] = [[]]
    for match in _ITEM.finditer(text):
        start, quoted, plain, end = match.groups()
        if end:
            inner = stack.pop()
            stack[-1].append(inner)
            continue
        if start == "{":
            stack.append([])
        if quoted is not None:
            stack[-1].append(_value(re.sub(r"\\(.)", r"\1", quoted), kind))
        elif plain:
            stack[-1].append(None if plain == "NULL" else _value(plain, kind))
    return stack[0][0] if stack[0] else text
