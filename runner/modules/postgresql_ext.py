"""The ``postgresql_ext`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import PostgresqlLogin
from runner.modules.support.postgres_client import Postgres, Row, literal, name
from runner.sdk import Alias, Failed, Module, Outcome, Work, options

_LOOK = """
SELECT a.default_version AS newest, e.extversion AS version, n.nspname AS schema,
  obj_description(e.oid, 'pg_extension') AS comment,
  e.extversion IS NULL AND EXISTS (SELECT 1 FROM pg_available_extension_versions v
    WHERE v.name = a.name AND v.version = {wanted}) AS installable,
  EXISTS (SELECT 1 FROM pg_extension_update_paths(a.name) p
    WHERE p.source = e.extversion AND p.target = {wanted} AND p.path IS NOT NULL) AS reachable
FROM pg_available_extensions a LEFT JOIN pg_extension e ON e.extname = a.name
LEFT JOIN pg_namespace n ON n.oid = e.extnamespace WHERE a.name = {name}
"""


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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See which version of the extension is there, and have the one that is wanted. Raises ``Failed``."""
        del facts
        wanted = self.options
        server = Postgres(wanted, wanted.login_db)
        version = literal(wanted.version or "")
        rows = yield from server.rows(_LOOK.format(name=literal(wanted.name), wanted=version))
        row: Row = rows[0] if rows else dict.fromkeys(("newest", "version", "schema", "comment"))
        statements = self._removed(row) if wanted.state == "absent" else self._present(row)
        yield from server.do(*statements)
        if statements:
            rows = yield from server.rows(_LOOK.format(name=literal(wanted.name), wanted=version))
        values = {
            "db": wanted.login_db, "ext": wanted.name, "prev_version": row["version"] or "", "queries": statements,
            "version": rows[0]["version"] or "" if rows else "",
        }
        return Outcome(values, changed=bool(statements))

    def _removed(self, row: Row) -> list[str]:
        """Return what removes the extension if it is there."""
        cascade = " CASCADE" if self.options.cascade else ""
        return [f"DROP EXTENSION {name(self.options.name)}{cascade}"] if row["version"] else []

    def _present(self, row: Row) -> list[str]:
        """Return what makes the extension what is wanted. Raises ``Failed``."""
        wanted, said, statements = self.options, name(self.options.name), []
        if row["newest"] is None:
            raise Failed(f"Extension {wanted.name} is not available", "install the package that has it")
        version = row["newest"] if wanted.version == "latest" else wanted.version
        if row["version"] is None:
            if wanted.version not in (None, "latest") and row["installable"] != "t":
                raise Failed(f"Extension {wanted.name} has no version {wanted.version!r}")
            parts = [f" WITH SCHEMA {name(wanted.schema)}"] if wanted.schema else []
            parts += [f" VERSION {literal(version)}"] if version else []
            statements.append(f"CREATE EXTENSION {said}{''.join(parts)}{' CASCADE' if wanted.cascade else ''}")
        elif version is not None and version != row["version"]:
            if wanted.version != "latest" and row["reachable"] != "t":
                raise Failed(
                    f"Passed version '{version}' has no valid update path from the currently installed version "
                    f"'{row['version']}' or the passed version is not available"
                )
            statements.append(f"ALTER EXTENSION {said} UPDATE TO {literal(version)}")
        if row["version"] is not None and wanted.schema and wanted.schema != row["schema"]:
            statements.append(f"ALTER EXTENSION {said} SET SCHEMA {name(wanted.schema)}")
        if wanted.comment is not None and wanted.comment != (row["comment"] or ""):
            statements.append(f"COMMENT ON EXTENSION {said} IS {literal(wanted.comment)}")
        return statements
