"""The ``postgresql_db`` module."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import PostgresqlLogin
from runner.modules.support.postgres_client import Postgres, Row, complaint, literal, name
from runner.sdk import Alias, Answer, Ask, Do, Failed, Module, Outcome, Verb, Work, options

_LOOK = """
SELECT pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding, datcollate AS lc_collate,
  datctype AS lc_ctype, datconnlimit AS conn_limit, shobj_description(d.oid, 'pg_database') AS comment,
  spcname AS tablespace, pg_char_to_encoding({encoding}) IN (-1, encoding) AS same_encoding
FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE datname = {name}
"""
_ICU = """
SELECT d.datlocprovider AS provider, coalesce(to_json(d)->>'datlocale', to_json(d)->>'daticulocale') AS icu_locale
FROM pg_database d WHERE datname = {name}
"""
_FORMATS = {".tar": "t", ".pgc": "c", ".dir": "d"}
"""How the name of a file ends, without that of its compression -> what ``pg_dump`` calls its format."""
_PACKED = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz"}
_PROVIDERS = {"c": "libc", "i": "icu", "b": "builtin"}
_DUMP = """
target=$1 packer=$2
shift 2
dump=$(program pg_dump) || exit
if [ -z "$packer" ]; then "$dump" -w "$@" >"$target"; exit; fi
{ "$dump" -w "$@" || echo $? >"$private/status"; } | "$packer" -c >"$target" || exit
[ ! -e "$private/status" ] || exit "$(cat "$private/status")"
"""
_DUMP_INTO = """
dump=$(program pg_dump) || exit
"$dump" -w "$@"
"""
_RESTORE = """
target=$1 packer=$2 restore=$(program $3) || exit
shift 3
if [ -z "$packer" ]; then "$restore" -w "$@" <"$target"; exit; fi
{ "$packer" -dc -- "$target" || echo $? >"$private/status"; } | "$restore" -w "$@" || exit
[ ! -e "$private/status" ] || exit "$(cat "$private/status")"
"""
_RESTORE_FROM = """
restore=$(program pg_restore) || exit
"$restore" -w "$@"
"""


@options()
class Options(PostgresqlLogin):
    """What ``postgresql_db`` accepts."""

    name: Annotated[str, Alias("db")]
    """Which database."""
    state: Literal["absent", "dump", "present", "rename", "restore"] = "present"
    """What is to be done: dump saves it to target, restore reads it from there, rename gives it the name in
    target.
    """
    owner: str = ""
    """Role that is to own it."""
    template: str = ""
    """Database that a new one is a copy of."""
    encoding: str = ""
    """Its encoding, such as UTF-8."""
    lc_collate: str = ""
    """Its order of sorting."""
    lc_ctype: str = ""
    """Its classes of characters."""
    icu_locale: str = ""
    """Its locale, where ICU provides locales."""
    locale_provider: str = ""
    """What provides locales."""
    tablespace: str = ""
    """Its tablespace."""
    conn_limit: str = ""
    """How many connections it allows."""
    comment: str | None = None
    """What it is for."""
    target: str = ""
    """File on the machine to save to or restore from."""
    target_opts: str = ""
    """More arguments for pg_dump, pg_restore or psql."""
    dump_extra_args: str | None = None
    """Arguments for pg_dump that do not touch the file's format."""
    maintenance_db: str = "postgres"
    """Database to connect to for this work."""
    force: bool = False
    """Remove it even while others are connected."""


class PostgresqlDb(Module[Options]):
    """Create, change, remove, save and restore PostgreSQL databases."""

    name = "postgresql_db"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See which databases there are, and make, change, remove, save or restore one. Raises ``Failed``."""
        del facts
        wanted = self.options
        if wanted.state in ("dump", "restore", "rename") and not wanted.target:
            raise Failed(f"state: {wanted.state} needs a target")
        if wanted.state == "dump":
            return (yield from self._saved())
        if wanted.state == "restore":
            return (yield from self._restored())
        server = Postgres(wanted, wanted.maintenance_db)
        row = yield from self._look(server, wanted.name)
        statements: list[str] = []
        match wanted.state:
            case "absent":
                force = " WITH (FORCE)" if wanted.force else ""
                statements += [f"DROP DATABASE {name(wanted.name)}{force}"] if row is not None else []
            case "rename":
                other = yield from self._look(server, wanted.target)
                statements += self._renamed(row, other)
            case _:
                icu = yield from self._look_at_icu(server)
                statements += self._made() if row is None else self._changed({**row, **icu})
                if wanted.comment is not None and wanted.comment != ((row or {}).get("comment") or ""):
                    statements.append(f"COMMENT ON DATABASE {name(wanted.name)} IS {literal(wanted.comment)}")
        yield from server.do(*statements)
        return Outcome({"db": wanted.name, "executed_commands": statements}, changed=bool(statements))

    def _look(self, server: Postgres, database: str) -> Generator[Verb, Any, Row | None]:
        """Return what there is to know of a database, if it is there."""
        look = _LOOK.format(name=literal(database), encoding=literal(self.options.encoding))
        rows = yield from server.rows(look)
        return rows[0] if rows else None

    def _look_at_icu(self, server: Postgres) -> Generator[Verb, Any, Row]:
        """Return what provides the database's locale, if that matters: old servers do not know."""
        if not self.options.icu_locale and not self.options.locale_provider:
            return {}
        rows = yield from server.rows(_ICU.format(name=literal(self.options.name)))
        return rows[0] if rows else {}

    def _made(self) -> list[str]:
        """Return what makes the database."""
        wanted = self.options
        parts = [
            ("OWNER", wanted.owner and name(wanted.owner)), ("TEMPLATE", wanted.template and name(wanted.template)),
            ("ENCODING", wanted.encoding and literal(wanted.encoding)),
            ("LC_COLLATE", wanted.lc_collate and literal(wanted.lc_collate)),
            ("LC_CTYPE", wanted.lc_ctype and literal(wanted.lc_ctype)),
            ("ICU_LOCALE", wanted.icu_locale and literal(wanted.icu_locale)),
            ("LOCALE_PROVIDER", wanted.locale_provider), ("TABLESPACE", wanted.tablespace and name(wanted.tablespace)),
            ("CONNECTION LIMIT", wanted.conn_limit),
        ]
        return [f"CREATE DATABASE {name(wanted.name)}" + "".join(f" {key} {said}" for key, said in parts if said)]

    def _changed(self, row: Row) -> list[str]:
        """Return what changes the database. Raises ``Failed`` for what a database is for good."""
        wanted = self.options
        if wanted.encoding and row["same_encoding"] != "t":
            raise Failed(f"Changing database encoding is not supported. Current encoding: {row['encoding']}")
        provider = _PROVIDERS.get(row.get("provider") or "", "")
        fixed = (("LC_COLLATE", wanted.lc_collate, row["lc_collate"]), ("LC_CTYPE", wanted.lc_ctype, row["lc_ctype"]),
                 ("ICU_LOCALE", wanted.icu_locale, row.get("icu_locale")),
                 ("LOCALE_PROVIDER", wanted.locale_provider.lower(), provider))
        for what, want, current in fixed:
            if want and want != current:
                raise Failed(f"Changing {what} is not supported. Current {what}: {current}")
        said = f"ALTER DATABASE {name(wanted.name)}"
        changes = [
            (wanted.owner, row["owner"], f"{said} OWNER TO {name(wanted.owner)}"),
            (wanted.conn_limit, row["conn_limit"], f"{said} CONNECTION LIMIT {wanted.conn_limit}"),
            (wanted.tablespace, row["tablespace"], f"{said} SET TABLESPACE {name(wanted.tablespace)}"),
        ]
        return [statement for want, current, statement in changes if want and want != current]

    def _renamed(self, row: Row | None, other: Row | None) -> list[str]:
        """Return what gives the database its new name. Raises ``Failed``."""
        wanted = self.options
        if row is not None and other is not None:
            raise Failed(f"Both the source and the target databases exist: {wanted.name} and {wanted.target}")
        if row is None and other is None:
            raise Failed(f"The source and the target databases do not exist: {wanted.name} and {wanted.target}")
        return [] if row is None else [f"ALTER DATABASE {name(wanted.name)} RENAME TO {name(wanted.target)}"]

    def _kind(self) -> tuple[str, str]:
        """Return the format of the target, and the program that packs it."""
        plain, target = self.options.target, self.options.target
        packer = next((each for end, each in _PACKED.items() if target.endswith(end)), "")
        if packer:
            plain = target.rpartition(".")[0]
        return next((each for end, each in _FORMATS.items() if plain.endswith(end)), ""), packer

    def _saved(self) -> Generator[Verb, Any, Outcome]:
        """Save the database to the target."""
        wanted, (form, packer) = self.options, self._kind()
        words = [f"--role={wanted.session_role}"] if wanted.session_role else []
        words += [f"--format={form}"] if form else []
        words += [*shlex.split(wanted.target_opts), *shlex.split(wanted.dump_extra_args or "")]
        server = Postgres(wanted, wanted.name)
        if form == "d":
            words.append(f"--file={wanted.target}")
            answer = yield from server.run(Do, _DUMP_INTO, "", *words)
        else:
            answer = yield from server.run(Do, _DUMP, "", wanted.target, packer, *words)
        into = "" if form == "d" else f"{f'| {packer} ' if packer else ''}> {shlex.quote(wanted.target)}"
        return _ended(f"pg_dump {shlex.join([wanted.name, *words])} {into}".strip(), answer)

    def _restored(self) -> Generator[Verb, Any, Outcome]:
        """Restore the database from the target."""
        wanted, (form, packer) = self.options, self._kind()
        found = yield Ask(("test", "-e", wanted.target))
        if found.status:
            raise Failed(f"target {wanted.target} does not exist on the host")
        program = "pg_restore" if form else "psql"
        words = [f"--format={form}", "--dbname=service=ingot"] if form else ["-X", "-q"]
        if wanted.session_role and form:
            words.append(f"--role={wanted.session_role}")
        elif wanted.session_role:
            words += ["-c", f"SET ROLE {name(wanted.session_role)}", "-f", "-"]
        words += shlex.split(wanted.target_opts)
        server = Postgres(wanted, wanted.name)
        if form == "d":
            answer = yield from server.run(Do, _RESTORE_FROM, "", *words, wanted.target)
        else:
            answer = yield from server.run(Do, _RESTORE, "", wanted.target, packer, program, *words)
        source = f"{packer} -dc {shlex.quote(wanted.target)} | " if packer else ""
        after = "" if packer else f"{'' if form == 'd' else '< '}{shlex.quote(wanted.target)}"
        return _ended(f"{source}{program} {shlex.join(words)} {after}".strip(), answer)


def _ended(command: str, answer: Answer) -> Outcome:
    """Return how a program ended that saved or restored a database."""
    said = answer.stderr.strip()
    values = {"cmd": command, "rc": answer.status, "stderr": answer.stderr, "stderr_lines": said.splitlines(),
              "executed_commands": [command], "msg": said}
    return Outcome(values, changed=not answer.status, failed=complaint(answer) if answer.status else None)
