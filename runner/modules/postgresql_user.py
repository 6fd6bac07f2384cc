"""The ``postgresql_user`` module."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from runner.modules.shared import PostgresqlLogin
from runner.sdk import Alias, Module, SecretStr, options


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
