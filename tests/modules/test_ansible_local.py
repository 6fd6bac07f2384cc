"""The module ``ansible_local``: what it brings to the machine and runs there, by a script and by a real Ansible."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from harness import Done, Machine, played

FILES = {
    "site.yml": "site", "other/site.yml": "other", "plays/a.yml": "a", "plays/sub/b.yml": "b", "plays/files/x": "x",
    "groups/all.yml": "g", "hosts/127.0.0.1.yml": "h", "mine/web/tasks/main.yml": "t",
    "hosts.ini": "[web]\n127.0.0.1\n", "needs.yml": "- src: x\n",
    "ansible_collections/a/b/x.py": "c", "common/common.yml": "p",
}
PLAYBOOK = r"""
echo "$*" >>/tmp/log
case $* in *bad.yml*) exit 2 ;; esac
find . -type f | sort >/tmp/found
cat ingot-inventory >/tmp/inventory 2>/dev/null
echo "${ANSIBLE_ROLES_PATH-none} ${FROM_HERE-}" >/tmp/path
pwd >/tmp/stage
echo "127.0.0.1 : $(printf '\033[0;32mok=3\033[0m') changed=${CHANGED:-1} unreachable=0 failed=0 skipped=0"
"""
VARIABLES = {"build.name": "box", "build.ConnType": "docker", "build.PackerHTTPAddr": ""}
OURS = "-e packer_build_name=box packer_builder_type=docker -c local -i"


@pytest.fixture
def local(busybox_machine: Machine, tmp_path: Path) -> Any:
    """A machine whose ansible-playbook tells what it was called with and what lies around it."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    busybox_machine.here = tmp_path
    busybox_machine.sh("rm -rf /tmp/*; : >/tmp/log")
    with played(busybox_machine, {"ansible-playbook": PLAYBOOK, "ansible-galaxy": PLAYBOOK}):
        yield busybox_machine
    busybox_machine.sh("rm -rf /tmp/*")


def run(machine: Machine, options: dict[str, Any]) -> Done:
    return machine.apply("ansible_local", options, variables=VARIABLES)


RUNS: list[tuple[dict[str, Any], list[str], str]] = [
    ({"playbook_file": "site.yml"}, [f"site.yml {OURS} ingot-inventory"], "ingot-inventory site.yml"),
    ({"playbook_file": "plays/a.yml", "extra_arguments": ["-v", "-e 'x=a b'"], "inventory_file": "hosts.ini"},
     [f"a.yml -v -e x=a b {OURS} hosts.ini"], "a.yml hosts.ini"),
    ({"playbook_files": ["plays/a.yml", "plays/sub/b.yml"], "playbook_dir": "plays"},
     [f"a.yml {OURS} ingot-inventory", f"sub/b.yml {OURS} ingot-inventory"], "a.yml files/x ingot-inventory sub/b.yml"),
    ({"playbook_file": "site.yml", "role_paths": ["mine/web/"], "group_vars": "groups", "host_vars": "hosts",
      "collection_paths": ["ansible_collections"], "playbook_paths": ["common"]},
     [f"site.yml {OURS} ingot-inventory"],
     ("collections/ansible_collections/a/b/x.py group_vars/all.yml host_vars/127.0.0.1.yml ingot-inventory "
      "playbooks/common/common.yml roles/web/tasks/main.yml site.yml")),
    ({"playbook_file": "site.yml", "galaxy_file": "needs.yml", "galaxy_force_install": True},
     ["install -r needs.yml -f", f"site.yml {OURS} ingot-inventory"], "ingot-inventory needs.yml site.yml"),
]


@pytest.mark.parametrize(("options", "calls", "there"), RUNS)
def test_what_is_brought_and_run(local: Machine, options: dict[str, Any], calls: list[str], there: str) -> None:
    done = run(local, options)
    assert not done.failed, done.values
    assert done.changed
    assert local.sh("cat /tmp/log").splitlines() == calls
    assert [line[2:] for line in local.sh("cat /tmp/found").splitlines()] == there.split()
    assert done.values["stats"]["ok"] == 3 * len([call for call in calls if ".yml -" in call and "install" not in call])


def test_the_inventory_that_is_made(local: Machine) -> None:
    run(local, {"playbook_file": "site.yml"})
    assert local.sh("cat /tmp/inventory") == "127.0.0.1\n"
    run(local, {"playbook_file": "site.yml", "inventory_groups": ["web", "db"]})
    assert local.sh("cat /tmp/inventory") == "[web]\n127.0.0.1\n[db]\n127.0.0.1\n"


@pytest.mark.parametrize(("clean", "there"), [(True, "no"), (False, "yes")])
@pytest.mark.parametrize("staging", [None, "/tmp/a stage"])
def test_the_directory(local: Machine, staging: str | None, clean: bool, there: str) -> None:  # noqa: FBT001 - a column
    run(local, {"playbook_file": "site.yml", "staging_directory": staging, "clean_staging_directory": clean})
    stage = local.sh("cat /tmp/stage").strip()
    assert stage == staging or (staging is None and stage.startswith("/tmp/ansible-local."))
    assert local.sh('if [ -e "$1" ]; then echo yes; else echo no; fi', stage).strip() == there


def test_the_command_is_a_line_of_a_shell(local: Machine) -> None:
    done = run(local, {"playbook_file": "site.yml", "command": "CHANGED=0 FROM_HERE=word ansible-playbook"})
    assert not done.changed
    assert local.sh("cat /tmp/path") == "none word\n"


def test_installed_roles_are_found(local: Machine) -> None:
    options = {"playbook_file": "site.yml", "galaxy_file": "needs.yml", "staging_directory": "/tmp/s"}
    run(local, options)
    assert local.sh("cat /tmp/path") == "/tmp/s/galaxy_roles:/tmp/s/roles:/etc/ansible/roles \n"
    run(local, {**options, "galaxy_roles_path": "/srv/roles"})
    assert local.sh("cat /tmp/path").startswith("/srv/roles:")


FAILED: list[tuple[dict[str, Any], str]] = [
    ({"playbook_files": ["site.yml", "other/site.yml"]}, "two playbooks would lie at site.yml"),
    ({"playbook_file": "none.yml"}, "there is no 'none.yml' to bring to the machine"),
    ({"playbook_file": "site.yml", "command": "other-playbook"}, "there is no other-playbook on the machine"),
    ({"playbook_file": "site.yml", "galaxy_file": "needs.yml", "galaxy_command": "exit 3;"}, "ended with status 3"),
    ({"playbook_file": "site.yml", "extra_arguments": ["bad.yml"]}, "ansible-playbook ended with status 2"),
    ({"playbook_file": "site.yml", "staging_directory": "/dev/null/x"},
     "there is no directory to put the playbook into"),
]


@pytest.mark.parametrize(("options", "message"), FAILED)
def test_what_fails(local: Machine, options: dict[str, Any], message: str) -> None:
    done = run(local, {"staging_directory": "/tmp/s", "clean_staging_directory": True, **options})
    assert done.failed
    assert message in done.values["msg"]
    local.sh("[ ! -e /tmp/s ]")


@pytest.mark.slow
def test_real_ansible(debian_machine: Machine, tmp_path: Path) -> None:
    debian_machine.sh("apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq "
                      "--no-install-recommends ansible-core >/dev/null 2>&1")
    role = tmp_path / "mine/greeter/tasks"
    role.mkdir(parents=True)
    (role / "main.yml").write_text("- copy: {content: '{{ word }} {{ packer_build_name }}', dest: /srv/by-ansible}\n")
    (tmp_path / "vars").mkdir()
    (tmp_path / "vars/web.yml").write_text("word: hello\n")
    (tmp_path / "site.yml").write_text("- {hosts: web, gather_facts: false, roles: [greeter]}\n")
    debian_machine.here = tmp_path
    options = {"playbook_file": "site.yml", "role_paths": ["mine/greeter"], "group_vars": "vars",
               "inventory_groups": ["web"], "clean_staging_directory": True}
    done = run(debian_machine, options)
    assert not done.failed, done.values
    assert (done.changed, done.values["stats"]["changed"]) == (True, 1)
    assert debian_machine.sh("cat /srv/by-ansible") == "hello box"
    assert not run(debian_machine, options).changed
