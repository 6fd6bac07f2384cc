"""The ``postgresql_privs`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import PostgresqlLogin
from runner.modules.support.postgres_client import Postgres, check, rows_of
from runner.modules.support.postgres_privileges import Grant, snapshot_of
from runner.sdk import Alias, Answer, Ask, Failed, Module, Outcome, Verb, Work, options


@options()
class Options(PostgresqlLogin):
    """What ``postgresql_privs`` accepts."""

    login_db: Annotated[str, Alias("db", "database")]
    """Which database."""
    roles: Annotated[str, Alias("role")]
    """Roles, with commas between them, that get or lose the privileges."""
    privs: Annotated[str | None, Alias("priv")] = None
    """The privileges, with commas between them."""
    state: Literal["absent", "present"] = "present"
    """Whether the roles are to have them."""
    type: Literal[
        "database",
        "default_privs",
        "foreign_data_wrapper",
        "foreign_server",
        "function",
        "group",
        "language",
        "table",
        "tablespace",
        "schema",
        "sequence",
        "type",
        "procedure",
        "parameter",
    ] = "table"
    """What kind of object they are for."""
    objs: Annotated[str | None, Alias("obj")] = None
    """The objects, with commas between them."""
    schema: str | None = None
    """Schema that holds the objects."""
    target_roles: str | None = None
    """Roles whose future objects get default privileges."""
    grant_option: Annotated[bool | None, Alias("admin_option")] = None
    """Whether the roles may pass the privileges on."""
    fail_on_role: bool = True
    """Fail if a role is not there."""


class PostgresqlPrivs(Module[Options]):
    """Grant and revoke privileges in a PostgreSQL database."""

    name = "postgresql_privs"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Try it in a transaction that is taken back; do it if privileges differ then. Raises ``Failed``."""
        del facts
        wanted = self.options
        server = Postgres(wanted, wanted.login_db)
        roles = yield from self._known(server, _listed(wanted.roles))
        targets: list[str | None] = [None]
        if wanted.target_roles is not None:
            targets = list((yield from self._known(server, _listed(wanted.target_roles))))
        statements = [each for role in targets for each in self._grant(role).statements(roles)] if roles else []
        if not statements:
            return Outcome({"queries": []}, changed=False)
        look = snapshot_of(wanted.type)
        tried = "".join(f"{each};\n" for each in ("BEGIN", look, *statements))
        answer: Answer = yield from server.script(Ask, f"{tried}\\echo ---\n{look};\nROLLBACK;\n")
        check(answer)
        before, _, after = answer.stdout.partition("---\n")
        changed = rows_of(before) != rows_of(after)
        if changed:
            yield from server.do("BEGIN", *statements, "COMMIT")
        return Outcome({"queries": [f"{each};" for each in statements]}, changed=changed)

    def _known(self, server: Postgres, roles: list[str]) -> Generator[Verb, Any, list[str]]:
        """Return the roles that are there; ``PUBLIC`` is everybody. Raises ``Failed``."""
        rows = yield from server.rows("SELECT rolname AS role FROM pg_roles")
        there = {row["role"] for row in rows}
        for each in roles:
            if each not in there and each.upper() != "PUBLIC" and self.options.fail_on_role:
                raise Failed(f"Role '{each}' does not exist")
        return [each for each in roles if each in there or each.upper() == "PUBLIC"]

    def _grant(self, target: str | None) -> Grant:
        """Return what is to be granted or revoked; ``target`` is the role whose future objects are meant."""
        wanted = self.options
        objects = _listed(wanted.objs or "")
        if wanted.type == "database" and not objects:
            objects = [wanted.login_db]
        return Grant(
            kind=wanted.type, privileges=[each.upper() for each in _listed(wanted.privs or "")], objects=objects,
            schema=wanted.schema, target=target, option=wanted.grant_option, revoked=wanted.state == "absent",
        )


def _listed(text: str) -> list[str]:
    """Return the parts of a text with commas between them; those in brackets belong to a function."""
    parts, depth = [""], 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [each.strip() for each in parts if each.strip()]
