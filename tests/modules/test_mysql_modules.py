"""Modules that work on a MySQL server, with a real MariaDB."""

# ruff: noqa: E501 - scripts and what they write stand in one line

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from database_machines import Databases
from harness import Done, Machine

from runner.modules.mysql_db import MysqlDb
from runner.modules.support.mysql_passwords import is_of, native_hash, sha2_hash
from runner.modules.support.mysql_privileges import difference, shown_of, wanted_of
from runner.sdk import Command, Do, Failed

HASH = "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19"  # of "password"
EMPTY = "drop user if exists me@localhost, me@'%'; drop database if exists app; create database app; create table app.t (a int, b int);"


class Case(NamedTuple):
    """What a module is asked for, and what comes of it."""

    module: str
    options: Mapping[str, Any]
    before: str = ""
    """SQL that prepares the server."""
    question: str = ""
    """SQL whose answer ..."""
    answer: str = ""
    """... has this in it."""
    values: Mapping[str, Any] = {}
    """What the result has."""


CASES = {
    "a database": Case(
        "mysql_db", {"name": "app", "encoding": "latin1", "collation": "latin1_bin"}, "drop database app",
        "show create database app", "CHARACTER SET latin1 COLLATE latin1_bin",
        {"db": "app", "db_list": ["app"], "executed_commands": ["CREATE DATABASE `app` CHARACTER SET 'latin1' COLLATE 'latin1_bin'"]},
    ),
    "several databases, of which one is there": Case(
        "mysql_db", {"name": ["app", "o`ther"]}, "drop database if exists `o``ther`", "show databases like 'o`ther'", "o`ther",
        {"db": "app o`ther", "executed_commands": ["CREATE DATABASE `o``ther`"]},
    ),
    "no database": Case(
        "mysql_db", {"name": "app", "state": "absent"}, question="select count(*) from information_schema.schemata where schema_name = 'app'",
        answer="0", values={"executed_commands": ["DROP DATABASE `app`"]},
    ),
    "a user": Case(
        "mysql_user", {"name": "me", "password": "pass'w\\o\"rd", "priv": "app.*:ALL"}, "",
        "show grants for me@localhost", "GRANT ALL PRIVILEGES ON `app`.* TO `me`@`localhost`", {"user": "me", "msg": "User added"},
    ),
    "another password": Case(
        "mysql_user", {"name": "me", "password": "password"}, "create user me@localhost identified by 'other'",
        "show create user me@localhost", HASH, {"password_changed": True, "msg": "User unchanged"},
    ),
    "a password that is a hash": Case(
        "mysql_user", {"name": "me", "host": "%", "password": HASH, "encrypted": True}, "", "show create user me@'%'", HASH,
        {"password_changed": True},
    ),
    "the password that the user has on another host": Case(
        "mysql_user", {"name": "me", "host": "%", "password": "new", "update_password": "on_new_username"},
        "create user me@localhost identified by 'password'", "show create user me@'%'", HASH, {"password_changed": False},
    ),
    "privileges in place of others": Case(
        "mysql_user", {"name": "me", "priv": {"app.*": "SELECT,UPDATE", "app.t": "INSERT"}},
        "create user me@localhost; grant select, delete on app.* to me@localhost; grant create on app.* to me@localhost with grant option",
        "show grants for me@localhost", "GRANT SELECT, UPDATE ON `app`.* TO `me`@`localhost`",
        {"msg": "Privileges updated: granted ['INSERT', 'UPDATE'], revoked ['CREATE', 'DELETE', 'GRANT']"},
    ),
    "less than all": Case(
        "mysql_user", {"name": "me", "priv": "app.*:SELECT"}, "create user me@localhost; grant all on app.* to me@localhost",
        "show grants for me@localhost", "GRANT SELECT ON `app`.* TO `me`@`localhost`",
    ),
    "one privilege more": Case(
        "mysql_user", {"name": "me", "priv": "app.*:UPDATE,GRANT", "append_privs": True},
        "create user me@localhost; grant select on app.* to me@localhost",
        "show grants for me@localhost", "GRANT SELECT, UPDATE ON `app`.* TO `me`@`localhost` WITH GRANT OPTION",
    ),
    "one privilege less": Case(
        "mysql_user", {"name": "me", "priv": "app.*:UPDATE,DROP", "subtract_privs": True},
        "create user me@localhost; grant select, update on app.* to me@localhost",
        "show grants for me@localhost", "GRANT SELECT ON `app`.* TO `me`@`localhost`",
    ),
    "privileges of columns": Case(
        "mysql_user", {"name": "me", "priv": "app.t:SELECT(b, a),INSERT", "column_case_sensitive": True},
        "create user me@localhost", "show grants for me@localhost", "SELECT (",
    ),
    "privileges of another name": Case(
        "mysql_user", {"name": "me", "priv": "`a.b-c`.*:CREATE VIEW"}, "create user me@localhost", "show grants for me@localhost",
        "GRANT CREATE VIEW ON `a.b-c`.* TO `me`@`localhost`",
    ),
    "demands on connections, and limits": Case(
        "mysql_user", {"name": "me", "tls_requires": {"SUBJECT": "/CN=me", "CIPHER": "X"}, "resource_limits": {"MAX_USER_CONNECTIONS": 3}},
        "create user me@localhost", "show create user me@localhost",
        "REQUIRE SUBJECT '/CN=me' CIPHER 'X' WITH MAX_USER_CONNECTIONS 3", {"msg": "TLS requires updated"},
    ),
    "no demands on connections": Case(
        "mysql_user", {"name": "me"}, "create user me@localhost require ssl", "show create user me@localhost", "me", {"msg": "TLS requires updated"},
    ),
    "a plugin": Case("mysql_user", {"name": "me", "plugin": "unix_socket"}, "create user me@localhost", "show create user me@localhost", "VIA unix_socket"),
    "a plugin and its hash": Case(
        "mysql_user", {"name": "me", "plugin": "mysql_native_password", "plugin_hash_string": HASH}, "", "show create user me@localhost", HASH,
    ),
    "a plugin and a password": Case(
        "mysql_user", {"name": "me", "plugin": "mysql_native_password", "plugin_auth_string": "password"}, "", "show create user me@localhost", HASH,
    ),
    "a password that lasts": Case(
        "mysql_user", {"name": "me", "password_expire": "interval", "password_expire_interval": 9}, "create user me@localhost",
        "show create user me@localhost", "INTERVAL 9 DAY",
    ),
    "a password that is over": Case(
        "mysql_user", {"name": "me", "password_expire": "now"}, "create user me@localhost", "show create user me@localhost", "PASSWORD EXPIRE",
    ),
    "a user who may not log in": Case(
        "mysql_user", {"name": "me", "locked": True}, "create user me@localhost", "show create user me@localhost", "ACCOUNT LOCK",
        {"msg": "User locked"},
    ),
    "a password on all hosts": Case(
        "mysql_user", {"name": "me", "host_all": True, "password": "password"}, "create user me@localhost; create user me@'%'",
        "show create user me@'%'", HASH,
    ),
    "no user": Case(
        "mysql_user", {"name": "me", "host_all": True, "state": "absent", "check_implicit_admin": True, "sql_log_bin": False},
        "create user me@localhost; create user me@'%'", "select count(*) from mysql.user where user = 'me'", "0", {"msg": "User deleted"},
    ),
}


@pytest.fixture
def machine(databases: Databases) -> Iterator[Machine]:
    databases.root.sh('mysql -e "$1"', EMPTY)
    yield databases.root
    assert databases.root.sh("find /tmp -name 'ingot.*'") == ""


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_is_so_afterwards_and_only_once(machine: Machine, case: Case) -> None:
    machine.sh('mysql -e "$1"', case.before)
    assert machine.apply(case.module, case.options, check=True).changed
    done = machine.apply(case.module, case.options)
    assert done.changed, done.values
    assert not done.failed
    assert {name: done.values[name] for name in case.values} == case.values
    assert case.answer in machine.sh('mysql -N --raw -e "$1"', case.question)
    again = machine.apply(case.module, case.options)
    assert not again.failed, again.values
    assert not again.changed, again.values


@pytest.mark.parametrize("ending", ["", ".gz", ".bz2", ".xz"])
def test_what_was_saved_is_restored(machine: Machine, ending: str) -> None:
    target = f"/tmp/app.sql{ending}"
    machine.sh("mysql -e 'insert into app.t values (4711, 1)'")
    saved = machine.apply("mysql_db", {"name": "app", "state": "dump", "target": target, "pipefail": True})
    assert (saved.changed, saved.failed) == (True, False)
    machine.sh("mysql -e 'drop database app'")
    assert machine.apply("mysql_db", {"name": "app", "state": "import", "target": target}).changed
    assert "4711" in machine.sh("mysql -e 'select a from app.t'")


@pytest.mark.parametrize(
    ("module", "options", "said"),
    [
        ("mysql_db", {"name": "none", "state": "dump", "target": "/tmp/x"}, "Cannot dump database(s) 'none' - not found"),
        ("mysql_db", {"name": "app", "state": "import", "target": "/none"}, "target /none does not exist on the host"),
        ("mysql_db", {"name": "all", "state": "absent"}, "name is not allowed to equal 'all'"),
        ("mysql_db", {"name": "app", "state": "dump"}, "with state=dump target is required"),
        ("mysql_db", {"name": "app", "state": "dump", "target": "/tmp/x.gz", "dump_extra_args": "--none", "pipefail": True}, "--none"),
        ("mysql_db", {"name": "app", "login_user": "nobody", "login_password": "x"}, 'cannot be reached: (1045, "Access denied'),
        ("mysql_db", {"name": "app", "config_file": "/tmp/my.cnf"}, "Access denied for user 'somebody'"),
        ("mysql_user", {"name": "me", "priv": "app.*:NONE"}, "(1064,"),
        ("mysql_user", {"name": "me", "priv": "app"}, "does not say what it is for"),
        ("mysql_user", {"name": "me", "password": "x", "encrypted": True}, "does not appear to be a valid hash"),
        ("mysql_user", {"name": "me", "attributes": {"a": 1}}, "does not support user attributes"),
        ("mysql_user", {"name": "me", "host_all": True}, "host_all parameter cannot be used when adding a user"),
        ("mysql_query", {"query": ["create table app.u (a int)", "none"]}, "Cannot execute SQL 'none' args [None]: (1064,"),
        ("mysql_query", {"query": "select %s, %s", "positional_args": [1]}, "there is no value for the place %s"),
        ("mysql_query", {"query": "select 1", "login_db": "none"}, "Unknown database 'none'"),
        ("mysql_info", {"filter": "none"}, "there is no none"),
        ("mysql_replication", {"mode": "changeprimary"}, "nothing to change"),
        ("mysql_replication", {"mode": "resetprimary", "fail_on_error": True}, "(1186,"),
    ],
)
def test_what_cannot_be_done_is_said(machine: Machine, module: str, options: Mapping[str, Any], said: str) -> None:
    machine.put("/tmp/my.cnf", b"[client]\nuser = somebody\npassword = x\n")
    done = machine.apply(module, options)
    assert done.failed
    assert said in done.values["msg"]


def test_the_users_own_settings_are_read_and_the_options_count_for_more(machine: Machine) -> None:
    machine.sh("""mysql -e "create user me@localhost identified by 'a#b\\"c'; grant select on *.* to me@localhost" """)
    machine.put("/tmp/my.cnf", b'[client]\nuser = me\npassword = "a#b\\"c"\n')
    who = {"query": "select current_user() as who", "config_file": "/tmp/my.cnf"}
    assert machine.apply("mysql_query", who).values["query_result"] == [[{"who": "me@localhost"}]]
    machine.put("/tmp/my.cnf", b"[client]\nuser = me\npassword = wrong\n")
    given = {**who, "login_password": 'a#b"c', "login_host": "127.0.0.1", "login_port": 3306}
    assert machine.apply("mysql_query", given).values["query_result"] == [[{"who": "me@localhost"}]]


def test_statements_give_what_their_types_are(machine: Machine) -> None:
    text = "it's <a>\\ &\n\tb"
    done = machine.apply("mysql_query", {
        "query": ["insert into app.t values (1, 2), (3, null)",
                  "select a, b, %(text)s as c, 'NULL' as d, '7' as e, 1.5 as f, count(*) over () as g from app.t order by a",
                  "select a from app.t where false", "update app.t set b = 9 where a > 5", "show variables like 'port'"],
        "named_args": {"text": text},
    })
    assert done.values["query_result"] == [
        [], [{"a": 1, "b": 2, "c": text, "d": "NULL", "e": "7", "f": 1.5, "g": 2},
             {"a": 3, "b": None, "c": text, "d": "NULL", "e": "7", "f": 1.5, "g": 2}],
        [], [], [{"Variable_name": "port", "Value": "3306"}],
    ]
    assert done.values["rowcount"] == [2, 2, 0, 0, 1]
    assert done.values["executed_queries"][2] == "select a from app.t where false"
    assert done.changed


@pytest.mark.parametrize(
    ("query", "changed"),
    [("select 1", False), ("grant select on app.* to root@localhost", False), ("update app.t set a = 1", False),
     ("create table if not exists app.t (a int)", True), (" /* first */ truncate table app.t", True), ("insert into app.t values (1, 1)", True)],
)
def test_whether_a_statement_changes_something(machine: Machine, query: str, changed: bool) -> None:  # noqa: FBT001 - a table's column
    assert machine.apply("mysql_query", {"query": query}).changed == changed


def test_one_transaction_is_done_whole_or_not_at_all(machine: Machine) -> None:
    statements = ["insert into app.t values (1, 1)", "none"]
    assert machine.apply("mysql_query", {"query": statements, "single_transaction": True}).failed
    assert machine.sh("mysql -N -e 'select count(*) from app.t'").strip() == "0"
    assert machine.apply("mysql_query", {"query": statements[:1], "single_transaction": True}).changed
    assert machine.sh("mysql -N -e 'select count(*) from app.t'").strip() == "1"


def test_what_a_server_is(machine: Machine) -> None:
    known = machine.apply("mysql_info", {}).values
    assert known["server_engine"] == "MariaDB"
    assert known["version"]["full"].startswith(f"{known['version']['major']}.{known['version']['minor']}.")
    assert known["databases"]["app"] == {"size": 16384, "tables": 1}
    assert known["settings"]["port"] == 3306
    assert known["global_status"]["Uptime"] >= 0
    assert known["engines"]["InnoDB"]["Transactions"] == "YES"
    assert known["users"]["localhost"]["root"]["Select_priv"] == "Y"
    assert {"name": "root", "host": "localhost", "locked": False}.items() <= next(
        each for each in known["users_info"] if each["name"] == "root"
    ).items()
    some = machine.apply("mysql_info", {"filter": ["databases"], "exclude_fields": "db_size", "return_empty_dbs": True}).values
    assert some["databases"]["app"] == {"tables": 1}
    assert not {"version", "settings"} & set(some)
    assert "users" not in machine.apply("mysql_info", {"filter": "!users"}).values


def test_a_replica_is_set_up_and_reset(machine: Machine) -> None:
    def asked(mode: str, **options: Any) -> Done:
        return machine.apply("mysql_replication", {"mode": mode, **options})

    assert asked("getreplica").values["msg"] == "Server is not configured as mysql replica"
    assert asked("getprimary").values["Is_Primary"] is False
    changed = asked("changeprimary", primary_host="db.example", primary_user="me", primary_password="se'cret", primary_log_pos=5, primary_ssl=True)
    assert changed.values["queries"] == [
        "CHANGE MASTER TO MASTER_HOST='db.example',MASTER_USER='me',MASTER_PASSWORD='********',MASTER_LOG_POS=5,MASTER_SSL=1"
    ]
    known = asked("getreplica").values
    assert {"Is_Replica": True, "Master_Host": "db.example", "Read_Master_Log_Pos": 5, "Seconds_Behind_Master": None}.items() <= known.items()
    assert asked("stopreplica").values["queries"] == ["STOP REPLICA"]
    assert asked("resetreplicaall").values["msg"] == "Replica reset"
    assert asked("getreplica").values["Is_Replica"] is False
    assert asked("resetprimary").values["msg"] == "Primary already reset"


def test_no_secret_is_where_others_can_see_it(machine: Machine) -> None:
    secret = "se'cret"
    machine.sh('mysql -e "$1"', "create user me@localhost identified by 'se\\'cret'; grant all on *.* to me@localhost with grant option")
    login = {"login_user": "me", "login_password": secret}
    done = [
        machine.apply("mysql_user", {**login, "name": "me", "host": "%", "password": secret}),
        machine.apply("mysql_db", {**login, "name": "app", "state": "dump", "target": "/tmp/x.sql"}),
        machine.apply("mysql_query", {**login, "query": "select %s as a", "positional_args": [secret]}),
    ]
    commands = [verb for each in done for verb in each.verbs if isinstance(verb, Command)]
    assert not any(each.failed for each in done)
    assert not any(each.shown for each in commands if isinstance(each, Do) and "--xml" in each.argv[2])
    assert not any("cret" in json.dumps([each.argv, dict(each.environment)]) for each in commands)


def test_a_machine_without_a_client_needs_its_package(debian_machine: Machine) -> None:
    done = debian_machine.apply("mysql_db", {"name": "app"})
    assert done.values["msg"] == "none of these programs is there: mariadb mysql"


def test_a_password_for_the_shell_is_refused() -> None:
    assert MysqlDb.gap({"unsafe_login_password": "yes"}) == "unsafe_login_password: no shell gets the password"
    assert MysqlDb.gap({"unsafe_login_password": False}) is None


def test_hashes_of_passwords() -> None:
    salt = "0123456789abcdefghij"
    kept = sha2_hash("caching_sha2_password", "word", salt)
    assert kept.startswith(f"$A$005${salt}".encode())
    assert is_of("word", "caching_sha2_password", kept)
    assert not is_of("other", "caching_sha2_password", kept)
    assert native_hash("password") == HASH
    assert is_of("", "mysql_native_password", b"")
    with pytest.raises(Failed, match="20 characters"):
        sha2_hash("caching_sha2_password", "word", "short")
    with pytest.raises(Failed, match="no use to the plugin ed25519"):
        sha2_hash("ed25519", "word", salt)


def test_privileges_as_mysql_8_shows_them() -> None:
    everything = (
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, SHUTDOWN, PROCESS, FILE, REFERENCES, INDEX, ALTER, SHOW DATABASES, SUPER, "
        "CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, "
        "CREATE USER, EVENT, TRIGGER, CREATE TABLESPACE, CREATE ROLE, DROP ROLE ON *.* TO `root`@`localhost` WITH GRANT OPTION"
    )
    lines = [everything, "GRANT BACKUP_ADMIN ON *.* TO `root`@`localhost`", "GRANT PROXY ON ``@`` TO `root`@`localhost`", "GRANT `r`@`%` TO `root`@`localhost`",
             "GRANT SELECT (`b`, `a`) ON `d``x`.`t` TO `root`@`localhost`", "GRANT EXECUTE ON FUNCTION `d`.`f` TO `root`@`localhost`"]
    shown = shown_of(lines, keep_case=True)
    assert shown == {
        "*.*": {"ALL", "GRANT", "BACKUP_ADMIN"}, "`d``x`.`t`": {"SELECT (`a`, `b`)"}, "FUNCTION `d`.`f`": {"EXECUTE"},
    }
    wanted = wanted_of("*.*:ALL PRIVILEGES,GRANT,BACKUP_ADMIN/d`x.t:SELECT(a,b)/FUNCTION d.f:EXECUTE", keep_case=True)
    assert list(difference(shown, wanted, append=False, subtract=False).statements("u")) == []
