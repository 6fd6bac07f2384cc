"""Work on a PostgreSQL server by the client programs of the machine."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from runner.modules.shared import PostgresqlLogin
from runner.modules.support.clients import Kind, call, check_programs, setting, unheard
from runner.sdk import Answer, Ask, Failed, Verb

_SCRIPT = r"""
psql=$(program psql) || exit
export PGSERVICEFILE="$private/settings" PGSERVICE=ingot PGCLIENTENCODING=${PGCLIENTENCODING:-UTF8}
"""
"""What libpq is told of the server is in a file of services."""
_CLIENT = r"""
"$psql" -X -q -A -w -v ON_ERROR_STOP=1 -P footer=off -P null="$(printf '\035')" \
  -F "$(printf '\037')" -R "$(printf '\036')" -f -
"""
_HINT = "install the package postgresql-client or postgresql"
_ERROR = re.compile(r"^(?:psql:<stdin>:\d+: )?(?:[a-z_]+: error: |ERROR:\s+|FATAL:\s+)")
_DANGEROUS = re.compile(r";|--|/\*|\bunion\b|\bor\b.*=", re.IGNORECASE)
NOT_CONNECTED = 2
"""The exit status of ``psql`` for servers that cannot be reached."""

Row = dict[str, str | None]


class Postgres:
    """A server, how it is reached, and which database is meant. Each call is a session of its own."""

    def __init__(self, login: PostgresqlLogin, database: str, *, first: Sequence[str] = ()) -> None:
        if not login.trust_input:
            _check_input(asdict(login))
        self._settings = _settings_of(login, database or "postgres")
        role = [f"SET ROLE {name(login.session_role)}"] if login.session_role else []
        self._first = (*role, *first)

    def run(
        self, kind: Kind, script: str, sql: str = "", *args: str
    ) -> Generator[Verb, Any, Answer]:
        """Run a script in which libpq knows the server; ``sql`` is its standard input."""
        answer: Answer = yield call(kind, _SCRIPT + script, *args, settings=self._settings, stdin=sql)
        check_programs(answer, _HINT)
        return answer

    def script(self, kind: Kind, sql: str) -> Generator[Verb, Any, Answer]:
        """Have ``psql`` run a script; the answer's output is what ``rows_of`` reads."""
        first = "".join(f"{each};\n" for each in self._first)
        return (yield from self.run(kind, _CLIENT, first + sql))

    def rows(self, question: str) -> Generator[Verb, Any, list[Row]]:
        """Ask. Raises ``Failed``."""
        answer = yield from self.script(Ask, f"{question};\n")
        check(answer)
        return rows_of(answer.stdout)

    def do(self, *statements: str) -> Generator[Verb, Any, None]:
        """Change something, each statement by itself. Raises ``Failed``."""
        if statements:
            check((yield from self.script(unheard, "".join(f"{each};\n" for each in statements))))


def check(answer: Answer) -> None:
    """Raise ``Failed`` if a program of PostgreSQL ended with an error."""
    if answer.status == 0:
        return
    said = complaint(answer)
    if answer.status == NOT_CONNECTED:
        raise Failed(f"unable to connect to database: {said}", "check login_user, login_password and login_host")
    raise Failed(said)


def complaint(answer: Answer) -> str:
    """Return what a program says of an error, without what stands before it."""
    lines = answer.stderr.strip().splitlines()
    start = next((number for number, line in enumerate(lines) if _ERROR.search(line)), 0)
    return _ERROR.sub("", "\n".join(lines[start:])) or f"the program ended with exit status {answer.status}"


def rows_of(text: str) -> list[Row]:
    """Return the rows of one answer."""
    lines = text.removesuffix("\n").split("\x1e")
    names = lines[0].split("\x1f")
    return [dict(zip(names, (None if each == "\x1d" else each for each in line.split("\x1f")), strict=False))
            for line in lines[1:]]


def literal(value: Any) -> str:
    """Return a value as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple):
        return literal(_array(value))
    return "'" + str(value).replace("'", "''") + "'"


def _array(values: Sequence[Any]) -> str:
    """Return a list as the text of an array."""
    said = [
        _array(each) if isinstance(each, list | tuple)
        else literal(each) if each is None or isinstance(each, int | float)
        else '"' + str(each).replace("\\", "\\\\").replace('"', '\\"') + '"'
        for each in values
    ]
    return "{" + ", ".join(said) + "}"


def name(text: str) -> str:
    """Return the name of something as SQL."""
    return '"' + text.replace('"', '""') + '"'


def _check_input(options: Mapping[str, Any]) -> None:
    for key, value in options.items():
        for each in value if isinstance(value, list) else [value]:
            if key not in ("query", "login_password", "password") and isinstance(each, str) and _DANGEROUS.search(each):
                raise Failed(f"Passed input '{each}' is potentially dangerous", "set trust_input if it is meant")


def _settings_of(login: PostgresqlLogin, database: str) -> str:
    """Return the lines of a file of services for libpq."""
    local = login.login_host in ("", "localhost")
    values: dict[str, Any] = {
        "host": login.login_unix_socket or login.login_host if local else login.login_host,
        "port": login.login_port, "user": login.login_user, "password": login.login_password, "dbname": database,
        "sslmode": login.ssl_mode, "sslrootcert": login.ca_cert, "sslcert": login.ssl_cert, "sslkey": login.ssl_key,
        **(login.connect_params or {}),
    }
    lines = [f"{key}={setting(str(value))}" for key, value in values.items() if value not in (None, "")]
    return "".join(f"{line}\n" for line in ("[ingot]", *lines))
