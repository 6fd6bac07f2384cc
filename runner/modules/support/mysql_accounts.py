"""Accounts of MySQL users: what the server knows of them, and the statements that change it."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Mapping
from typing import Any, NamedTuple

from runner.modules.support.mysql_client import Mysql, Refused, Row, literal, name
from runner.modules.support.mysql_passwords import is_of, sha2_hash
from runner.modules.support.mysql_privileges import Privileges, shown_of
from runner.sdk import Failed, Verb

_LIMITS = {
    "MAX_QUERIES_PER_HOUR": "max_questions", "MAX_UPDATES_PER_HOUR": "max_updates",
    "MAX_CONNECTIONS_PER_HOUR": "max_connections", "MAX_USER_CONNECTIONS": "max_user_connections",
    "MAX_STATEMENT_TIME": "max_statement_time",
}
"""What SQL calls a limit -> its column."""
_HASH = re.compile(r"\*[0-9A-Fa-f]{40}|")
_NO_TABLE, _NO_VIEW, _NO_GRANT = 1146, 1109, 1141
"""Errors of servers without a table or a view, and of users without privileges."""


class Account(NamedTuple):
    """A user who comes from a host."""

    user: str
    host: str
    row: Mapping[str, Any]
    """What ``mysql.user`` has of it."""
    grants: list[str]
    maria: bool
    """Whether the server is MariaDB."""

    @property
    def sql(self) -> str:
        """The account as SQL."""
        return f"{literal(self.user)}@{literal(self.host)}"

    @property
    def plugin(self) -> str:
        """What tells whether it is the user."""
        return self.row.get("plugin") or ""

    @property
    def kept(self) -> bytes:
        """What the plugin keeps of the password."""
        return bytes.fromhex(self.row.get("ingot_kept") or "") or (self.row.get("Password") or "").encode()

    @property
    def proof(self) -> str:
        """How the user is identified, as SQL."""
        if not self.kept and not self.plugin:
            return ""
        return _identified(self.plugin or "mysql_native_password", self.kept, maria=self.maria)

    def has(self, wanted: Any) -> bool:
        """Return whether the account has the password, or the plugin, of the options; also if they name none."""
        if wanted.plugin is None:
            if wanted.password is None:
                return True
            if not wanted.encrypted:
                return is_of(wanted.password, self.plugin, self.kept)
            return self.kept.lower() == str(wanted.password).lower().encode()
        if self.plugin != wanted.plugin:
            return False
        if wanted.plugin_hash_string is not None:
            return self.kept == str(wanted.plugin_hash_string).encode()
        return wanted.plugin_auth_string is None or is_of(wanted.plugin_auth_string, self.plugin, self.kept)

    def privileges(self, *, keep_case: bool) -> Privileges:
        """Return the account's privileges."""
        return shown_of(self.grants, keep_case=keep_case)

    def described(self) -> dict[str, Any]:
        """Return the account as the options of ``mysql_user`` have one."""
        told = self.privileges(keep_case=True)
        kept = self.kept.decode("utf-8", "replace")
        given = {target.replace("`", ""): ",".join(sorted(each)) for target, each in told.items()}
        if len(given) > 1 and given.get("*.*") == "USAGE":
            del given["*.*"]
        return {
            "name": self.user, "host": self.host, "plugin": self.plugin, "plugin_auth_string": kept,
            "plugin_hash_string": kept, "locked": self.row.get("account_locked") == "Y",
            "priv": "/".join(f"{target}:{each}" for target, each in given.items()),
        }

    def tls(self, demands: Mapping[str, Any] | None) -> list[str]:
        """Return what makes the demands on the user's connection these."""
        wanted = {key.upper(): value for key, value in (demands or {}).items() if key.upper() != "NONE"}
        kind = "" if not wanted else next((each for each in ("SSL", "X509") if each in wanted), "SPECIFIED")
        kinds = {"": "", "ANY": "SSL", "X509": "X509", "SPECIFIED": "SPECIFIED"}
        current = {"CIPHER": self.row.get("ssl_cipher"), "ISSUER": self.row.get("x509_issuer"),
                   "SUBJECT": self.row.get("x509_subject")}
        had = {key: value for key, value in current.items() if value}
        same = kind != "SPECIFIED" or wanted == had
        if kinds.get(self.row.get("ssl_type") or "") == kind and same:
            return []
        written = " AND ".join(key if value is None else f"{key} {literal(value)}" for key, value in wanted.items())
        return [f"ALTER USER {self.sql} REQUIRE {written or 'NONE'}"]

    def limits(self, limits: Mapping[str, Any] | None) -> list[str]:
        """Return what makes the limits of the user these. Raises ``Failed``."""
        told = {key.upper(): value for key, value in (limits or {}).items()}
        if unknown := [key for key in told if key not in _LIMITS]:
            raise Failed(f"resource_limits: there is no {unknown[0]}", f"there are {', '.join(_LIMITS)}")
        other = {key: value for key, value in told.items()
                 if float(self.row.get(_LIMITS[key]) or 0) != float(value)}
        written = " ".join(f"{key} {float(value):g}" for key, value in other.items())
        return [f"ALTER USER {self.sql} WITH {written}"] if other else []

    def expiry(self, when: str | None, days: int | None) -> list[str]:
        """Return what makes the password expire then. Raises ``Failed``."""
        if when is None:
            return []
        if when == "interval" and not days:
            raise Failed("password_expire: interval needs password_expire_interval, with at least one day")
        lifetimes = {"never": "0", "default": None, "interval": str(days)}
        lifetime = self.row.get("password_lifetime") if self.row else None
        expired = self.row.get("password_expired") == "Y"
        if expired if when == "now" else lifetime == lifetimes[when]:
            return []
        words = {"now": "", "interval": f" INTERVAL {days} DAY"}
        return [f"ALTER USER {self.sql} PASSWORD EXPIRE{words.get(when, f' {when.upper()}')}"]

    def lock(self, *, locked: bool | None) -> list[str]:
        """Return what keeps the user from logging in, or lets the user."""
        if locked is None or (self.row.get("account_locked") == "Y") == locked:
            return []
        return [f"ALTER USER {self.sql} ACCOUNT {'LOCK' if locked else 'UNLOCK'}"]

    def attributed(self, attributes: Mapping[str, Any] | None) -> list[str]:
        """Return what gives the user these attributes. Raises ``Failed``."""
        if attributes is None:
            return []
        if self.maria:
            raise Failed("user attributes were specified but the server does not support user attributes")
        known = json.loads(self.row.get("attributes") or "{}")
        other = {key: value for key, value in attributes.items() if known.get(key) != value}
        return [f"ALTER USER {self.sql} ATTRIBUTE {literal(json.dumps(other))}"] if other else []


def look(server: Mysql, user: str) -> Generator[Verb, Any, list[Account]]:
    """Return the accounts of a user. Raises ``Failed``."""
    return (yield from accounts_of(server, f"WHERE User = {literal(user)}"))


def accounts_of(server: Mysql, where: str = "") -> Generator[Verb, Any, list[Account]]:
    """Return the accounts for which a condition holds. Raises ``Failed``."""
    extra = "HEX(authentication_string) AS ingot_kept, VERSION() AS ingot_version"
    rows = yield from server.rows(f"SELECT *, {extra} FROM mysql.user {where} ORDER BY Host")  # noqa: S608 - by literal
    accounts = []
    for row in rows:
        maria = "MariaDB" in (row["ingot_version"] or "")
        account = Account(row.get("User") or "", row.get("Host") or "", row, [], maria=maria)
        more = yield from _more(server, account)
        grants = yield from _told(server, f"SHOW GRANTS FOR {account.sql}", _NO_GRANT)
        lines = [value or "" for each in grants for value in each.values()]
        accounts.append(account._replace(row={**row, **more}, grants=lines))
    return accounts


def _more(server: Mysql, account: Account) -> Generator[Verb, Any, dict[str, Any]]:
    """Return what is not in ``mysql.user``: MariaDB keeps it as JSON, and MySQL has attributes elsewhere."""
    where = f"User = {literal(account.user)} AND Host = {literal(account.host)}"
    if not account.maria:
        asked = f"SELECT ATTRIBUTE AS attributes FROM information_schema.USER_ATTRIBUTES WHERE {where}"  # noqa: S608 - by literal
        rows = yield from _told(server, asked, _NO_TABLE, _NO_VIEW)
        return {"attributes": rows[0]["attributes"]} if rows else {}
    asked = f"SELECT Priv AS priv FROM mysql.global_priv WHERE {where}"  # noqa: S608 - by literal
    rows = yield from _told(server, asked, _NO_TABLE)
    known = json.loads((rows[0]["priv"] if rows else None) or "{}")
    lifetime = known.get("password_lifetime", -1)
    return {
        "password_lifetime": None if lifetime < 0 else str(lifetime),
        "account_locked": "Y" if known.get("account_locked") else "N",
    }


def _told(server: Mysql, question: str, *fine: int) -> Generator[Verb, Any, list[Row]]:
    """Ask; errors that are ``fine`` mean that there is nothing."""
    try:
        return (yield from server.rows(question))
    except Refused as refused:
        if refused.code not in fine:
            raise
        return []


def proof(wanted: Any, account: Account) -> str:
    """Return how the options have the user identified, as SQL. Raises ``Failed``."""
    if wanted.plugin is not None:
        return _by_plugin(wanted, maria=account.maria)
    if wanted.password is None:
        return ""
    if not wanted.encrypted:
        return f" IDENTIFIED BY {literal(wanted.password)}"
    if not _HASH.fullmatch(wanted.password):
        raise Failed(
            "encrypted was specified however it does not appear to be a valid hash expecting: "
            "*SHA1(SHA1(your_password))"
        )
    return _identified("mysql_native_password", wanted.password.encode(), maria=account.maria)


def _by_plugin(wanted: Any, *, maria: bool) -> str:
    if wanted.plugin_auth_string is None or wanted.plugin_hash_string is not None:
        return _identified(wanted.plugin, (wanted.plugin_hash_string or "").encode(), maria=maria)
    if wanted.salt is not None:
        return _identified(wanted.plugin, sha2_hash(wanted.plugin, wanted.plugin_auth_string, wanted.salt), maria=maria)
    said = literal(wanted.plugin_auth_string)
    return f" IDENTIFIED WITH {name(wanted.plugin)} {f'USING PASSWORD({said})' if maria else f'BY {said}'}"


def _identified(plugin: str, kept: bytes, *, maria: bool) -> str:
    """Return that a plugin identifies the user by what it keeps."""
    said = f" IDENTIFIED WITH {name(plugin)}"
    if not kept:
        return said
    text = kept.decode("latin-1")
    # New versions of MySQL alone take numbers here, and their salts alone have characters that nobody can write.
    return f"{said} {'USING' if maria else 'AS'} {literal(text) if text.isprintable() else f'0x{kept.hex()}'}"
