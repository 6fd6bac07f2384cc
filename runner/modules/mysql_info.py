"""The ``mysql_info`` module."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from typing import Any

from runner.modules.shared import MysqlLogin, Texts
from runner.modules.support.mysql_accounts import accounts_of
from runner.modules.support.mysql_client import Mysql, Refused, Row
from runner.sdk import Failed, Module, Outcome, Verb, Work, options

_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-(.*))?")
_SYNTAX = 1064
_SIZES = (
    "SELECT TABLE_SCHEMA AS name, SUM(DATA_LENGTH + INDEX_LENGTH) AS size, COUNT(TABLE_NAME) AS tables"
    " FROM information_schema.TABLES GROUP BY TABLE_SCHEMA"
)

Part = Generator[Verb, Any, Any]


@options()
class Options(MysqlLogin):
    """What ``mysql_info`` accepts."""

    filter: Texts | None = None
    """What to find out; with ! in front, what to leave out."""
    login_db: str | None = None
    """Which database to connect to."""
    exclude_fields: Texts | None = None
    """Fields that are left out, such as db_size."""
    return_empty_dbs: bool = False
    """Name databases without tables too."""


class MysqlInfo(Module[Options]):
    """Find out about a MySQL server: its version, settings, databases and users."""

    name = "mysql_info"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask for each part that is wanted. Raises ``Failed``."""
        del facts
        wanted = self.options
        server = Mysql(wanted, wanted.login_db or "")
        parts: dict[str, Callable[[Mysql], Part]] = {
            "version": _version, "databases": self._databases, "settings": _settings, "global_status": _status,
            "users": _users, "users_info": _users_info, "engines": _engines, "master_status": _primary,
            "slave_status": _replica, "slave_hosts": _replicas,
        }
        told = [each.strip() for each in wanted.filter or () if each.strip()]
        for each in told:
            if each.lstrip("!") not in parts:
                raise Failed(f"filter: there is no {each.lstrip('!')}", f"there are {', '.join(parts)}")
        named = {each for each in told if not each.startswith("!")}
        left_out = {each.removeprefix("!") for each in told if each.startswith("!")}
        version = yield from _version(server)
        values: dict[str, Any] = {"server_engine": "MariaDB" if "MariaDB" in version["full"] else "MySQL"}
        for name, ask in parts.items():
            if name in (named or set(parts)) and name not in left_out:
                values[name] = yield from ask(server)
        return Outcome(values, changed=False)

    def _databases(self, server: Mysql) -> Part:
        """Return the databases, with their sizes and the numbers of their tables."""
        plain = set(self.options.exclude_fields or ())
        if unknown := plain - {"db_size", "db_table_count"}:
            raise Failed(f"exclude_fields: there is no {unknown.pop()}", "there are db_size and db_table_count")
        rows = yield from server.rows(_SIZES)
        found = {row["name"] or "": {"size": _number(row["size"] or "0"), "tables": _number(row["tables"])}
                 for row in rows}
        if self.options.return_empty_dbs:
            names = yield from server.rows("SHOW DATABASES")
            found |= {name: {"size": 0, "tables": 0} for row in names for name in row.values()
                      if name is not None and name not in found}
        for each in found.values():
            if "db_size" in plain:
                del each["size"]
            if "db_table_count" in plain:
                del each["tables"]
        return found


def _number(value: str | None) -> Any:
    """Return a value of the server's, as a number if it is one."""
    return int(value) if value is not None and value.isdecimal() else value


def _typed(row: Row) -> dict[str, Any]:
    return {name: _number(value) for name, value in row.items()}


def _version(server: Mysql) -> Part:
    rows = yield from server.rows("SELECT VERSION() AS version")
    full = rows[0]["version"] or ""
    match = _VERSION.match(full)
    if match is None:
        raise Failed(f"the server says that its version is {full!r}")
    return {"full": full, "major": int(match[1]), "minor": int(match[2]), "release": int(match[3]),
            "suffix": match[4] or ""}


def _settings(server: Mysql) -> Part:
    rows = yield from server.rows("SHOW GLOBAL VARIABLES")
    return {row["Variable_name"]: _number(row["Value"]) for row in rows}


def _status(server: Mysql) -> Part:
    rows = yield from server.rows("SHOW GLOBAL STATUS")
    return {row["Variable_name"]: _number(row["Value"]) for row in rows}


def _engines(server: Mysql) -> Part:
    rows = yield from server.rows("SHOW ENGINES")
    return {row["Engine"]: {name: value for name, value in row.items() if name != "Engine"} for row in rows}


def _users(server: Mysql) -> Part:
    """Return what the server's table of users has, by host and name."""
    rows = yield from server.rows("SELECT * FROM mysql.user")
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        told = {name: _number(value) for name, value in row.items() if name not in ("User", "Host")}
        found.setdefault(row["Host"] or "", {})[row["User"] or ""] = told
    return found


def _users_info(server: Mysql) -> Part:
    """Return the users as ``mysql_user`` takes them."""
    accounts = yield from accounts_of(server)
    return [each.described() for each in accounts]


def _primary(server: Mysql) -> Part:
    rows = yield from _either(server, "SHOW MASTER STATUS", "SHOW BINARY LOG STATUS")
    return _typed(rows[0]) if rows else {}


def _replica(server: Mysql) -> Part:
    """Return the primary servers that this one follows: host -> port -> user -> what there is to know."""
    rows = yield from _either(server, "SHOW ALL SLAVES STATUS", "SHOW REPLICA STATUS")
    found: dict[str, Any] = {}
    for row in rows:
        told = {name.replace("Source_", "Master_"): _number(value) for name, value in row.items()}
        keys = [str(told.pop(f"Master_{each}", "")) for each in ("Host", "Port", "User")]
        found.setdefault(keys[0], {}).setdefault(keys[1], {})[keys[2]] = told
    return found


def _replicas(server: Mysql) -> Part:
    rows = yield from _either(server, "SHOW SLAVE HOSTS", "SHOW REPLICAS")
    return {str(row["Server_id"]): {name: _number(value) for name, value in row.items() if name != "Server_id"}
            for row in rows}


def _either(server: Mysql, former: str, newer: str) -> Generator[Verb, Any, list[Row]]:
    """Ask in the words of MariaDB and old MySQL, or else in those of MySQL 8.4."""
    try:
        return (yield from server.rows(former))
    except Refused as refused:
        if refused.code != _SYNTAX:
            raise
        return (yield from server.rows(newer))
