"""The database of the cache: one file, for as many runs at once as like.

Whatever goes wrong with it costs what is remembered and nothing else. A file that cannot be read, or that is of another
version, is set aside and begun anew; when even that fails, nothing is remembered, and ``complaint`` says why.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

VERSION = 1
"""The version of what is in the database; raised when a reader of the former one would go wrong."""
_FILE = "cache.db"
_BUSY = 5.0
"""How long to wait for another run that writes, in seconds."""
_SET_ASIDE = 3
"""How many databases that were set aside are kept for whoever wants to look at them."""
_TABLES = """
CREATE TABLE answers (key TEXT PRIMARY KEY, content TEXT NOT NULL, at REAL NOT NULL, used REAL NOT NULL,
                      digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE checkpoints (key TEXT PRIMARY KEY, content TEXT NOT NULL, at REAL NOT NULL, used REAL NOT NULL,
                          digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE artifacts (key TEXT PRIMARY KEY, content TEXT NOT NULL, at REAL NOT NULL, used REAL NOT NULL,
                        digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE plans (key TEXT PRIMARY KEY, content TEXT NOT NULL, at REAL NOT NULL, used REAL NOT NULL,
                    digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE costs (builder TEXT PRIMARY KEY, seconds REAL NOT NULL) WITHOUT ROWID;
"""


class Database:
    """The database below a directory. It is opened when it is first needed."""

    def __init__(self, where: Path) -> None:
        self.path = where / _FILE
        self.complaint: str | None = None
        """Why nothing is remembered, or something was lost."""
        self._connection: sqlite3.Connection | None = None
        self._given_up = False

    def ask(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of an answer; none when there can be none."""
        connection = self._opened()
        if connection is None:
            return []
        try:
            return connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            self._failed(error)
            return []

    def change(self, *changes: tuple[str, Iterable[Sequence[Any]]]) -> bool:
        """Make changes, all of them or none: each a statement, and the values of each time; return whether it went."""
        connection = self._opened()
        if connection is None:
            return False
        try:
            with connection:
                for statement, rows in changes:
                    connection.executemany(statement, rows)
        except sqlite3.Error as error:
            self._failed(error)
            return False
        return True

    @property
    def size(self) -> int:
        """How many bytes the file takes."""
        return self.path.stat().st_size if self.path.exists() else 0

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
        self._connection, self._given_up = None, True

    def _opened(self) -> sqlite3.Connection | None:
        if self._connection is None and not self._given_up:
            try:
                self._connection = self._fresh()
            except (sqlite3.Error, OSError) as error:
                self._give_up(error)
        return self._connection

    def _fresh(self) -> sqlite3.Connection:
        """Open the file; one that cannot be used is set aside first."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for last in (False, True):
            connection = None
            try:
                connection = _connected(self.path)
                _prepare(connection)
            except sqlite3.DatabaseError as error:
                if connection is not None:
                    connection.close()
                if last or not _is_unusable(error):
                    raise
                self._set_aside(error)
            else:
                return connection
        raise AssertionError

    def _set_aside(self, error: sqlite3.Error) -> None:
        self.complaint = f"the former cache cannot be used, and is begun anew: {error}"
        aside = self.path.with_name(f"{_FILE}.{time.time_ns()}.aside")
        with contextlib.suppress(FileNotFoundError):  # another run was quicker
            self.path.replace(aside)
        for ending in ("-wal", "-shm"):
            self.path.with_name(_FILE + ending).unlink(missing_ok=True)
        for old in sorted(self.path.parent.glob("*.aside"))[:-_SET_ASIDE]:
            old.unlink(missing_ok=True)

    def _failed(self, error: sqlite3.Error) -> None:
        """Note an error. One that tells of a broken file makes the next run begin anew; this one does without."""
        self._give_up(error)
        if _is_unusable(error):
            self._set_aside(error)

    def _give_up(self, error: sqlite3.Error | OSError) -> None:
        self.close()
        said = (error.strerror if isinstance(error, OSError) else None) or str(error)
        self.complaint = f"the cache {self.path} cannot be used, and nothing is remembered of this run: {said}"


class _OtherVersion(sqlite3.DatabaseError):
    """The file is of another version."""


def _connected(path: Path) -> sqlite3.Connection:
    mask = os.umask(0o077)
    try:
        connection = sqlite3.connect(path, timeout=_BUSY, isolation_level="IMMEDIATE")
        # What a crash of the computer leaves half written has a wrong digest, or sets the file aside: a rebuild.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        os.umask(mask)
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    if version:
        raise _OtherVersion(f"it is of version {version}, and {VERSION} is wanted")
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not version:  # no other run has made the tables meanwhile
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.commit()


def _is_unusable(error: sqlite3.Error) -> bool:
    """Return whether an error is the file's own, and not that of a full disk or of a lock."""
    if isinstance(error, _OtherVersion):
        return True
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_SCHEMA)
