"""The ``postgresql_schema`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import PostgresqlLogin
from runner.modules.support.postgres_client import Postgres, literal, name
from runner.sdk import Alias, Module, Outcome, Work, options

_LOOK = """
SELECT pg_get_userbyid(nspowner) AS owner, obj_description(oid, 'pg_namespace') AS comment
FROM pg_namespace WHERE nspname = {name}
"""


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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See whether the schema is there, and make, change or remove it. Raises ``Failed``."""
        del facts
        wanted = self.options
        server = Postgres(wanted, wanted.login_db)
        rows = yield from server.rows(_LOOK.format(name=literal(wanted.name)))
        said = name(wanted.name)
        statements = []
        if wanted.state == "absent":
            statements += [f"DROP SCHEMA {said}{' CASCADE' if wanted.cascade_drop else ''}"] if rows else []
        else:
            owner = f" AUTHORIZATION {name(wanted.owner)}" if wanted.owner else ""
            if not rows:
                statements.append(f"CREATE SCHEMA {said}{owner}")
            elif wanted.owner and rows[0]["owner"] != wanted.owner:
                statements.append(f"ALTER SCHEMA {said} OWNER TO {name(wanted.owner)}")
            if wanted.comment is not None and wanted.comment != (rows[0]["comment"] or "" if rows else ""):
                statements.append(f"COMMENT ON SCHEMA {said} IS {literal(wanted.comment)}")
        yield from server.do(*statements)
        return Outcome({"schema": wanted.name, "queries": statements}, changed=bool(statements))
