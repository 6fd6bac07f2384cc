"""The ``mysql_user`` module."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from runner.modules.shared import MysqlLogin
from runner.sdk import Alias, AtMostOne, Module, SecretStr, options


@options(AtMostOne("append_privs", "subtract_privs"))
class Options(MysqlLogin):
    """What ``mysql_user`` accepts."""

    name: Annotated[str, Alias("user")]
    """Which user."""
    host: str = "localhost"
    """Host that the user comes from; % means any."""
    host_all: bool = False
    """Do it for all hosts of the user."""
    state: Literal["absent", "present"] = "present"
    """Whether the user is to be there."""
    password: SecretStr | None = None
    """The user's password."""
    encrypted: bool = False
    """The password is a hash."""
    update_password: Literal["always", "on_create", "on_new_username"] = "always"  # noqa: S105 - says when, is no password
    """Whether to set the password always, or only on new users."""
    password_expire: Literal["now", "never", "default", "interval"] | None = None
    """When the password expires."""
    password_expire_interval: int | None = None
    """Days after which the password expires, with interval."""
    priv: Any = None
    """Privileges, as in db.table:SELECT,INSERT; several with / between them or as a mapping."""
    append_privs: bool = False
    """Add the privileges to those that the user has."""
    subtract_privs: bool = False
    """Take the privileges away."""
    column_case_sensitive: bool | None = None
    """Keep capital and small letters of columns apart in privileges."""
    plugin: str | None = None
    """Plugin that tells whether it is the user."""
    plugin_auth_string: SecretStr | None = None
    """What the plugin takes as password."""
    plugin_hash_string: SecretStr | None = None
    """What the plugin takes as hash."""
    salt: SecretStr | None = None
    """Salt of the hash."""
    tls_requires: dict[str, Any] | None = None
    """What the user's connection has to have: SSL, X509, or a mapping of demands."""
    resource_limits: dict[str, Any] | None = None
    """How many queries and connections the user may have an hour."""
    attributes: dict[str, Any] | None = None
    """Attributes of the user; one without a value is removed."""
    locked: bool | None = None
    """Keep the user from logging in."""
    session_vars: dict[str, Any] | None = None
    """Variables to set for this work."""
    force_context: bool = False
    """Work from within the database mysql."""
    sql_log_bin: bool = True
    """Write the changes to the binary log."""
    check_implicit_admin: bool = False
    """Try to log in as root without password first."""


class MysqlUser(Module[Options]):
    """Create, change and remove users of a MySQL server, with their privileges."""

    name = "mysql_user"
