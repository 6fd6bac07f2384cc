"""What is kept in the cache: entries with a digest each, so that a damaged one is none."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from runner.store.cache.database import Database

Table = Literal["answers", "checkpoints", "artifacts", "plans"]
TABLES: tuple[Table, ...] = ("answers", "checkpoints", "artifacts", "plans")
_NEW_WEIGHT = 0.5
"""How much the last measurement counts against those before it."""


class Entry(NamedTuple):
    """Something that is kept."""

    key: str
    content: Mapping[str, Any]
    at: float
    """When it was found out, in seconds since 1970."""
    used: float = 0.0
    """When it was last of use."""


class Cache:
    """What builds remember."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._used: dict[Table, set[str]] = {table: set() for table in TABLES}

    @property
    def complaint(self) -> str | None:
        """Why something that should be kept is not, if so."""
        return self.database.complaint

    def get(self, table: Table, key: str) -> Entry | None:
        """Return what is kept under a key, if it is as it was written; what is not goes."""
        rows = self.database.ask(f"SELECT content, at, used, digest FROM {table} WHERE key = ?", (key,))  # noqa: S608
        if not rows:
            return None
        content, at, used, digest = rows[0]
        if digest != _digest(table, key, content, at):
            self.forget(table, key)
            return None
        self._used[table].add(key)
        return Entry(key, json.loads(content), at, used)

    def keep(self, table: Table, entries: Iterable[Entry]) -> bool:
        """Keep entries, in place of former ones with their keys; return whether they are kept."""
        rows = []
        for each in entries:
            content = json.dumps(each.content, separators=(",", ":"))
            rows.append((each.key, content, each.at, each.at, _digest(table, each.key, content, each.at)))
        statement = f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?, ?)"  # noqa: S608 - one of four words
        return self.database.change((statement, rows)) if rows else True

    def forget(self, table: Table, *keys: str) -> None:
        """Keep something no longer."""
        self.database.change((f"DELETE FROM {table} WHERE key = ?", [(key,) for key in keys]))  # noqa: S608

    def forget_unused(self, table: Table, since: float) -> None:
        """Forget what has been of no use since a moment."""
        self.database.change((f"DELETE FROM {table} WHERE used < ?", [(since,)]))  # noqa: S608 - as above

    def forget_half(self) -> None:
        """Forget the half of all answers that have been of no use for longest, and give their room back."""
        half = "SELECT key FROM answers ORDER BY used LIMIT (SELECT count(*) / 2 FROM answers)"
        self.database.change((f"DELETE FROM answers WHERE key IN ({half})", [()]))  # noqa: S608 - as above
        self.database.ask("VACUUM")

    def count(self, table: Table) -> int:
        """Return how many entries a table has."""
        rows = self.database.ask(f"SELECT count(*) FROM {table}")  # noqa: S608 - as above
        return int(rows[0][0]) if rows else 0

    def entries(self, table: Table) -> Iterator[Entry]:
        """Yield all that is kept in a table and whole, the one that was of use last first."""
        query = f"SELECT key, content, at, used, digest FROM {table} ORDER BY used DESC"  # noqa: S608
        for key, content, at, used, digest in self.database.ask(query):
            if digest == _digest(table, key, content, at):
                yield Entry(key, json.loads(content), at, used)

    def cost(self, builder: str) -> float | None:
        """Return how long a checkpoint of a builder takes here, in seconds, if there ever was one."""
        rows = self.database.ask("SELECT seconds FROM costs WHERE builder = ?", (builder,))
        return float(rows[0][0]) if rows else None

    def learn_cost(self, builder: str, seconds: float) -> None:
        """Note how long a checkpoint has taken."""
        known = self.cost(builder)
        if known is not None:
            seconds = known + _NEW_WEIGHT * (seconds - known)
        self.database.change(("INSERT OR REPLACE INTO costs VALUES (?, ?)", [(builder, seconds)]))

    def settle(self) -> None:
        """Note what was of use, for whoever has to choose what goes."""
        now = time.time()
        statements = [
            (f"UPDATE {table} SET used = ? WHERE key = ?", [(now, key) for key in keys])  # noqa: S608 - as above
            for table, keys in self._used.items() if keys
        ]
        if statements:
            self.database.change(*statements)
        self._used = {table: set() for table in TABLES}


def _digest(table: str, key: str, content: str, at: float) -> str:
    return hashlib.sha256(f"{table}\0{key}\0{at!r}\0{content}".encode()).hexdigest()[:32]
