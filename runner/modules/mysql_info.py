"""The ``mysql_info`` module."""

from __future__ import annotations

from runner.modules.shared import MysqlLogin, Texts
from runner.sdk import Module, options


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
