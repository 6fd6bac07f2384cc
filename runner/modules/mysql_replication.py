"""The ``mysql_replication`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import MysqlLogin
from runner.sdk import Alias, AtMostOne, Module, SecretStr, options


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
