"""The ``mysql_db`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import MysqlLogin, Texts
from runner.sdk import Alias, Module, options


@options()
class Options(MysqlLogin):
    """What ``mysql_db`` accepts."""

    name: Annotated[Texts, Alias("db")]
    """Which databases; all means every one, for dump and import."""
    state: Literal["absent", "dump", "import", "present"] = "present"
    """What is to be done: dump saves to target, import reads from there."""
    encoding: str = ""
    """Encoding of a new database."""
    collation: str = ""
    """Order of sorting of a new database."""
    target: str | None = None
    """File on the machine to save to or read from."""
    ignore_tables: Texts | None = None
    """Tables to leave out of a dump, each written database.table."""
    single_transaction: bool = False
    """Dump in one transaction."""
    quick: bool = True
    """Dump row by row, for large tables."""
    hex_blob: bool = False
    """Write binary columns in hexadecimal."""
    skip_lock_tables: bool = False
    """Do not lock tables for a dump."""
    master_data: Literal[0, 1, 2] = 0
    """Whether a dump says how to make a replica: 0 not, 1 as a statement, 2 as a comment."""
    dump_extra_args: str | None = None
    """More arguments for mysqldump."""
    force: bool = False
    """Go on after errors in SQL."""
    pipefail: bool = False
    """Notice errors of mysqldump when its output is compressed."""
    use_shell: bool = False
    """Read a compressed file by way of a shell."""
    chdir: str | None = None
    """Directory to be in when reading a file."""
    sql_log_bin: bool = True
    """Write the changes to the binary log."""
    restrict_config_file: bool = False
    """Read no other file of settings than config_file."""
    config_overrides_defaults: bool = False
    """Let config_file name host and port as well."""
    check_implicit_admin: bool = False
    """Try to log in as root without password first."""
    unsafe_login_password: bool = False
    """Give the password to the shell as it is."""


class MysqlDb(Module[Options]):
    """Create, remove, save and restore MySQL databases."""

    name = "mysql_db"
