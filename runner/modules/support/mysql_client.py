"""Work on a MySQL or MariaDB server by the client programs of the machine."""

from __future__ import annotations

import html
import re
from collections.abc import Generator, Mapping, Sequence
from typing import Any

from runner.modules.shared import MysqlLogin
from runner.modules.support.clients import Kind, call, check_programs, setting, unheard
from runner.sdk import Answer, Ask, Failed, Verb

_SCRIPT = r"""
config=$1 only=$2
shift 2
case $config in '~'/*) config=$HOME/${config#'~/'} ;; esac
{ if [ -f "$config" ] && [ -r "$config" ]; then cat "$config"; echo; fi; cat "$private/settings"; } >"$private/.my.cnf"
# The programs read the file of this name in the home directory after all others: what it says counts.
run() {
  name=$1; shift
  HOME=$private "$name" ${only:+"--defaults-file=$private/.my.cnf"} "$@"
}
client() { run "$client" "$@"; }
dump() { run "$dump" "$@"; }
client=$(program mariadb mysql) || exit
"""
"""Takes the user's file of settings, and whether it is the only one; defines ``client`` and ``dump``."""
FIND_DUMP = "dump=$(program mariadb-dump mysqldump) || exit\n"
_HINT = "install the package mariadb-client, default-mysql-client or mysql-client"
_ERROR = re.compile(r"^(?:ERROR|[\w-]+: Got error:) (\d+)(?: \(\w+\))?( at line \d+(?: in file: .*)?)?: (.*)")
_LOCAL, _PORT = "localhost", 3306

Row = dict[str, str | None]


class Refused(Failed):
    """The server does not do what it is told."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f'({code}, "{message}")')
        self.code = code


class Mysql:
    """A server, and how it is reached. Each call is a session of its own, which begins with ``first``."""

    def __init__(
        self, login: MysqlLogin, database: str = "", *,
        first: Sequence[str] = (), only: bool = False, overridden: bool = False,
    ) -> None:
        self._settings = _settings_of(login, overridden=overridden)
        self._config = "" if login.config_file is None else login.config_file
        self.database = database
        self._first = first
        self._only = "only" if only else ""

    def as_admin(self) -> Generator[Verb, Any, None]:
        """Work as root without a password from now on if the server has one like that."""
        own = self._settings
        self._settings = f'{own}[client]\nuser=root\npassword=""\n'
        answer = yield from self.run(Ask, "client --batch", "SELECT 1;")
        if answer.status:
            self._settings = own

    def run(
        self, kind: Kind, script: str, sql: str = "", *args: str, chdir: str | None = None
    ) -> Generator[Verb, Any, Answer]:
        """Run a script that has the programs ``client`` and ``dump``; ``sql`` is its standard input."""
        words = (self._config, self._only, *args)
        answer: Answer = yield call(kind, _SCRIPT + script, *words, settings=self._settings, stdin=sql, chdir=chdir)
        check_programs(answer, _HINT)
        return answer

    def statements(self, kind: Kind, *statements: str) -> Generator[Verb, Any, Answer]:
        """Run statements in one session; the answer's output is what ``result_sets`` reads."""
        sql = "".join(f"{each}\n;\n" for each in (*self._first, *statements))
        answer = yield from self.run(kind, 'client --batch --xml ${1:+"$1"}', sql, self.database)
        return answer

    def rows(self, *statements: str) -> Generator[Verb, Any, list[Row]]:
        """Ask; return the rows of all answers. Raises ``Failed``."""
        answer = yield from self.statements(Ask, *statements)
        check(answer)
        return [row for each in result_sets(answer.stdout) for row in each]

    def do(self, *statements: str) -> Generator[Verb, Any, None]:
        """Change something. Raises ``Failed``."""
        if statements:
            check((yield from self.statements(unheard, *statements)))


def check(answer: Answer) -> None:
    """Raise ``Failed`` if a program of MySQL ended with an error."""
    if (refused := failure(answer)) is not None:
        raise refused


def failure(answer: Answer) -> Refused | None:
    """Return the error of the server, if there is one. Raises ``Failed`` for others."""
    if answer.status == 0:
        return None
    said = answer.stderr.strip()
    found = next((match for line in said.splitlines() if (match := _ERROR.match(line))), None)
    if found is None:
        raise Failed(said or f"the program ended with exit status {answer.status}")
    if found[2] is None:
        raise Failed(
            f'the server cannot be reached: ({found[1]}, "{found[3]}")',
            "check login_user, login_password, login_unix_socket and config_file, and that the server runs",
        )
    return Refused(int(found[1]), found[3])


def result_sets(text: str) -> list[list[Row]]:
    """Return the rows of each answer in the client's XML.

    It is XML only if no value has a control character; but nothing else in it is written with ``<``.
    """
    return [
        [{html.unescape(field[1]): None if field[2] else html.unescape(field[3]) for field in _FIELD.finditer(row)}
         for row in each.split("<row>")[1:]]
        for each in text.split("\n<resultset ")[1:]
    ]


_FIELD = re.compile(r'<field name="([^"]*)"(?:( xsi:nil="true") />|>([^<]*)</field>)')


def literal(value: Any) -> str:
    """Return a value as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple):
        return f"({','.join(literal(each) for each in value)})"
    text = str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\0", "\\0")
    return f"'{text}'"


def name(text: str) -> str:
    """Return the name of something as SQL."""
    return f"`{text.replace('`', '``')}`"


def session_of(variables: Mapping[str, Any] | None, *, logged: bool = True) -> list[str]:
    """Return what a session begins with: its variables, and whether its changes are logged."""
    found = [] if logged else ["SET SQL_LOG_BIN=0"]
    return found + [f"SET SESSION {name(each)} = {literal(value)}" for each, value in (variables or {}).items()]


def _settings_of(login: MysqlLogin, *, overridden: bool) -> str:
    """Return the lines of a file of settings for the programs; with ``overridden``, without host and port left out."""
    values: dict[str, Any] = {"user": login.login_user, "password": login.login_password}
    if login.login_unix_socket:
        values |= {"socket": login.login_unix_socket, "host": _LOCAL, "protocol": "socket"}
    else:
        values["host"] = None if overridden and login.login_host == _LOCAL else login.login_host
        values["port"] = None if overridden and login.login_port == _PORT else login.login_port
        # A port means that the local server is not to be reached by its socket.
        values["protocol"] = "tcp" if login.login_host == _LOCAL and login.login_port != _PORT else None
    values |= {"ssl-ca": login.ca_cert, "ssl-cert": login.client_cert, "ssl-key": login.client_key}
    lines = ["[client]", *(f"{key}={_quoted(str(value))}" for key, value in values.items() if value is not None)]
    # Only the client knows these, and each kind of client knows one of the ways to have certificates verified.
    lines += ["[mysql]", f"connect-timeout={login.connect_timeout}", "default-character-set=utf8mb4"]
    if login.ca_cert or login.check_hostname:
        lines += [f"loose-ssl-mode={'VERIFY_CA' if login.check_hostname is False else 'VERIFY_IDENTITY'}"]
        lines += [] if login.check_hostname is False else ["loose-ssl-verify-server-cert"]
    return "".join(f"{line}\n" for line in lines)


def _quoted(text: str) -> str:
    return '"' + setting(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
