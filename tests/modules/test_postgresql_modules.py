"""Modules that work on a PostgreSQL server, with a real one."""

# ruff: noqa: E501 - scripts and what they write stand in one line

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from database_machines import Databases
from harness import Machine

from runner.sdk import Command

MD5 = "md5" + hashlib.md5(b"wordme").hexdigest()
EMPTY = """
psql -q -v ON_ERROR_STOP=1 <<'END'
\\set QUIET on
SET client_min_messages TO error;
DROP DATABASE IF EXISTS app WITH (FORCE);
DROP DATABASE IF EXISTS other WITH (FORCE);
DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'me') THEN DROP OWNED BY me; DROP ROLE me; END IF; END $$;
DROP ROLE IF EXISTS "o-ther";
CREATE ROLE "o-ther";
CREATE DATABASE app TEMPLATE template0;
\\c app
CREATE TABLE t (a int, b text);
CREATE SEQUENCE s;
CREATE FUNCTION f(a int, b text) RETURNS int LANGUAGE sql AS 'select 1';
END
"""
ME = "CREATE ROLE me LOGIN"


class Case(NamedTuple):
    """What a module is asked for, and what comes of it."""

    module: str
    options: Mapping[str, Any]
    before: str = ""
    """SQL that prepares the database ``app``."""
    question: str = ""
    """SQL whose answer ..."""
    answer: str = ""
    """... this is."""
    values: Mapping[str, Any] = {}
    """What the result has."""


def privileges(question: str, answer: str, *queries: str, before: str = ME, **options: Any) -> Case:
    given = {"login_db": "app", "roles": "me", **options}
    return Case("postgresql_privs", given, before, question, answer, {"queries": list(queries)} if queries else {})


CASES = {
    "a database": Case(
        "postgresql_db", {"name": "other", "owner": "o-ther", "encoding": "UTF-8", "template": "template0", "lc_collate": "C", "lc_ctype": "C", "conn_limit": "3"},
        "", "SELECT pg_get_userbyid(datdba), datcollate, datconnlimit FROM pg_database WHERE datname = 'other'", "o-ther|C|3",
        {"db": "other", "executed_commands": ["CREATE DATABASE \"other\" OWNER \"o-ther\" TEMPLATE \"template0\" ENCODING 'UTF-8' LC_COLLATE 'C' LC_CTYPE 'C' CONNECTION LIMIT 3"]},
    ),
    "another owner, limit and comment": Case(
        "postgresql_db", {"name": "app", "owner": "o-ther", "conn_limit": "4", "comment": "it's"}, "",
        "SELECT pg_get_userbyid(datdba), datconnlimit, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'app'", "o-ther|4|it's",
    ),
    "another name": Case(
        "postgresql_db", {"name": "app", "state": "rename", "target": "other"}, "", "SELECT count(*) FROM pg_database WHERE datname IN ('app', 'other')", "1",
        {"executed_commands": ['ALTER DATABASE "app" RENAME TO "other"']},
    ),
    "no database": Case(
        "postgresql_db", {"name": "app", "state": "absent", "force": True}, "", "SELECT count(*) FROM pg_database WHERE datname = 'app'", "0",
        {"executed_commands": ['DROP DATABASE "app" WITH (FORCE)']},
    ),
    "a role": Case(
        "postgresql_user", {"name": "me", "password": "it's \\ a", "role_attr_flags": "CREATEDB,NOINHERIT"}, "",
        "SELECT rolcreatedb, rolinherit, rolcanlogin, rolsuper FROM pg_roles WHERE rolname = 'me'", "t|f|t|f",
        {"user": "me", "queries": ['CREATE USER "me" WITH ENCRYPTED PASSWORD %(password)s CREATEDB NOINHERIT']},
    ),
    "another password": Case(
        "postgresql_user", {"name": "me", "password": "new"}, "CREATE ROLE me LOGIN PASSWORD 'old'", "SELECT 1", "1",
        {"queries": ['ALTER USER "me" WITH ENCRYPTED PASSWORD %(password)s']},
    ),
    "a password that is kept as MD5": Case(
        "postgresql_user", {"name": "me", "password": MD5}, ME, "SELECT rolpassword FROM pg_authid WHERE rolname = 'me'", MD5,
    ),
    "no password": Case(
        "postgresql_user", {"name": "me", "password": ""}, "CREATE ROLE me LOGIN PASSWORD 'old'", "SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = 'me'", "t",
        {"queries": ['ALTER USER "me" WITH PASSWORD NULL']},
    ),
    "what a role may do, until when": Case(
        "postgresql_user", {"name": "me", "role_attr_flags": "NOLOGIN,REPLICATION", "expires": "Jan 1 2030", "conn_limit": 4, "comment": "it's"}, ME,
        "SELECT rolcanlogin, rolreplication, rolvaliduntil::date, rolconnlimit, shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = 'me'", "f|t|2030-01-01|4|it's",
    ),
    "settings of a role": Case(
        "postgresql_user", {"name": "me", "configuration": {"work_mem": "4MB", "enable_seqscan": False}, "reset_unspecified_configuration": True},
        f"{ME}; ALTER ROLE me SET search_path TO x", "SELECT rolconfig FROM pg_roles WHERE rolname = 'me'", "{work_mem=4MB,enable_seqscan=off}",
    ),
    "no role": Case(
        "postgresql_user", {"name": "me", "state": "absent"}, ME, "SELECT count(*) FROM pg_roles WHERE rolname = 'me'", "0",
        {"queries": ['DROP USER "me"'], "user_removed": True},
    ),
    "a schema": Case(
        "postgresql_schema", {"name": "it's", "login_db": "app", "owner": "o-ther", "comment": "x"}, "",
        "SELECT pg_get_userbyid(nspowner), obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'it''s'", "o-ther|x",
        {"schema": "it's", "queries": ['CREATE SCHEMA "it\'s" AUTHORIZATION "o-ther"', "COMMENT ON SCHEMA \"it's\" IS 'x'"]},
    ),
    "another owner of a schema": Case(
        "postgresql_schema", {"name": "public", "login_db": "app", "owner": "o-ther"}, "",
        "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'public'", "o-ther",
    ),
    "no schema": Case(
        "postgresql_schema", {"name": "x", "login_db": "app", "state": "absent", "cascade_drop": True}, "CREATE SCHEMA x; CREATE TABLE x.t ()",
        "SELECT count(*) FROM pg_namespace WHERE nspname = 'x'", "0", {"queries": ['DROP SCHEMA "x" CASCADE']},
    ),
    "an extension": Case(
        "postgresql_ext", {"name": "hstore", "login_db": "app", "version": "1.4", "schema": "x", "comment": "y"}, "CREATE SCHEMA x",
        "SELECT extversion, extnamespace::regnamespace FROM pg_extension WHERE extname = 'hstore'", "1.4|x", {"prev_version": "", "version": "1.4"},
    ),
    "an extension and what it needs": Case(
        "postgresql_ext", {"name": "earthdistance", "login_db": "app", "cascade": True}, "", "SELECT count(*) FROM pg_extension WHERE extname = 'cube'", "1",
        {"queries": ['CREATE EXTENSION "earthdistance" CASCADE']},
    ),
    "the newest version of an extension": Case(
        "postgresql_ext", {"name": "hstore", "login_db": "app", "version": "latest"}, "CREATE EXTENSION hstore VERSION '1.4'",
        "SELECT extversion > '1.4' FROM pg_extension WHERE extname = 'hstore'", "t", {"prev_version": "1.4"},
    ),
    "no extension": Case(
        "postgresql_ext", {"name": "hstore", "login_db": "app", "state": "absent"}, "CREATE EXTENSION hstore",
        "SELECT count(*) FROM pg_extension WHERE extname = 'hstore'", "0", {"queries": ['DROP EXTENSION "hstore"'], "version": ""},
    ),
    "a database's privileges": privileges(
        "SELECT has_database_privilege('me', 'app', 'CREATE')", "t", 'GRANT ALL ON DATABASE "app" TO "me";', type="database", privs="ALL",
    ),
    "privileges of two roles": privileges(
        "SELECT has_schema_privilege('o-ther', 'public', 'CREATE')", "t", 'GRANT CREATE, USAGE ON SCHEMA "public" TO "me", "o-ther";',
        type="schema", objs="public", privs="create,usage", roles="me, o-ther",
    ),
    "all tables' privileges": privileges(
        "SELECT has_table_privilege('me', 't', 'INSERT')", "t", 'GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA "public" TO "me";', objs="ALL_IN_SCHEMA", privs="SELECT,INSERT",
    ),
    "privileges that may be passed on": privileges(
        "SELECT has_table_privilege('me', 't', 'SELECT WITH GRANT OPTION')", "t", objs="t", privs="SELECT", grant_option=True,
    ),
    "privileges that may not be passed on": privileges(
        "SELECT has_table_privilege('me', 't', 'SELECT'), has_table_privilege('me', 't', 'SELECT WITH GRANT OPTION')", "t|f",
        before=f"{ME}; GRANT SELECT ON t TO me WITH GRANT OPTION", objs="t", privs="SELECT", grant_option=False,
    ),
    "no privileges": privileges(
        "SELECT has_table_privilege('me', 't', 'SELECT')", "f", 'REVOKE ALL ON TABLE "public"."t" FROM "me";',
        before=f"{ME}; GRANT SELECT ON t TO me", objs="public.t", privs="ALL", state="absent",
    ),
    "everybody's privileges": privileges(
        "SELECT has_database_privilege('o-ther', 'app', 'CONNECT')", "f", roles="PUBLIC", type="database", privs="CONNECT", state="absent",
    ),
    "a sequence's privileges": privileges("SELECT has_sequence_privilege('me', 's', 'USAGE')", "t", type="sequence", objs="s", privs="USAGE"),
    "a function's privileges": privileges(
        "SELECT proacl::text LIKE '%me=X%' FROM pg_proc WHERE proname = 'f'", "t", type="function", objs="f(int, text)", privs="EXECUTE",
    ),
    "a language's privileges": privileges("SELECT lanacl::text LIKE '%me=U%' FROM pg_language WHERE lanname = 'sql'", "t", type="language", objs="sql", privs="USAGE"),
    "a setting's privileges": privileges("SELECT paracl::text LIKE '%me=s%' FROM pg_parameter_acl", "t", type="parameter", objs="work_mem", privs="SET"),
    "a group": privileges("SELECT pg_has_role('me', 'pg_monitor', 'MEMBER')", "t", 'GRANT "pg_monitor" TO "me";', type="group", objs="pg_monitor"),
    "no group": privileges(
        "SELECT pg_has_role('me', 'pg_monitor', 'MEMBER')", "f", before=f"{ME}; GRANT pg_monitor TO me", type="group", objs="pg_monitor", state="absent",
    ),
    "privileges of what will be": privileges(
        "SELECT defaclacl FROM pg_default_acl", "{me=r/postgres}", type="default_privs", objs="TABLES", privs="SELECT", target_roles="postgres",
    ),
}


@pytest.fixture
def machine(databases: Databases) -> Iterator[Machine]:
    databases.postgres.sh(EMPTY)
    yield databases.postgres
    assert databases.postgres.sh("find /tmp -name 'ingot.*'") == ""


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_is_so_afterwards_and_only_once(machine: Machine, case: Case) -> None:
    machine.sh('psql -q -d app -c "$1"', case.before)
    assert machine.apply(case.module, case.options, check=True).changed
    done = machine.apply(case.module, case.options)
    assert done.changed, done.values
    assert not done.failed
    assert {name: done.values[name] for name in case.values} == case.values
    connected = "app" if machine.run_ok("psql -d app -c ''") else "postgres"
    assert machine.sh('psql -At -d "$2" -c "$1"', case.question, connected).strip() == case.answer
    again = machine.apply(case.module, case.options)
    assert not again.failed, again.values
    assert not again.changed, again.values


@pytest.mark.parametrize("ending", ["sql", "sql.gz", "sql.bz2", "sql.xz", "tar", "tar.gz", "pgc", "dir"])
def test_what_was_saved_is_restored(machine: Machine, ending: str) -> None:
    target = f"/tmp/pg.{ending}"
    machine.sh(f"rm -rf {target}; psql -q -d app -c 'insert into t values (4711)'")
    saved = machine.apply("postgresql_db", {"name": "app", "state": "dump", "target": target, "session_role": "postgres"})
    assert (saved.changed, saved.failed, saved.values["rc"]) == (True, False, 0), saved
    machine.sh("psql -q -d app -c 'drop table t; drop sequence s; drop function f'")
    restored = machine.apply("postgresql_db", {"name": "app", "state": "restore", "target": target, "session_role": "postgres"})
    assert restored.changed, restored.values
    assert machine.sh("psql -At -d app -c 'select a from t'").strip() == "4711"


@pytest.mark.parametrize(
    ("module", "options", "said"),
    [
        ("postgresql_db", {"name": "app", "encoding": "LATIN1"}, "Changing database encoding is not supported. Current encoding: UTF8"),
        ("postgresql_db", {"name": "app", "lc_ctype": "x"}, "Changing LC_CTYPE is not supported"),
        ("postgresql_db", {"name": "other", "owner": "none"}, 'role "none" does not exist'),
        ("postgresql_db", {"name": "app", "state": "dump"}, "needs a target"),
        ("postgresql_db", {"name": "none", "state": "dump", "target": "/tmp/x.sql.gz"}, 'database "none" does not exist'),
        ("postgresql_db", {"name": "app", "state": "restore", "target": "/none"}, "target /none does not exist on the host"),
        ("postgresql_db", {"name": "none", "state": "rename", "target": "x"}, "do not exist"),
        ("postgresql_db", {"name": "a; DROP", "trust_input": False}, "Passed input 'a; DROP' is potentially dangerous"),
        ("postgresql_user", {"name": "me", "role_attr_flags": "NONE"}, "Invalid role_attr_flags specified: NONE"),
        ("postgresql_user", {"name": "postgres", "state": "absent"}, "Unable to remove user: current user cannot be dropped"),
        ("postgresql_user", {"name": "me", "login_user": "none"}, "unable to connect to database"),
        ("postgresql_user", {"name": "me", "session_role": "nobody"}, 'role "nobody" does not exist'),
        ("postgresql_ext", {"name": "none", "login_db": "app"}, "Extension none is not available"),
        ("postgresql_ext", {"name": "plpgsql", "login_db": "app", "version": "99"}, "no valid update path"),
        ("postgresql_privs", {"login_db": "app", "roles": "none", "objs": "t", "privs": "SELECT"}, "Role 'none' does not exist"),
        ("postgresql_privs", {"login_db": "app", "roles": "PUBLIC", "objs": "none", "privs": "SELECT"}, 'relation "public.none" does not exist'),
        ("postgresql_privs", {"login_db": "app", "roles": "PUBLIC", "objs": "t", "privs": "NONE"}, "Invalid privileges specified: NONE"),
        ("postgresql_privs", {"login_db": "app", "roles": "PUBLIC", "privs": "SELECT"}, "need objs"),
        ("postgresql_query", {"login_db": "app", "query": ["insert into t values (1)", "none"]}, "Cannot execute SQL 'none' None: syntax error"),
        ("postgresql_query", {"login_db": "app", "query": "\\! touch /tmp/escaped"}, "syntax error"),
        ("postgresql_query", {"login_db": "none", "query": "select 1"}, "unable to connect to database: connection to server on socket"),
    ],
)
def test_what_cannot_be_done_is_said(machine: Machine, module: str, options: Mapping[str, Any], said: str) -> None:
    done = machine.apply(module, options)
    assert done.failed
    assert said in done.values["msg"]
    assert machine.sh("psql -At -d app -c 'select count(*) from t'; ls /tmp/escaped 2>/dev/null || true").strip() == "0"


def test_a_role_that_cannot_go_may_stay(machine: Machine) -> None:
    done = machine.apply("postgresql_user", {"name": "postgres", "state": "absent", "fail_on_user": False})
    assert (done.failed, done.changed, done.values["user_removed"]) == (False, False, False)
    none = machine.apply("postgresql_privs", {"login_db": "app", "roles": "none", "objs": "t", "privs": "ALL", "fail_on_role": False})
    assert (none.failed, none.changed) == (False, False)


@pytest.mark.parametrize("encryption", ["scram-sha-256", "md5"])
def test_a_password_is_the_same_however_it_is_kept(machine: Machine, encryption: str) -> None:
    machine.sh('psql -q -c "set password_encryption to \'$1\'; create role me password \'wörd\'"', encryption)
    assert not machine.apply("postgresql_user", {"name": "me", "password": "wörd"}).changed
    assert not machine.apply("postgresql_user", {"name": "me", "password": "other", "no_password_changes": True}).changed
    assert machine.apply("postgresql_user", {"name": "me", "password": "word"}).changed


def test_statements_give_what_their_types_are(machine: Machine) -> None:
    text = "it's; \\q\n\tb :USER"
    done = machine.apply("postgresql_query", {
        "login_db": "app", "positional_args": [1, text],
        "query": ["insert into t values (%s, %s)", """
            select *, null as c, 1.5 as d, true as e, array[1, null] as f, '{"k": [1]}'::jsonb as g, array['a,b', 'q"'] as h,
            timestamp '2026-01-02 03:04:05' as i, date '2026-01-02' as j, array[[1], [2]] as k, '7'::text as l from t
        """],
    })
    rows = [{"a": 1, "b": text, "c": None, "d": 1.5, "e": True, "f": [1, None], "g": {"k": [1]}, "h": ["a,b", 'q"'],
             "i": "2026-01-02T03:04:05", "j": "2026-01-02", "k": [[1], [2]], "l": "7"}]
    assert {name: done.values[name] for name in ("statusmessage", "rowcount", "query_result", "query_all_results", "changed")} == {
        "statusmessage": "SELECT 1", "rowcount": 2, "query_result": rows, "query_all_results": [{}, rows], "changed": True,
    }


@pytest.mark.parametrize(
    ("query", "status", "count", "changed"),
    [("select a from t", "SELECT 0", 0, False), ("show port", "SHOW", 1, False), ("update t set a = 1", "UPDATE 0", 0, False),
     ("insert into t values (1), (2) returning a", "INSERT 0 2", 2, True), ("create table if not exists t ()", "CREATE TABLE", 0, True),
     ("delete from t", "DELETE 0", 0, False), ("select 1; select 2", "SELECT 1", 1, False), ("do $$ begin end $$", "DO", 0, True)],
)
def test_what_the_server_says_of_a_statement(machine: Machine, query: str, status: str, count: int, changed: bool) -> None:  # noqa: FBT001 - a table's column
    done = machine.apply("postgresql_query", {"login_db": "app", "query": query})
    assert (done.values["statusmessage"], done.values["rowcount"], done.changed) == (status, count, changed)


def test_statements_that_no_transaction_may_hold(machine: Machine) -> None:
    options = {"login_db": "app", "query": "vacuum t"}
    assert "inside a transaction block" in machine.apply("postgresql_query", options).values["msg"]
    assert machine.apply("postgresql_query", {**options, "autocommit": True}).values["statusmessage"] == "VACUUM"


def test_a_session_has_its_role_schemas_and_encoding(machine: Machine) -> None:
    done = machine.apply("postgresql_query", {
        "login_db": "app", "session_role": "o-ther", "search_path": ["x", "public"], "encoding": "latin1",
        "query": "select current_user::text as who, current_setting('search_path') as path, current_setting('client_encoding') as said",
    })
    assert done.values["query_result"] == [{"who": "o-ther", "path": "x, public", "said": "LATIN1"}]


def test_no_secret_is_where_others_can_see_it(machine: Machine) -> None:
    machine.sh("psql -q -c \"create role me superuser login password 'se''cret'\"")
    login = {"login_host": "127.0.0.1", "login_user": "me", "login_password": "se'cret", "connect_params": {"application_name": "a b"}}
    done = [
        machine.apply("postgresql_user", {**login, "name": "o-ther", "password": "other se'cret"}),
        machine.apply("postgresql_db", {**login, "name": "app", "state": "dump", "target": "/tmp/pg-login.sql"}),
        machine.apply("postgresql_query", {**login, "query": "select current_setting('application_name') as a, %s as b", "positional_args": ["se'cret"]}),
    ]
    commands = [verb for each in done for verb in each.verbs if isinstance(verb, Command)]
    assert not any(each.failed for each in done), [each.values for each in done]
    assert done[2].values["query_result"] == [{"a": "a b", "b": "se'cret"}]
    assert not any("cret" in json.dumps([each.argv, dict(each.environment)]) for each in commands)


def test_a_machine_without_a_client_needs_its_package(debian_machine: Machine) -> None:
    done = debian_machine.apply("postgresql_user", {"name": "me"})
    assert done.values["msg"] == "none of these programs is there: psql"
