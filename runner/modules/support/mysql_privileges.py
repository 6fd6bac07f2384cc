"""Privileges of MySQL users: as the option ``priv`` has them, as the server shows them, and what is between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from runner.modules.support.mysql_client import name
from runner.sdk import Failed

_NAME = r"(?:`(?:[^`]|``)*`|\*)"
_GRANT = re.compile(rf"^GRANT (.+?) ON ((?:(?:FUNCTION|PROCEDURE|TABLE) )?{_NAME}(?:\.{_NAME})?) TO ")
_OPTION = "GRANT"
"""What ``priv`` calls the right to pass privileges on."""
_EVERYTHING = frozenset({
    "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "RELOAD", "SHUTDOWN", "PROCESS", "FILE", "REFERENCES",
    "INDEX", "ALTER", "SHOW DATABASES", "SUPER", "CREATE TEMPORARY TABLES", "LOCK TABLES", "EXECUTE",
    "REPLICATION SLAVE", "REPLICATION CLIENT", "CREATE VIEW", "SHOW VIEW", "CREATE ROUTINE", "ALTER ROUTINE",
    "CREATE USER", "EVENT", "TRIGGER", "CREATE TABLESPACE", "CREATE ROLE", "DROP ROLE",
})
"""What MySQL 8 shows for everything, beside privileges of plugins."""

Privileges = dict[str, frozenset[str]]
"""What they are for, as SQL -> the privileges."""


class Difference(NamedTuple):
    """What has to be granted and revoked."""

    granted: Privileges
    revoked: Privileges

    def statements(self, user: str) -> Iterator[str]:
        """Yield the statements; what is revoked comes first, for it may hold what is granted."""
        for target, privileges in self.revoked.items():
            if _OPTION in privileges:
                yield f"REVOKE GRANT OPTION ON {target} FROM {user}"
            if rest := _written(privileges):
                yield f"REVOKE {rest} ON {target} FROM {user}"
        for target, privileges in self.granted.items():
            option = " WITH GRANT OPTION" if _OPTION in privileges else ""
            yield f"GRANT {_written(privileges) or 'USAGE'} ON {target} TO {user}{option}"


def wanted_of(priv: Any, *, keep_case: bool) -> Privileges:
    """Return the privileges that the option ``priv`` has. Raises ``Failed``."""
    if isinstance(priv, Mapping):
        pairs = [(str(key), str(value)) for key, value in priv.items()]
    else:
        parts = [each.strip().rpartition(":") for each in str(priv).split("/")]
        pairs = [(target, privileges) for target, _, privileges in parts]
    found: Privileges = {}
    for target, privileges in pairs:
        if not target.strip():
            raise Failed(f"priv: {privileges!r} does not say what it is for", "write database.table:PRIVILEGES")
        key = _target(target.strip())
        found[key] = found.get(key, frozenset()) | _set_of(privileges, keep_case=keep_case)
    return found


def shown_of(grants: Iterable[str], *, keep_case: bool) -> Privileges:
    """Return the privileges that ``SHOW GRANTS`` tells of; roles are none."""
    found: Privileges = {}
    for line in grants:
        match = _GRANT.match(line)
        if match is None or match[1] == "PROXY":
            continue
        privileges = _set_of(match[1], keep_case=keep_case)
        if match[2] == "*.*" and privileges >= _EVERYTHING:
            privileges = frozenset({"ALL"})
        if "WITH GRANT OPTION" in line[match.end():]:
            privileges |= {_OPTION}
        target = match[2].removeprefix("TABLE ")
        found[target] = found.get(target, frozenset()) | privileges
    return found


def difference(current: Privileges, wanted: Privileges, *, append: bool, subtract: bool) -> Difference:
    """Return what is between the privileges that a user has and those that the user is to have."""
    if subtract:
        less = {target: privileges & current.get(target, frozenset()) for target, privileges in wanted.items()}
        return Difference({}, _filled(less))
    more = {target: _lacking(privileges, current.get(target, frozenset())) for target, privileges in wanted.items()}
    if append:
        return Difference(_filled(more), {})
    less = {target: privileges - wanted.get(target, frozenset()) for target, privileges in current.items()}
    for target, privileges in less.items():
        if "ALL" in privileges and target in wanted:  # nothing of what is wanted is left when all is revoked
            more[target] = wanted[target] - ({_OPTION} & current[target])
    return Difference(_filled(more), _filled(less))


def _lacking(wanted: frozenset[str], current: frozenset[str]) -> frozenset[str]:
    """Return the privileges that are not there; ``ALL`` is everything but the right to pass it on."""
    return (wanted & {_OPTION}) - current if "ALL" in current else wanted - current


def _filled(privileges: Privileges) -> Privileges:
    """Return the privileges without the entries that stand for none."""
    told = {target: each - {"USAGE"} for target, each in privileges.items()}
    return {target: each for target, each in told.items() if each}


def _target(text: str) -> str:
    """Return what privileges are for as SQL."""
    kind, blank, rest = text.partition(" ")
    if not blank or kind.upper() not in ("FUNCTION", "PROCEDURE"):
        kind, rest = "", text
    database, dot, table = _unquoted_split(rest)
    if not dot:
        raise Failed(f"priv: {text!r} names no table", f"write {text}.* for all of them")
    parts = [each if each == "*" else name(each.strip("`").replace("``", "`")) for each in (database, table)]
    return f"{kind.upper()} {'.'.join(parts)}" if kind else ".".join(parts)


def _unquoted_split(text: str) -> tuple[str, str, str]:
    """Return the database and the table of a name; a dot in backticks is none between them."""
    match = re.fullmatch(r"(`(?:[^`]|``)*`|.*)(\.)(`(?:[^`]|``)*`|[^.]*)", text, re.DOTALL)
    return (match[1], match[2], match[3]) if match else (text, "", "")


def _set_of(text: str, *, keep_case: bool) -> frozenset[str]:
    """Return privileges, with commas between them, as they are compared and written."""
    return frozenset(
        _privilege(each.strip(), keep_case=keep_case) for each in re.findall(r"(?:[^,(]|\([^)]*\))+", text)
    )


def _privilege(text: str, *, keep_case: bool) -> str:
    word, bracket, columns = text.partition("(")
    word = " ".join(word.upper().split())
    if not bracket:
        return {"ALL PRIVILEGES": "ALL", "GRANT OPTION": _OPTION}.get(word, word)
    names = sorted(each.strip().strip("`") for each in columns.rstrip(")").split(","))
    written = ", ".join(name(each if keep_case else each.upper()) for each in names)
    return f"{word} ({written})"


def _written(privileges: frozenset[str]) -> str:
    return ", ".join(sorted(privileges - {_OPTION}))
