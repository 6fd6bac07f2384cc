"""The ``mysql_replication`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import MysqlLogin
from runner.modules.support.mysql_client import Mysql, Refused, Row, literal
from runner.sdk import Alias, AtMostOne, Failed, Module, Outcome, SecretStr, Verb, Work, options

_SETTINGS = (
    "host", "user", "password", "port", "connect_retry", "log_file", "log_pos", "delay", "ssl", "ssl_ca", "ssl_capath",
    "ssl_cert", "ssl_key", "ssl_cipher", "ssl_verify_server_cert",
)
"""What ``CHANGE MASTER`` and the options call the same, but for what they begin with."""
_GTID = {"current_pos": "current_pos", "replica_pos": "slave_pos", "disabled": "no"}
_NEW_WORDS = (8, 0, 23)
"""The MySQL that took other words into its SQL."""
_DONE = {
    "startreplica": ("START", "Replica started ", "Replica already started (or cannot be started)"),
    "stopreplica": ("STOP", "Replica stopped", "Replica already stopped"),
    "resetreplica": ("RESET", "Replica reset", "Replica already reset"),
    "resetreplicaall": ("RESET", "Replica reset", "Replica already reset"),
}
"""Mode -> its statement, and what is said when it has worked or has not."""


@options(AtMostOne("connection_name", "channel"))
class Options(MysqlLogin):
    """What ``mysql_replication`` accepts."""

    mode: Literal[
        "changeprimary",
        "changereplication",
        "getprimary",
        "getreplica",
        "startreplica",
        "stopreplica",
        "resetprimary",
        "resetreplica",
        "resetreplicaall",
    ] = "getreplica"
    """What to do, or what to ask."""
    primary_host: Annotated[str | None, Alias("master_host")] = None
    """Host of the primary server."""
    primary_port: Annotated[int | None, Alias("master_port")] = None
    """Port of the primary server."""
    primary_user: Annotated[str | None, Alias("master_user")] = None
    """User to log in as at the primary server."""
    primary_password: Annotated[SecretStr | None, Alias("master_password")] = None
    """Password of that user."""
    primary_connect_retry: Annotated[int | None, Alias("master_connect_retry")] = None
    """Seconds between two tries to connect."""
    primary_delay: Annotated[int | None, Alias("master_delay")] = None
    """Seconds to stay behind the primary server."""
    primary_log_file: Annotated[str | None, Alias("master_log_file")] = None
    """File of the binary log to begin with."""
    primary_log_pos: Annotated[int | None, Alias("master_log_pos")] = None
    """Place in that file to begin with."""
    primary_auto_position: Annotated[bool, Alias("master_auto_position")] = False
    """Let transactions' ids say where to begin."""
    primary_use_gtid: Annotated[Literal["current_pos", "replica_pos", "disabled"] | None, Alias("master_use_gtid")] = (
        None
    )
    """How MariaDB uses transactions' ids."""
    primary_ssl: Annotated[bool | None, Alias("master_ssl")] = None
    """Encrypt the connection."""
    primary_ssl_ca: Annotated[str | None, Alias("master_ssl_ca")] = None
    """File with the certificate authority's certificate."""
    primary_ssl_capath: Annotated[str | None, Alias("master_ssl_capath")] = None
    """Directory of certificate authorities' certificates."""
    primary_ssl_cert: Annotated[str | None, Alias("master_ssl_cert")] = None
    """File with the client's certificate."""
    primary_ssl_key: Annotated[str | None, Alias("master_ssl_key")] = None
    """File with the client's private key."""
    primary_ssl_cipher: Annotated[str | None, Alias("master_ssl_cipher")] = None
    """Ciphers to offer."""
    primary_ssl_verify_server_cert: bool | None = None
    """Verify the primary server's certificate."""
    relay_log_file: str | None = None
    """File of the relay log to begin with."""
    relay_log_pos: int | None = None
    """Place in that file to begin with."""
    channel: str | None = None
    """Channel of the replication."""
    connection_name: str | None = None
    """Connection of the replication, with MariaDB."""
    fail_on_error: bool = False
    """Fail if the server reports an error."""


class MysqlReplication(Module[Options]):
    """Set up a MySQL server as a replica, and start and stop replication."""

    name = "mysql_replication"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask how the server stands, or tell it what to do. Raises ``Failed``."""
        del facts
        server = Mysql(self.options)
        rows = yield from server.rows("SELECT VERSION() AS version")
        version = rows[0]["version"] or ""
        words = _Words(version)
        match self.options.mode:
            case "getreplica":
                rows = yield from server.rows(words.replica_status(self._name(words)))
                return _told(rows, "Is_Replica", "Server is not configured as mysql replica")
            case "getprimary":
                rows = yield from server.rows(words.primary_status)
                return _told(
                    rows, "Is_Primary",
                    "Server is not configured as mysql primary. Meaning: Binary logs are disabled",
                )
            case "changeprimary" | "changereplication":
                return (yield from self._changed(server, words))
            case "resetprimary":
                return (yield from self._run(
                    server, words.reset_primary, "Primary reset", "Primary already reset"
                ))
            case mode:
                verb, done, failed = _DONE[mode]
                name = self._name(words)
                rest = " ALL" if mode == "resetreplicaall" else ""
                statement = words.replica(verb, name, rest)
                return (yield from self._run(server, statement, done, failed))

    def _name(self, words: _Words) -> str:
        """Return which replication is meant, as SQL. Raises ``Failed``."""
        wanted = self.options
        if wanted.connection_name is not None and not words.maria:
            raise Failed("connection_name is for MariaDB", "MySQL has channel")
        if wanted.channel is not None and words.maria:
            raise Failed("channel is for MySQL", "MariaDB has connection_name")
        return literal(wanted.connection_name or wanted.channel) if wanted.connection_name or wanted.channel else ""

    def _changed(self, server: Mysql, words: _Words) -> Generator[Verb, Any, Outcome]:
        """Say where the primary server is and how to log in there."""
        wanted = self.options
        values = {each: getattr(wanted, f"primary_{each}") for each in _SETTINGS}
        pairs = [(words.primary(each.upper()), value) for each, value in values.items() if value is not None]
        pairs += [(each.upper(), value) for each in ("relay_log_file", "relay_log_pos")
                  if (value := getattr(wanted, each)) is not None]
        if wanted.primary_auto_position:
            pairs.append((words.primary("AUTO_POSITION"), 1))
        said = [f"{key}={literal(int(value) if isinstance(value, bool) else value)}" for key, value in pairs]
        if wanted.primary_use_gtid is not None:
            said.append(f"MASTER_USE_GTID={_GTID[wanted.primary_use_gtid]}")
        if not said:
            raise Failed("changeprimary has nothing to change", "name primary_host, or another primary_ option")
        statement = words.change(self._name(words), ",".join(said))
        yield from server.do(statement)
        password = wanted.primary_password
        shown = statement.replace(literal(password), "'********'") if password else statement
        return Outcome({"queries": [shown]}, changed=True)

    def _run(self, server: Mysql, statement: str, done: str, failed: str) -> Generator[Verb, Any, Outcome]:
        """Run a statement; an error means that there was nothing to do, unless ``fail_on_error`` says otherwise."""
        try:
            yield from server.do(statement)
        except Refused:
            if self.options.fail_on_error:
                raise
            return Outcome({"msg": failed, "queries": [statement]}, changed=False)
        return Outcome({"msg": done, "queries": [statement]}, changed=True)


class _Words:
    """The words that a version of the server has for replication."""

    def __init__(self, version: str) -> None:
        self.maria = "MariaDB" in version
        numbers = [int(each) for each in version.split("-", maxsplit=1)[0].split(".")[:3] if each.isdecimal()]
        self._new = not self.maria and tuple(numbers) >= _NEW_WORDS
        self._newest = not self.maria and tuple(numbers) >= (8, 4)
        self._replica = "REPLICA" if self._new or self.maria else "SLAVE"

    @property
    def primary_status(self) -> str:
        return "SHOW BINARY LOG STATUS" if self._newest else "SHOW MASTER STATUS"

    @property
    def reset_primary(self) -> str:
        return "RESET BINARY LOGS AND GTIDS" if self._newest else "RESET MASTER"

    def replica_status(self, name: str) -> str:
        """Return the question how the replication ``name`` stands."""
        if self.maria:
            return f"SHOW REPLICA {name} STATUS" if name else "SHOW REPLICA STATUS"
        return f"SHOW {self._replica} STATUS{f' FOR CHANNEL {name}' if name else ''}"

    def replica(self, verb: str, name: str, rest: str) -> str:
        """Return what tells the replication ``name`` to do something."""
        if self.maria:
            return f"{verb} REPLICA{f' {name}' if name else ''}{rest}"
        return f"{verb} {self._replica}{rest}{f' FOR CHANNEL {name}' if name else ''}"

    def primary(self, setting: str) -> str:
        """Return the name of a setting about the primary server."""
        return f"{'SOURCE' if self._new else 'MASTER'}_{setting}"

    def change(self, name: str, settings: str) -> str:
        """Return what gives the replication ``name`` its settings."""
        if self.maria:
            return f"CHANGE MASTER{f' {name}' if name else ''} TO {settings}"
        what = "REPLICATION SOURCE" if self._new else "MASTER"
        return f"CHANGE {what} TO {settings}{f' FOR CHANNEL {name}' if name else ''}"


def _told(rows: list[Row], key: str, otherwise: str) -> Outcome:
    """Return how the server stands; its numbers are numbers."""
    if not rows:
        return Outcome({key: False, "msg": otherwise, "queries": []}, changed=False)
    values = {name: int(value) if value and value.isdecimal() else value for name, value in rows[0].items()}
    return Outcome({**values, key: True, "queries": []}, changed=False)
