"""The ``mysql_db`` module."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import MysqlLogin, Texts
from runner.modules.support.mysql_client import FIND_DUMP, Mysql, check, literal, name, session_of
from runner.sdk import Alias, Ask, Do, Failed, Module, Outcome, Verb, Work, options

_PACKED = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}
"""How the name of a compressed file ends, and the program for it."""
_DUMP = """
target=$1 packer=$2 careful=$3
shift 3
if [ -z "$packer" ]; then dump "$@" >"$target"; exit; fi
{ dump "$@" || echo $? >"$private/status"; } | "$packer" -c >"$target" || exit
[ -z "$careful" ] || [ ! -e "$private/status" ] || exit "$(cat "$private/status")"
"""
_IMPORT = """
target=$1 packer=$2
shift 2
if [ -z "$packer" ]; then client "$@" <"$target"; exit; fi
{ "$packer" -dc -- "$target" || echo $? >"$private/status"; } | client "$@" || exit
[ ! -e "$private/status" ] || exit "$(cat "$private/status")"
"""


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
    """Read a compressed file by way of a shell, as it always is."""
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

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        unsafe = options.get("unsafe_login_password") in (True, "yes", "true", "on", "1", 1)
        return "unsafe_login_password: no shell gets the password" if unsafe else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See which databases there are, and make, remove, save or restore them. Raises ``Failed``."""
        del facts
        wanted = self.options
        self._check()
        server = Mysql(
            wanted, first=session_of(None, logged=wanted.sql_log_bin), only=wanted.restrict_config_file,
            overridden=wanted.config_overrides_defaults,
        )
        if wanted.check_implicit_admin:
            yield from server.as_admin()
        known = {value for row in (yield from server.rows("SHOW DATABASES")) for value in row.values()}
        there = [each for each in wanted.name if each in known]
        missing = [each for each in wanted.name if each not in known and each != "all"]
        commands: list[str] = []
        values = {"db": " ".join(wanted.name), "db_list": wanted.name, "executed_commands": commands}
        match wanted.state:
            case "absent":
                commands += [f"DROP DATABASE {name(each)}" for each in there]
                yield from server.do(*commands)
            case "dump":
                if missing:
                    raise Failed(f"Cannot dump database(s) '{', '.join(missing)}' - not found")
                commands += yield from self._dumped(server)
            case _:
                if wanted.state == "import":
                    yield from self._find_target()
                commands += [f"CREATE DATABASE {name(each)}{self._kind()}" for each in missing]
                yield from server.do(*commands)
                if wanted.state == "import":
                    commands += yield from self._imported(server)
        return Outcome(values, changed=bool(commands))

    def _check(self) -> None:
        """Refuse options that do not go together. Raises ``Failed``."""
        wanted = self.options
        if wanted.state in ("dump", "import") and not wanted.target:
            raise Failed(f"with state={wanted.state} target is required")
        if "all" in wanted.name and wanted.state in ("present", "absent"):
            raise Failed("name is not allowed to equal 'all' unless state equals import, or dump.")
        if len(wanted.name) > 1 and wanted.state == "import":
            raise Failed("Multiple databases are not supported with state=import")

    def _kind(self) -> str:
        """Return the character set and the order of a new database."""
        wanted = self.options
        pairs = (("CHARACTER SET", wanted.encoding), ("COLLATE", wanted.collation))
        return "".join(f" {what} {literal(value)}" for what, value in pairs if value)

    def _packer(self) -> str:
        """Return the program that packs the target, if one does."""
        return next((each for end, each in _PACKED.items() if (self.options.target or "").endswith(end)), "")

    def _dumped(self, server: Mysql) -> Generator[Verb, Any, list[str]]:
        """Save the databases; return what was run for that."""
        wanted, packer = self.options, self._packer()
        words = ["--all-databases"] if "all" in wanted.name else ["--databases", *wanted.name]
        flags = {
            "--skip-lock-tables": wanted.skip_lock_tables, "--single-transaction": wanted.single_transaction,
            "--quick": wanted.quick, "--hex-blob": wanted.hex_blob, "--force": wanted.force,
            f"--master-data={wanted.master_data}": wanted.master_data,
        }
        words += [flag for flag, said in flags.items() if said]
        words += [f"--ignore-table={each}" for each in wanted.ignore_tables or ()]
        words += shlex.split(wanted.dump_extra_args or "")
        target = wanted.target or ""
        careful = "careful" if wanted.pipefail else ""
        check((yield from server.run(Do, FIND_DUMP + _DUMP, "", target, packer, careful, *words)))
        return [f"mysqldump {shlex.join(words)} {f'| {packer} ' if packer else ''}> {shlex.quote(target)}"]

    def _find_target(self) -> Generator[Verb, Any, None]:
        """Raise ``Failed`` if there is no file to restore from."""
        target = self.options.target or ""
        found = yield Ask(("test", "-e", target), chdir=self.options.chdir)
        if found.status:
            raise Failed(f"target {target} does not exist on the host")

    def _imported(self, server: Mysql) -> Generator[Verb, Any, list[str]]:
        """Restore a database; return what was run for that."""
        wanted, packer = self.options, self._packer()
        words = ["--force"] if wanted.force else []
        words += [] if wanted.sql_log_bin else ["--init-command=SET SQL_LOG_BIN=0"]
        words += [] if "all" in wanted.name else ["--one-database", *wanted.name]
        target = wanted.target or ""
        check((yield from server.run(Do, _IMPORT, "", target, packer, *words, chdir=wanted.chdir)))
        source = f"{packer} -dc {shlex.quote(target)} |" if packer else ""
        return [f"{source} mysql {shlex.join(words)}{'' if packer else f' < {shlex.quote(target)}'}".strip()]
