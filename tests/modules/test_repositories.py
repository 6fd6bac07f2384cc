"""Repositories of zypper and of Copr: files on a machine with busybox; what fetches things is played by scripts."""

# ruff: noqa: E501 - files stand in one line

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from harness import Machine, played

PLAYED = {
    "zypper": 'echo "$*" >>/tmp/repos/log',
    "wget": 'echo "$3" >>/tmp/repos/log; cat "/tmp/repos/offered" || exit 1',
    "uname": "echo x86_64",
}
MINE = "[mine]\nbaseurl=http://a.example/x\nenabled=1\nautorefresh=1\ngpgcheck=1\n"
OFFERED = "[copr:copr.fedorainfracloud.org:me:tool]\nname=Copr repo\nbaseurl=https://b.example/$basearch/\ngpgcheck=1\nenabled=1\n"
COPR_FILE = "/etc/yum.repos.d/_copr:copr.fedorainfracloud.org:me:tool.repo"


@pytest.fixture
def machine(busybox_machine: Machine) -> Iterator[Machine]:
    busybox_machine.sh("rm -rf /tmp/repos /etc/zypp /etc/yum.repos.d; mkdir -p /tmp/repos /etc/zypp/repos.d; : >/tmp/repos/log")
    with played(busybox_machine, PLAYED):
        yield busybox_machine
    busybox_machine.sh("rm -rf /tmp/repos /etc/zypp /etc/yum.repos.d /etc/os-release")


def converges(machine: Machine, module: str, options: dict[str, Any]) -> dict[str, Any]:
    assert machine.apply(module, options, check=True).changed
    done = machine.apply(module, options)
    assert done.changed, done.values
    again = machine.apply(module, options)
    assert not again.failed, again.values
    assert not again.changed
    return done.values


ZYPPER: list[tuple[str, dict[str, Any], str]] = [
    ("", {"name": "mine", "repo": "http://a.example/x/"}, MINE),
    ("", {"name": "mine", "repo": "http://a.example/x", "description": "My own", "priority": 7, "enabled": False,
          "autorefresh": False, "disable_gpg_check": True},
     "[mine]\nbaseurl=http://a.example/x\nenabled=0\nautorefresh=0\ngpgcheck=0\nname=My own\npriority=7\n"),
    (f"{MINE}keeppackages=1\n", {"name": "mine", "repo": "http://b.example/"},
     f"{MINE.replace('a.example/x', 'b.example')}keeppackages=1\n"),
    (MINE, {"name": "other", "repo": "http://a.example/x"}, MINE.replace("mine", "other")),
    (f"{MINE}\n[second]\nbaseurl=http://c.example\n", {"name": "mine", "state": "absent"}, "[second]\nbaseurl=http://c.example\n"),
    (f"{MINE}\n[second]\nbaseurl=http://c.example\n",
     {"name": "mine", "repo": "http://c.example", "overwrite_multiple": True}, MINE.replace("a.example/x", "c.example")),
]


@pytest.mark.parametrize(("before", "options", "after"), ZYPPER)
def test_a_repository_of_zypper(machine: Machine, before: str, options: dict[str, Any], after: str) -> None:
    if before:
        machine.put("/etc/zypp/repos.d/mine.repo", before.encode())
    converges(machine, "zypper_repository", options)
    assert machine.sh("cat /etc/zypp/repos.d/*.repo") == after
    assert machine.sh("cat /tmp/repos/log") == ""


def test_what_results_say(machine: Machine) -> None:
    values = converges(machine, "zypper_repository", {"name": "mine", "repo": "http://a.example/x", "priority": 7})
    told = {"alias": "mine", "url": "http://a.example/x", "name": None, "priority": 7, "enabled": "1", "autorefresh": "1",
            "gpgcheck": "1"}
    assert (values["repodata"], values["state"]) == (told, "present")


@pytest.mark.parametrize("place", ["http://a.example/mine.repo", "/tmp/repos/offered.repo"])
def test_a_file_of_repositories(machine: Machine, place: str) -> None:
    machine.put("/tmp/repos/offered", b"[mine]\nname=Mine\nenabled=0\nbaseurl=http://a.example/x\ngpgkey=http://a.example/key\n")
    machine.sh("cp /tmp/repos/offered /tmp/repos/offered.repo")
    converges(machine, "zypper_repository", {"repo": place})
    assert machine.sh("cat /etc/zypp/repos.d/mine.repo") == (
        "[mine]\nname=Mine\nenabled=1\nbaseurl=http://a.example/x\ngpgkey=http://a.example/key\nautorefresh=1\ngpgcheck=1\n")


def test_a_repository_that_goes_takes_its_file_along(machine: Machine) -> None:
    machine.put("/etc/zypp/repos.d/any.repo", MINE.encode())
    converges(machine, "zypper_repository", {"repo": "http://a.example/x", "state": "absent"})
    assert machine.sh("ls /etc/zypp/repos.d") == ""


def test_lists_are_fetched(machine: Machine) -> None:
    fetched = {"name": "mine", "repo": "http://a.example/x", "auto_import_keys": True}
    assert machine.apply("zypper_repository", fetched).changed
    assert not machine.apply("zypper_repository", fetched).changed
    assert not machine.apply("zypper_repository", {**fetched, "auto_import_keys": False, "runrefresh": True}).changed
    assert machine.apply("zypper_repository", {"repo": "*", "runrefresh": True}).values["runrefresh"] is True
    calls = ["--gpg-auto-import-keys refresh --force --repo mine", "refresh --force --repo mine", "refresh --force"]
    assert machine.sh("cat /tmp/repos/log").splitlines() == [f"--quiet --non-interactive {call}" for call in calls]


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("zypper_repository", {"repo": "*"}, "repo=* can only be used with the runrefresh option."),
    ("zypper_repository", {"name": "n"}, "Module option state=present requires repo"),
    ("zypper_repository", {"repo": "http://a.example"}, "Name required when adding non-repo files."),
    ("zypper_repository", {"name": "mine", "repo": "http://c.example"}, "More than one repo matched 'mine': mine, second."),
    ("zypper_repository", {"repo": "http://c.example/x.repo"}, "http://c.example/x.repo cannot be fetched: "),
    ("zypper_repository", {"repo": "/tmp/none.repo"}, "there is no file /tmp/none.repo"),
    ("copr", {"name": "tool"}, "name: 'tool' is not of the form owner/project"),
    ("copr", {"name": "me/tool"}, "Copr has nothing for the system of this machine"),
    ("copr", {"name": "me/tool", "chroot": "fedora-40-x86_64"},
     "https://copr.fedorainfracloud.org/coprs/me/tool/repo/fedora-40/dnf.repo?arch=x86_64 cannot be fetched: "),
]


@pytest.mark.parametrize(("module", "options", "message"), REFUSED)
def test_what_cannot_be(machine: Machine, module: str, options: dict[str, Any], message: str) -> None:
    machine.put("/etc/zypp/repos.d/two.repo", f"{MINE}\n[second]\nbaseurl=http://c.example\n".encode())
    done = machine.apply(module, options)
    assert done.failed
    assert message in done.values["msg"]


COPR: list[tuple[str, dict[str, Any], str]] = [
    ("", {}, OFFERED),
    ("", {"state": "disabled", "includepkgs": ["a", "b"]}, f"{OFFERED.replace('enabled=1', 'enabled=0')}includepkgs=a,b\n"),
    (OFFERED.replace("enabled=1", "enabled=0"), {"excludepkgs": "c"}, f"{OFFERED}excludepkgs=c\n"),
    (f"{OFFERED}\n[coprdep:x]\nenabled=1\n", {"state": "disabled"},
     f"{OFFERED.replace('enabled=1', 'enabled=0')}\n[coprdep:x]\nenabled=1\n"),
]


@pytest.mark.parametrize(("before", "options", "after"), COPR)
def test_a_project_of_copr(machine: Machine, before: str, options: dict[str, Any], after: str) -> None:
    machine.put("/tmp/repos/offered", OFFERED.encode())
    if before:
        machine.sh("mkdir -p /etc/yum.repos.d")
        machine.put(COPR_FILE, before.encode())
    wanted = {"name": "me/tool", "chroot": "fedora-40-x86_64", **options}
    values = converges(machine, "copr", wanted)
    assert machine.sh(f"cat {COPR_FILE}") == after
    assert values["repo"] == "copr.fedorainfracloud.org/me/tool"
    assert values["repo_filename"] == COPR_FILE.rpartition("/")[2]
    converges(machine, "copr", {**wanted, "state": "absent"})
    assert machine.sh("ls /etc/yum.repos.d") == ""


SYSTEMS = [
    ("ID=fedora\nVERSION_ID=41\n", "fedora-41"),
    ('ID=fedora\nVERSION_ID=42\nVERSION="42 (Rawhide)"\n', "fedora-rawhide"),
    ('ID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n', "epel-9"),
    ("ID=opensuse-leap\nID_LIKE=suse\nVERSION_ID=15.6\n", "opensuse-leap-15.6"),
]


@pytest.mark.parametrize(("release", "system"), SYSTEMS)
def test_what_copr_calls_a_system(machine: Machine, release: str, system: str) -> None:
    machine.put("/etc/os-release", release.encode())
    machine.put("/tmp/repos/offered", OFFERED.encode())
    assert machine.apply("copr", {"name": "@team/tool"}).changed
    url = f"https://copr.fedorainfracloud.org/coprs/g/team/tool/repo/{system}/dnf.repo?arch=x86_64"
    assert machine.sh("cat /tmp/repos/log").strip() == url
