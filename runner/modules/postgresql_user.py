"""The ``postgresql_user`` module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import PostgresqlLogin
from runner.modules.support.postgres_client import Postgres, Row, literal, name
from runner.modules.support.postgres_passwords import is_of
from runner.sdk import Alias, Failed, Module, Outcome, SecretStr, Work, options

_FLAGS = {
    "SUPERUSER": "rolsuper", "CREATEROLE": "rolcreaterole", "CREATEUSER": "rolcreaterole", "CREATEDB": "rolcreatedb",
    "INHERIT": "rolinherit", "LOGIN": "rolcanlogin", "REPLICATION": "rolreplication", "BYPASSRLS": "rolbypassrls",
}
"""What a role may do -> its column."""
_LOOK = """
SELECT r.*, {password} AS password, {expires}::timestamptz IS NOT DISTINCT FROM r.rolvaliduntil AS expires_then,
  to_json(r.rolconfig) AS configuration, shobj_description(r.oid, 'pg_authid') AS comment
FROM pg_roles r WHERE r.rolname = {name}
"""
_PASSWORD = "(SELECT a.rolpassword FROM pg_authid a WHERE a.oid = r.oid)"  # noqa: S105 - a question, no password
_PLACE = "%(password)s"


@options()
class Options(PostgresqlLogin):
    """What ``postgresql_user`` accepts."""

    name: Annotated[str, Alias("user")]
    """Which role."""
    state: Literal["absent", "present"] = "present"
    """Whether the role is to be there."""
    password: SecretStr | None = None
    """Its password, or the password's hash."""
    encrypted: bool = True
    """The server keeps the password as a hash."""
    no_password_changes: bool = False
    """Leave the password of a role alone that is there."""
    role_attr_flags: str = ""
    """What it may do, as in CREATEDB,NOSUPERUSER."""
    expires: str | None = None
    """When its password expires, or infinity."""
    conn_limit: int | None = None
    """How many connections it may have."""
    configuration: dict[str, Any] | None = None
    """Settings that hold when it logs in."""
    quote_configuration_values: bool = True
    """Put these settings' values in quotes."""
    reset_unspecified_configuration: bool = False
    """Take back settings that are not named."""
    comment: str | None = None
    """What it is for."""
    login_db: Annotated[str, Alias("db")] = ""
    """Database to connect to."""
    fail_on_user: Annotated[bool, Alias("fail_on_role")] = True
    """Fail if it cannot be removed."""


class PostgresqlUser(Module[Options]):
    """Create, change and remove roles of a PostgreSQL server."""

    name = "postgresql_user"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look at the role, and make, change or remove it. Raises ``Failed``."""
        del facts
        wanted = self.options
        server = Postgres(wanted, wanted.login_db)
        allowed = yield from server.rows("SELECT has_table_privilege('pg_authid', 'SELECT') AS allowed")
        password = _PASSWORD if allowed[0]["allowed"] == "t" else "NULL"
        look = _LOOK.format(password=password, expires=literal(wanted.expires), name=literal(wanted.name))
        rows = yield from server.rows(look)
        values: dict[str, Any] = {"user": wanted.name}
        if wanted.state == "present":
            statements = self._statements(rows[0] if rows else None)
            yield from server.do(*(each.replace(_PLACE, literal(wanted.password)) for each in statements))
            return Outcome({**values, "queries": statements}, changed=bool(statements))
        if not rows:
            return Outcome({**values, "queries": []}, changed=False)
        statement = f"DROP USER {name(wanted.name)}"
        try:
            yield from server.do(statement)
        except Failed as failed:
            if wanted.fail_on_user:
                raise Failed(f"Unable to remove user: {failed}", failed.hint) from failed
            return Outcome({**values, "queries": [statement], "user_removed": False}, changed=False)
        return Outcome({**values, "queries": [statement], "user_removed": True}, changed=True)

    def _statements(self, row: Row | None) -> list[str]:
        """Return what makes the role, or changes it; the password is only a place in it. Raises ``Failed``."""
        wanted, said = self.options, name(self.options.name)
        parts = [self._password(row), *self._flags(row)]
        if wanted.expires is not None and (row is None or row["expires_then"] != "t"):
            parts.append(f"VALID UNTIL {literal(wanted.expires)}")
        if wanted.conn_limit is not None and (row is None or row["rolconnlimit"] != str(wanted.conn_limit)):
            parts.append(f"CONNECTION LIMIT {wanted.conn_limit}")
        parts = [each for each in parts if each]
        if row is None:
            statements = [" ".join([f"CREATE USER {said}", *(["WITH", *parts] if parts else [])])]
        else:
            statements = [" ".join([f"ALTER USER {said} WITH", *parts])] if parts else []
        if wanted.comment is not None and wanted.comment != ((row or {}).get("comment") or ""):
            statements.append(f"COMMENT ON ROLE {said} IS {literal(wanted.comment)}")
        return statements + self._configuration(row)

    def _password(self, row: Row | None) -> str:
        """Return what sets the password if it is another one."""
        wanted = self.options
        if wanted.password is None or (row is not None and wanted.no_password_changes):
            return ""
        if not wanted.password:
            return "" if row is None or row["password"] is None else "PASSWORD NULL"
        if row is not None and row["password"] and is_of(wanted.password, wanted.name, row["password"]):
            return ""
        return f"{'' if wanted.encrypted else 'UN'}ENCRYPTED PASSWORD {_PLACE}"

    def _flags(self, row: Row | None) -> list[str]:
        """Return what the role may do or not and could not or could. Raises ``Failed``."""
        told = [each.strip().upper() for each in self.options.role_attr_flags.split(",") if each.strip()]
        found = []
        for each in told:
            plain = each if each in _FLAGS else each.removeprefix("NO")
            if plain not in _FLAGS:
                raise Failed(f"Invalid role_attr_flags specified: {each}", f"there are {', '.join(_FLAGS)}")
            if row is None or (row[_FLAGS[plain]] == "t") != (plain == each):
                found.append(each)
        return found

    def _configuration(self, row: Row | None) -> list[str]:
        """Return what changes the settings of the role."""
        wanted = self.options
        told = json.loads((row or {}).get("configuration") or "[]")
        current = {key: value for key, _, value in (each.partition("=") for each in told)}
        given = {key: _value(value) for key, value in (wanted.configuration or {}).items()}
        said = f"ALTER ROLE {name(wanted.name)}"
        statements = [
            f"{said} SET {name(key)} TO {literal(value) if wanted.quote_configuration_values else value}"
            for key, value in given.items() if current.get(key) not in (value, name(value))  # lists have quotes
        ]
        if wanted.reset_unspecified_configuration:
            statements += [f"{said} RESET {name(key)}" for key in current if key not in given]
        return statements


def _value(value: Any) -> str:
    """Return the value of a setting as the server writes it."""
    return ("on" if value else "off") if isinstance(value, bool) else str(value)
