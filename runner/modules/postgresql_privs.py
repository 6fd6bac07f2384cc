"""The ``postgresql_privs`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import PostgresqlLogin
from runner.sdk import Alias, Module, options


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
