"""The ``mysql_user`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import MysqlLogin
from runner.modules.support.mysql_accounts import Account, look, proof
from runner.modules.support.mysql_client import Mysql, session_of
from runner.modules.support.mysql_privileges import difference, wanted_of
from runner.sdk import Alias, AtMostOne, Failed, Module, Outcome, SecretStr, Verb, Work, options


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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look at the user's accounts, and make, change or remove them. Raises ``Failed``."""
        del facts
        wanted = self.options
        first = session_of(wanted.session_vars, logged=wanted.sql_log_bin)
        server = Mysql(wanted, "mysql" if wanted.force_context else "", first=first)
        if wanted.check_implicit_admin:
            yield from server.as_admin()
        accounts = yield from look(server, wanted.name)
        own = [each for each in accounts if wanted.host_all or each.host.lower() == wanted.host.lower()]
        if wanted.state == "absent":
            yield from server.do(*(f"DROP USER {each.sql}" for each in own))
            return self._ended("User deleted" if own else "User doesn't exist", changed=bool(own))
        if not own and wanted.host_all:
            raise Failed("host_all parameter cannot be used when adding a user")
        if not own:
            set_password = yield from self._added(server, accounts)
            return self._ended("User added", changed=True, password_changed=set_password)
        messages: list[str] = []
        changed = set_password = False
        for account in own:
            password, rest, said = self._changes(account)
            yield from server.do(*password, *rest)
            messages += said
            changed, set_password = changed or bool(password or rest), set_password or bool(password)
        return self._ended(next(reversed(messages), "User unchanged"), changed=changed, password_changed=set_password)

    def _ended(self, message: str, *, changed: bool, password_changed: bool = False) -> Outcome:
        told = {"user": self.options.name, "msg": message, "password_changed": password_changed}
        return Outcome({**told, "attributes": self.options.attributes}, changed=changed)

    def _added(self, server: Mysql, others: list[Account]) -> Generator[Verb, Any, bool]:
        """Make the account; return whether it got the password of the options."""
        wanted = self.options
        maria = yield from server.rows("SELECT VERSION() LIKE '%MariaDB%' AS maria")
        account = Account(wanted.name, wanted.host, {}, [], maria=maria[0]["maria"] == "1")
        former = others[0] if others and wanted.update_password == "on_new_username" else None  # noqa: S105 - no password
        identified = former.proof if former is not None else proof(wanted, account)
        yield from server.do(
            f"CREATE USER {account.sql}{identified}",
            *account.tls(wanted.tls_requires), *account.limits(wanted.resource_limits),
            *account.expiry(wanted.password_expire, wanted.password_expire_interval),
            *account.attributed(wanted.attributes), *account.lock(locked=wanted.locked),
            *self._granted(account)[0],
        )
        return former is None

    def _changes(self, account: Account) -> tuple[list[str], list[str], list[str]]:
        """Return the statements that change the password, those that change the rest, and what is said of it."""
        wanted = self.options
        password: list[str] = []
        if not account.has(wanted) and wanted.update_password == "always":  # noqa: S105 - no password
            password = [f"ALTER USER {account.sql}{proof(wanted, account)}"]
        granted, told = self._granted(account)
        parts = (
            ("", account.expiry(wanted.password_expire, wanted.password_expire_interval)),
            (told, granted),
            ("", account.limits(wanted.resource_limits)),
            ("TLS requires updated", account.tls(wanted.tls_requires)),
            ("Attributes updated", account.attributed(wanted.attributes)),
            ("User locked" if wanted.locked else "User unlocked", account.lock(locked=wanted.locked)),
        )
        rest = [each for _, statements in parts for each in statements]
        return password, rest, [message for message, statements in parts if statements and message]

    def _granted(self, account: Account) -> tuple[list[str], str]:
        """Return the statements that grant and revoke privileges, and what is said of it."""
        wanted = self.options
        if wanted.priv is None:
            return [], ""
        keep_case = bool(wanted.column_case_sensitive)
        found = difference(
            account.privileges(keep_case=keep_case), wanted_of(wanted.priv, keep_case=keep_case),
            append=wanted.append_privs, subtract=wanted.subtract_privs,
        )
        granted, revoked = (
            sorted({each for privileges in part.values() for each in privileges}) for part in found
        )
        return list(found.statements(account.sql)), f"Privileges updated: granted {granted}, revoked {revoked}"
