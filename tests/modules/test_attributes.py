"""What is asked for to put a file's attributes right: SELinux and flags, which test machines seldom have."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Machine

from runner.modules.shared import Permissions
from runner.modules.support.attributes import File, Found, found_of, settle
from runner.schema.records import make
from runner.sdk import Answer, Do, Failed, Verb

TOLD = (
    "\x1dpath /f\n\x1dumask 0027\n\x1dme uid=1000(ann) gid=1001(ann) groups=1001(ann),4(adm)\n"
    "\x1dstat 81a4 33 34 7 1700000001 1700000002 2 99 www-data\x1fwww data\n"
    "\x1dstat 45ed 0 50 4096 1 2 3 4 root\x1fstaff\n"
    "\x1dsum 0123abc  -\n\x1downer 33 www-data\n\x1dgroup \n\x1dstamp 12.2026~\n\x1dflags ----i---e--- /f\n"
    "\x1dcontext u:object_r:etc_t:s0\n\x1dpolicy system_u:object_r:httpd_t:s0\n\x1dmounted\n"
)


def test_what_a_look_tells() -> None:
    found = found_of(TOLD)
    assert found.file == File(
        "file", 0o644, 33, 34, "www-data", "www data", 7, 1700000001, 1700000002, 2, 99, None, "0123abc",
        "u:object_r:etc_t:s0", "----i---e---",
    )
    assert (found.path, found.umask) == ("/f", 0o27)
    assert (found.uid, found.gid, found.user, found.team) == (1000, 1001, "ann", "ann")
    assert (found.owner, found.group, found.stamp, found.mounted) == ((33, "www-data"), None, "12.2026~", True)
    fresh = found.fresh()
    assert (fresh.mode, fresh.uid, fresh.gid, fresh.group) == (0o640, 1000, 50, "staff")  # its directory hands it on
    assert found.fresh(directory=True).mode == 0o2750


def test_who_works_is_told_by_the_directory_of_the_process_if_there_is_one() -> None:
    found = found_of(
        "\x1dpath /f\n\x1dself\n\x1dabsent\n\x1dstat 416d 7 8 0 1 2 3 4 lp\x1fmail\n"
        "\x1dstat 41ed 0 0 4096 1 2 3 4 root\x1froot\n"
    )
    assert (found.uid, found.gid, found.user, found.team, found.parent.owner) == (7, 8, "lp", "mail", "root")


def test_what_is_not_there() -> None:
    found = found_of("\x1dpath /d/f\n\x1dabsent\n\x1dstat 41ed 0 0 4096 1 2 3 4 root\x1froot\n")
    assert (found.file.exists, found.parent.kind) == (False, "directory")
    found = found_of("\x1dpath /l\n\x1dstat a1ff 7 0 4 1 2 1 4 UNKNOWN\x1froot\n\x1dlink nowhere at all\n")
    assert (found.file.kind, found.file.target, found.file.owner) == ("link", "nowhere at all", "7")


WANTED: list[tuple[dict[str, Any], tuple[str, ...] | None]] = [
    ({}, None),
    ({"owner": "www-data", "group": "34", "mode": "0644"}, None),
    ({"owner": "33"}, None),
    ({"owner": "root"}, ("root", "", "")),
    ({"group": "root"}, (":root", "", "")),
    ({"owner": "root", "group": "root", "mode": "0755"}, ("root:root", "0755", "")),
    ({"owner": "root", "mode": "4644"}, ("root", "4644", "")),
    ({"mode": "g+w"}, ("", "0664", "")),
    ({"attributes": "+i"}, None),
    ({"attributes": "+a"}, ("", "", "+a")),
    ({"attributes": "-i"}, ("", "", "-i")),
    ({"attributes": "-a"}, None),
    ({"attributes": "i"}, None),
    ({"attributes": "=a"}, ("", "", "=ae")),
    ({"setype": "etc_t"}, None),
    ({"setype": "bin_t", "seuser": "u"}, ("", "", "", "--type", "bin_t")),
    ({"setype": "_default", "seuser": "_default"}, ("", "", "", "--user", "system_u", "--type", "httpd_t")),
    ({"serole": "r", "selevel": "s0:c1"}, ("", "", "", "--role", "r", "--range", "s0:c1")),
]


@pytest.mark.parametrize(("options", "asked"), WANTED)
def test_what_is_asked_for(options: dict[str, Any], asked: tuple[str, ...] | None) -> None:
    found = found_of(TOLD)
    verbs: list[Verb] = []
    work = settle("/f", found.file, make(Permissions, options), found)
    try:
        verbs.append(next(work))
        work.send(Answer())
    except StopIteration as end:
        changed, _ = end.value
        assert changed is (asked is not None)
    assert [verb.argv[4:] for verb in verbs if isinstance(verb, Do)] == ([("/f", *asked)] if asked else [])


def test_without_selinux_a_context_is_not_asked_for() -> None:
    work = settle("/f", File("file"), make(Permissions, {"setype": "bin_t"}), Found("/f", File("file"), File()))
    with pytest.raises(StopIteration):
        next(work)


def test_what_the_command_says_is_the_reason() -> None:
    found = found_of(TOLD)
    work = settle("/f", found.file, make(Permissions, {"owner": "nobody"}), found)
    next(work)
    with pytest.raises(Failed, match="the attributes of /f cannot be set: chown: no such user"):
        work.send(Answer(1, "", "a word\nchown: no such user\n"))


def test_flags_of_a_real_file(debian_machine: Machine) -> None:
    path = debian_machine.sh("mktemp").strip()
    for flags, changed in (("+A", True), ("+A", False), ("-A", True), ("-A", False)):
        done = debian_machine.apply("file", {"path": path, "attributes": flags})
        assert (done.failed, done.changed) == (False, changed), done.values
    debian_machine.sh('rm "$1"', path)


def test_a_file_on_which_something_is_mounted_is_written_in_place_if_that_is_allowed(debian_machine: Machine) -> None:
    options = {"path": "/etc/hosts", "line": "192.0.2.1 example.org"}  # the engine mounts this file
    refused = debian_machine.apply("lineinfile", options)
    assert refused.failed
    assert "/etc/hosts cannot be written" in refused.values["msg"]
    done = debian_machine.apply("lineinfile", {**options, "unsafe_writes": True})
    assert (done.failed, done.changed) == (False, True)
    assert "192.0.2.1 example.org\n" in debian_machine.sh("cat /etc/hosts")
    debian_machine.apply("lineinfile", {**options, "unsafe_writes": True, "state": "absent"})
