"""The ``postgresql_db`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import PostgresqlLogin
from runner.sdk import Alias, Module, options


@options()
class Options(PostgresqlLogin):
    """What ``postgresql_db`` accepts."""

    name: Annotated[str, Alias("db")]
    """Which database."""
    state: Literal["absent", "dump", "present", "rename", "restore"] = "present"
    """What is to be done: dump saves it to target, restore reads it from there, rename gives it the name in
    target.
    """
    owner: str = ""
    """Role that is to own it."""
    template: str = ""
    """Database that a new one is a copy of."""
    encoding: str = ""
    """Its encoding, such as UTF-8."""
    lc_collate: str = ""
    """Its order of sorting."""
    lc_ctype: str = ""
    """Its classes of characters."""
    icu_locale: str = ""
    """Its locale, where ICU provides locales."""
    locale_provider: str = ""
    """What provides locales."""
    tablespace: str = ""
    """Its tablespace."""
    conn_limit: str = ""
    """How many connections it allows."""
    comment: str | None = None
    """What it is for."""
    target: str = ""
    """File on the machine to save to or restore from."""
    target_opts: str = ""
    """More arguments for pg_dump, pg_restore or psql."""
    dump_extra_args: str | None = None
    """Arguments for pg_dump that do not touch the file's format."""
    maintenance_db: str = "postgres"
    """Database to connect to for this work."""
    force: bool = False
    """Remove it even while others are connected."""


class PostgresqlDb(Module[Options]):
    """Create, change, remove, save and restore PostgreSQL databases."""

    name = "postgresql_db"
