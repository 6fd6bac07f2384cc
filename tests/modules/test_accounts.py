"""The ``user`` and ``group`` modules: with useradd and its kin, and where a machine has none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runner import registry
from runner.modules.support.accounts import Accounts
from runner.sdk import Failed

if TYPE_CHECKING:
    from harness import Machine

HASH = "$6$salt$hash"
_CLEAN = r"""
for each in u1 u2 u3 g1 g2 g3 g4; do
  if command -v userdel >/dev/null; then userdel -f $each; groupdel -f $each; fi 2>/dev/null
  sed -i "/^$each:/d" /etc/passwd /etc/group
  [ ! -e /etc/shadow ] || sed -i "/^$each:/d" /etc/shadow
done
rm -rf /home /srv/u1 /etc/skel/hello; mkdir /home
mkdir -p /etc/skel; echo hi >/etc/skel/hello
"""


@pytest.fixture
def box(machine: Machine) -> Machine:
    machine.sh(_CLEAN)
    return machine


@pytest.fixture
def shadowed(box: Machine) -> Machine:
    """Return a machine that keeps the hashes in a file of their own."""
    box.sh("[ -e /etc/shadow ] || { echo root:*:19000:0:99999:7::: >/etc/shadow; chmod 640 /etc/shadow; }")
    return box


def apply(box: Machine, module: str, **options: Any) -> dict[str, Any]:
    """Do the work, which has to go well, and to be done when it is asked for again."""
    done = box.apply(module, options)
    assert not done.failed, done.values
    again = box.apply(module, options)
    assert not again.changed, again.verbs
    assert len(again.verbs) == 1
    return done.values


def row(box: Machine, file: str, name: str) -> list[str]:
    found = box.sh(f"grep '^{name}:' /etc/{file}; :").rstrip("\n")
    return found.split(":") if found else []


def test_groups_come_change_and_go(box: Machine) -> None:
    made = apply(box, "group", name="g1", gid=4001)
    assert made == {"name": "g1", "state": "present", "gid": 4001, "system": False, "changed": True, "failed": False}
    assert row(box, "group", "g1")[2] == "4001"
    assert apply(box, "group", name="g1")["changed"] is False
    assert apply(box, "group", name="g2")["gid"] >= 1000
    assert apply(box, "group", name="g3", system=True)["gid"] < 1000
    assert 3000 <= apply(box, "group", name="g4", gid_min=3000, gid_max=3005)["gid"] <= 3005
    assert apply(box, "group", name="g1", gid=4005)["changed"] is True
    assert "another group" in box.apply("group", {"name": "g2", "gid": 4005}).values["msg"]
    assert apply(box, "group", name="g2", gid=4005, non_unique=True)["changed"] is True
    assert apply(box, "group", name="g2", state="absent")["changed"] is True
    assert row(box, "group", "g2") == []


def test_the_group_of_a_user_is_not_removed_by_mistake(box: Machine) -> None:
    apply(box, "group", name="g1")
    apply(box, "user", name="u1", group="g1")
    assert "first group of u1" in box.apply("group", {"name": "g1", "state": "absent"}).values["msg"]
    assert apply(box, "group", name="g1", state="absent", force=True)["changed"] is True


def test_a_user_is_made(box: Machine) -> None:
    apply(box, "group", name="g1")
    apply(box, "group", name="g2")
    place = {"home": "/srv/u1", "umask": "027", "shell": "/bin/false"}
    made = apply(box, "user", name="u1", uid=4100, groups="g1,g2", comment="A user", **place)
    assert {name: made[name] for name in ("uid", "comment", "home", "shell", "groups", "create_home", "system")} == {
        "uid": 4100, "comment": "A user", "home": "/srv/u1", "shell": "/bin/false", "groups": "g1,g2",
        "create_home": True, "system": False,
    }
    assert row(box, "passwd", "u1")[4:] == ["A user", "/srv/u1", "/bin/false"]
    assert [row(box, "group", name)[3] for name in ("g1", "g2")] == ["u1", "u1"]
    assert row(box, "group", "u1")[2] == str(made["group"])
    assert box.sh("cat /srv/u1/hello; stat -c '%a %u %g' /srv/u1") == f"hi\n750 4100 {made['group']}\n"


def test_a_user_is_made_with_what_is_usual(box: Machine) -> None:
    made = apply(box, "user", name="u1")
    assert (made["home"], made["shell"], made["comment"]) == ("/home/u1", "/bin/sh", "")
    assert made["uid"] >= 1000
    box.sh("[ -d /home/u1 ]")
    system = apply(box, "user", name="u2", system=True, create_home=False, group="u1")
    assert system["uid"] < 1000
    assert system["group"] == made["group"]
    box.sh("[ ! -e /home/u2 ]")
    assert 3100 <= apply(box, "user", name="u3", uid_min=3100, uid_max=3101)["uid"] <= 3101


def test_a_user_changes(box: Machine) -> None:
    for name in ("g1", "g2", "g3"):
        apply(box, "group", name=name)
    apply(box, "user", name="u1", groups=["g1"])
    changed = apply(box, "user", name="u1", uid=4200, comment="x", shell="/bin/true", group="g3")
    assert (changed["uid"], changed["comment"], changed["shell"], changed["append"]) == (4200, "x", "/bin/true", False)
    assert changed["group"] == int(row(box, "group", "g3")[2])
    apply(box, "user", name="u1", groups="g2", append=True)
    assert [row(box, "group", name)[3] for name in ("g1", "g2")] == ["u1", "u1"]
    apply(box, "user", name="u1", groups="g2,g3")
    assert [row(box, "group", name)[3] for name in ("g1", "g2", "g3")] == ["", "u1", ""]
    apply(box, "user", name="u1", groups=[])
    assert row(box, "group", "g2")[3] == ""
    apply(box, "user", name="u1", home="/srv/u1", move_home=True)
    assert box.sh("cat /srv/u1/hello; ls /home") == "hi\n"
    box.sh("rm -r /srv/u1")
    assert apply(box, "user", name="u1")["changed"] is True
    assert box.sh("stat -c %u /srv/u1") == "4200\n"


def test_a_user_goes(box: Machine) -> None:
    apply(box, "user", name="u1")
    apply(box, "user", name="u2")
    gone = apply(box, "user", name="u1", state="absent")
    assert gone == {
        "name": "u1", "state": "absent", "force": False, "remove": False, "changed": True, "failed": False,
    }
    assert (row(box, "passwd", "u1"), row(box, "group", "u1")) == ([], [])
    apply(box, "user", name="u2", state="absent", remove=True)
    assert box.sh("ls /home") == "u1\n"


def test_passwords(shadowed: Machine) -> None:
    def secret() -> str:
        return row(shadowed, "shadow", "u1")[1]

    apply(shadowed, "user", name="u1", create_home=False)
    assert secret() == "!"
    apply(shadowed, "user", name="u1", create_home=False, password=HASH)
    assert secret() == HASH
    apply(shadowed, "user", name="u1", create_home=False, password="other", update_password="on_create")
    assert secret() == HASH
    apply(shadowed, "user", name="u1", create_home=False, password_lock=True)
    assert secret() == f"!{HASH}"
    apply(shadowed, "user", name="u1", create_home=False, password=HASH)
    assert secret() == f"!{HASH}"
    apply(shadowed, "user", name="u1", create_home=False, password_lock=False)
    assert secret() == HASH
    apply(shadowed, "user", name="u2", create_home=False, password=HASH, password_lock=True)
    assert row(shadowed, "shadow", "u2")[1] == f"!{HASH}"
    apply(shadowed, "user", name="u3", create_home=False, password_lock=False)
    assert row(shadowed, "shadow", "u3")[1] == "!"


def test_passwords_where_they_stand_among_the_users(busybox_machine: Machine) -> None:
    busybox_machine.sh(f"{_CLEAN}\nrm -f /etc/shadow")
    apply(busybox_machine, "user", name="u1", create_home=False)
    assert row(busybox_machine, "passwd", "u1")[1] == "!"
    apply(busybox_machine, "user", name="u1", create_home=False, password=HASH)
    assert row(busybox_machine, "passwd", "u1")[1] == HASH


def test_how_long_accounts_last(shadowed: Machine) -> None:
    made = {"name": "u1", "create_home": False, "expires": 86400 * 20000.5, "password_expire_max": 90}
    apply(shadowed, "user", **made)
    assert [row(shadowed, "shadow", "u1")[each] for each in (4, 7)] == ["90", "20000"]
    ages = {"password_expire_min": 1, "password_expire_warn": 9, "password_expire_account_disable": 5}
    apply(shadowed, "user", name="u1", create_home=False, expires=-1, **ages)
    assert row(shadowed, "shadow", "u1")[3:8] == ["1", "90", "9", "5", ""]


@pytest.mark.parametrize(("options", "why"), [
    ({"name": "u1", "group": "nonesuch"}, "Group nonesuch does not exist"),
    ({"name": "u1", "groups": "nonesuch"}, "Group nonesuch does not exist"),
    ({"name": "u1", "uid": 0}, "the user root has the number 0"),
    ({"name": "u1", "comment": "a:b"}, "comment may hold"),
    ({"name": "u 1"}, "'u 1' cannot be a user's name"),
])
def test_what_is_refused(box: Machine, options: dict[str, Any], why: str) -> None:
    assert why in box.apply("user", options).values["msg"]
    assert row(box, "passwd", "u1") == []


def test_a_key_needs_ssh_keygen(box: Machine) -> None:
    assert "there is no ssh-keygen" in box.apply("user", {"name": "u1", "generate_ssh_key": True}).values["msg"]


_KEYGEN = r"""
cat >/bin/ssh-keygen <<'END'
#!/bin/sh
case $* in
  "-l -f "*) [ -e "$3" ] && echo "2048 SHA256:x $(cut -d' ' -f3 "$3")" ;;
  *) while [ $# -gt 0 ]; do case $1 in -f) file=$2 ;; -C) comment=$2 ;; -t) type=$2 ;; esac; shift; done
     echo private >"$file"; echo "ssh-$type AAAA $comment" >"$file.pub" ;;
esac
END
chmod +x /bin/ssh-keygen
"""


def test_a_key_is_made_once(box: Machine) -> None:
    box.sh(_KEYGEN)
    try:
        made = apply(box, "user", name="u1", generate_ssh_key=True, ssh_key_type="ed25519")
        host = box.sh("hostname").strip()
        assert made["ssh_key_file"] == "/home/u1/.ssh/id_ed25519"
        assert made["ssh_public_key"] == f"ssh-ed25519 AAAA ansible-generated on {host}"
        assert made["ssh_fingerprint"].startswith("2048 SHA256:x")
        owner = f"{made['uid']} {made['group']}"
        stat = "stat -c '%u %g' /home/u1/.ssh /home/u1/.ssh/id_ed25519 /home/u1/.ssh/id_ed25519.pub"
        assert box.sh(f"{stat}; stat -c %a /home/u1/.ssh") == f"{owner}\n" * 3 + "700\n"
    finally:
        box.sh("rm /bin/ssh-keygen")


def test_check_mode_changes_nothing(box: Machine) -> None:
    assert box.apply("user", {"name": "u1"}, check=True).changed
    assert box.apply("group", {"name": "g1"}, check=True).changed
    assert (row(box, "passwd", "u1"), row(box, "group", "g1")) == ([], [])


def test_what_belongs_to_other_systems() -> None:
    entry = registry.find("modules", "user")
    assert entry is not None
    plugin: Any = entry.load()
    assert "Solaris" in plugin.gap({"name": "x", "role": "y"})
    assert plugin.gap({"name": "x", "role": None}) is None


def test_numbers_run_out() -> None:
    accounts = Accounts([["a", "x", "5"], ["b", "x", "7"]], [], None)
    assert accounts.free(accounts.users, 4, 8) == 8
    assert accounts.free(accounts.users, 5, 7) == 6
    with pytest.raises(Failed, match="no number left"):
        accounts.free(accounts.users, 5, 5)
