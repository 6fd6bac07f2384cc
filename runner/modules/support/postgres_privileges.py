"""Privileges in PostgreSQL: the statements that grant and revoke them, and what the server keeps of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from runner.modules.support.postgres_client import name
from runner.sdk import Failed

_PRIVILEGES = frozenset({
    "ALL", "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "CREATE", "CONNECT",
    "TEMPORARY", "TEMP", "EXECUTE", "USAGE", "SET", "ALTER SYSTEM", "MAINTAIN",
})
_EVERY = "ALL_IN_SCHEMA"
_DEFAULTS = ("TABLES", "SEQUENCES", "FUNCTIONS", "TYPES", "SCHEMAS")
"""The kinds of objects that have default privileges."""
_IN_SCHEMA = ("table", "sequence", "function", "procedure", "type")
"""The kinds of objects that are in a schema."""
_SQL = {"foreign_data_wrapper": "FOREIGN DATA WRAPPER", "foreign_server": "FOREIGN SERVER"}
_CATALOGS = {
    "database": ("pg_database", "datacl"), "foreign_data_wrapper": ("pg_foreign_data_wrapper", "fdwacl"),
    "foreign_server": ("pg_foreign_server", "srvacl"), "function": ("pg_proc", "proacl"),
    "procedure": ("pg_proc", "proacl"), "language": ("pg_language", "lanacl"), "table": ("pg_class", "relacl"),
    "sequence": ("pg_class", "relacl"), "tablespace": ("pg_tablespace", "spcacl"), "schema": ("pg_namespace", "nspacl"),
    "type": ("pg_type", "typacl"), "parameter": ("pg_parameter_acl", "paracl"),
}
"""Kind of object -> the catalogue of such objects and its column of privileges."""
_LISTED = "(SELECT string_agg(each::text, ' ' ORDER BY each::text) FROM unnest({column}) each)"


class Grant(NamedTuple):
    """Privileges that roles are to get or to lose."""

    kind: str
    privileges: Sequence[str]
    objects: Sequence[str]
    schema: str | None
    target: str | None
    """The role whose future objects are meant; the role that is logged in when left out."""
    option: bool | None
    """Whether the roles may pass them on; as it is when left out."""
    revoked: bool

    def statements(self, roles: Sequence[str]) -> Iterator[str]:
        """Yield the statements for roles. Raises ``Failed``."""
        said = ", ".join("PUBLIC" if each.upper() == "PUBLIC" else name(each) for each in roles)
        if not self.objects:
            raise Failed(f"privileges of the type {self.kind} need objs")
        if self.kind == "group":
            yield from self._membership(said)
            return
        if not self.privileges:
            raise Failed("privs is missing", "only the type group has none")
        if unknown := [each for each in self.privileges if each not in _PRIVILEGES]:
            raise Failed(f"Invalid privileges specified: {', '.join(unknown)}")
        privileges = ", ".join(self.privileges)
        if self.kind == "default_privs":
            yield from self._defaults(privileges, said)
        else:
            yield from self._changed(privileges, self._objects(), said)

    def _changed(self, privileges: str, where: str, roles: str, before: str = "") -> Iterator[str]:
        """Yield the statements for what is there, or by default; ``before`` is what they begin with."""
        if self.revoked:
            yield f"{before}REVOKE {privileges} ON {where} FROM {roles}"
            return
        yield f"{before}GRANT {privileges} ON {where} TO {roles}{' WITH GRANT OPTION' if self.option else ''}"
        if self.option is False:
            yield f"{before}REVOKE GRANT OPTION FOR {privileges} ON {where} FROM {roles}"

    def _membership(self, roles: str) -> Iterator[str]:
        groups = ", ".join(name(each) for each in self.objects)
        if self.revoked:
            yield f"REVOKE {groups} FROM {roles}"
            return
        yield f"GRANT {groups} TO {roles}{' WITH ADMIN OPTION' if self.option else ''}"
        if self.option is False:
            yield f"REVOKE ADMIN OPTION FOR {groups} FROM {roles}"

    def _defaults(self, privileges: str, roles: str) -> Iterator[str]:
        """Yield the statements for objects to come; those of before are revoked, so that these alone are left."""
        owner = f" FOR ROLE {name(self.target)}" if self.target else ""
        kinds = [each.upper() for each in self.objects]
        kinds = list(_DEFAULTS) if kinds == ["ALL_DEFAULT"] else kinds
        for kind in kinds:
            if kind not in _DEFAULTS:
                raise Failed(f"objs: {kind} have no default privileges", f"those are {', '.join(_DEFAULTS)}")
            schema = "" if kind == "SCHEMAS" or self.schema == "not-specified" else (
                f" IN SCHEMA {name(self.schema or 'public')}"
            )
            before = f"ALTER DEFAULT PRIVILEGES{owner}{schema} "
            if not self.revoked:
                yield f"{before}REVOKE ALL ON {kind} FROM {roles}"
            yield from self._changed(privileges, kind, roles, before)

    def _objects(self) -> str:
        """Return what the privileges are for as SQL. Raises ``Failed``."""
        kind = _SQL.get(self.kind, self.kind.upper())
        if self.kind not in _IN_SCHEMA:
            dotted = self.kind == "parameter"
            said = (".".join(name(part) for part in (each.split(".") if dotted else [each])) for each in self.objects)
            return f"{kind} {', '.join(said)}"
        schema = self.schema or "public"
        if [each.upper() for each in self.objects] == [_EVERY]:
            if self.kind == "type":
                raise Failed(f"{_EVERY} cannot be used for types", "name each of them in objs")
            return f"ALL {kind}S IN SCHEMA {name(schema)}"
        return f"{kind} {', '.join(_in(schema, each) for each in self.objects)}"


def _in(schema: str, said: str) -> str:
    """Return an object of a schema as SQL, which it may name itself; a function has its arguments in brackets."""
    plain, bracket, arguments = said.partition("(")
    before, dot, last = plain.rpartition(".")
    return f"{name(before if dot else schema)}.{name(last)}{bracket}{arguments.replace(':', ',')}"


def snapshot_of(kind: str) -> str:
    """Return the question what privileges there are for objects of a kind."""
    if kind == "group":
        return "SELECT roleid, member, admin_option FROM pg_auth_members ORDER BY 1, 2, 3"
    if kind == "default_privs":
        return _sorted("pg_default_acl", "defaclacl", "concat(defaclrole, ' ', defaclnamespace, ' ', defaclobjtype)")
    catalogue, column = _CATALOGS[kind]
    found = _sorted(catalogue, column, "oid::text")
    if kind == "table":
        found += f" UNION ALL {_sorted('pg_attribute', 'attacl', 'concat(attrelid, $$ $$, attnum)')}"
    return f"{found} ORDER BY 1, 2"


def _sorted(catalogue: str, column: str, key: str) -> str:
    """Return the question for a column of privileges; their order does not matter."""
    listed = _LISTED.format(column=column)
    return f"SELECT {key} AS object, {listed} AS privileges FROM {catalogue}"  # noqa: S608 - names of this file
