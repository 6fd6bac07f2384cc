"""The module ``ansible``: a program of this computer reaches the machine over an SSH server that is there for it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from conftest import Ingot

ANSIBLE = os.environ.get("INGOT_TEST_ANSIBLE", "")
PLAYBOOK = """
sources:
  box: {builder: docker, image: "IMAGE", pull: false, discard: true}
plays:
  - sources: [box]
    tasks:
      - ansible: {playbook_file: site.yml, command: "COMMAND", groups: [web], extra_arguments: [-v]}
        register: ran
      - assert: {that: [ran is changed, ran.stats.changed == 2, ran.stats.ok == 5, ran.rc == 0]}
      - command: cat /etc/by-ansible
        register: there
      - assert: {that: ["there.stdout == 'hello'"]}
"""
SITE = """
- hosts: web
  gather_facts: true
  tasks:
    - copy: {content: "hello\\n", dest: /etc/by-ansible}
    - command: cat /etc/by-ansible
      register: x
      changed_when: false
    - assert: {that: [x.stdout == 'hello', packer_build_name == 'box', ansible_facts.os_family == 'Debian']}
    - fetch: {src: /bin/ls, dest: fetched/, flat: true}
"""
FAKE = r"""#!/bin/sh
# Does what ansible-playbook would do with such an inventory: logs in, and has commands run.
while [ $# -gt 0 ]; do case $1 in -i) inventory=$2; shift ;; *.yml) playbook=$1 ;; esac; shift; done
. ./words
value() { sed -n "1s/.*$1=\([^ ']*\).*/\1/p" "$inventory"; }
grep -q '^\[web\]' "$inventory" && test -f "$playbook" || exit 3
run() {
  ssh -F none -p "$(value ansible_port)" -i "$(value ansible_ssh_private_key_file)" -o BatchMode=yes \
    -o IdentitiesOnly=yes -o UserKnownHostsFile="$(value UserKnownHostsFile)" \
    "$(value ansible_user)@$(value ansible_host)" "$@"
}
printf 'hello\n' | run 'cat >/etc/by-ansible' || exit 4
test "$(run 'cat /etc/by-ansible; echo bad >&2; exit 7' 2>errors </dev/null)" = hello || exit 5
run 'cat /bin/busybox' </dev/null >fetched || exit 6
run 'cat >/tmp/back' <fetched && run 'cmp /bin/busybox /tmp/back' </dev/null || exit 8
run 'echo bad >&2; exit 7' 2>errors </dev/null
echo "status $? $(cat errors)"
echo 'box : ok=5 changed=2 unreachable=0 failed=0'
"""


def write(ingot: Ingot, image: str, command: str) -> None:
    ingot.write({"playbook.yml": PLAYBOOK.replace("IMAGE", image).replace("COMMAND", command), "site.yml": SITE})


@pytest.mark.usefixtures("engine")
@pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh here")
def test_a_program_reaches_the_machine(ingot: Ingot, busybox: str) -> None:
    write(ingot, busybox, "./fake")
    ingot.write({"fake": FAKE, "words": "# none"})
    (ingot.directory / "fake").chmod(0o755)
    answer = ingot("build", "playbook.yml", "--no-record", DOCKER_HOST=os.environ["DOCKER_HOST"])
    assert answer.status == 0, answer.stdout + answer.stderr
    assert "status 7 bad" in answer.stdout
    assert (ingot.directory / "fetched").stat().st_size > 100_000


@pytest.mark.usefixtures("engine")
@pytest.mark.slow
@pytest.mark.skipif(not ANSIBLE, reason="INGOT_TEST_ANSIBLE names no ansible-playbook to ask")
def test_real_ansible_reaches_the_machine(ingot: Ingot, debian: str) -> None:
    write(ingot, debian, ANSIBLE)
    text = (ingot.directory / "playbook.yml").read_text()
    install = "      - raw: apt-get update -qq && apt-get install -qq --no-install-recommends python3 >/dev/null\n"
    ingot.write({"playbook.yml": text.replace("    tasks:\n", f"    tasks:\n{install}")})
    answer = ingot("build", "playbook.yml", "--no-record", DOCKER_HOST=os.environ["DOCKER_HOST"], HOME=str(Path.home()))
    assert answer.status == 0, answer.stdout + answer.stderr


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(("script", "message"), [
    ("exit 4", "ended with status 4"), (None, "there is no ./fake on this computer"),
])
def test_a_program_that_fails(ingot: Ingot, busybox: str, script: str | None, message: str) -> None:
    write(ingot, busybox, "./fake")
    if script is not None:
        ingot.write({"fake": f"#!/bin/sh\n{script}\n"})
        (ingot.directory / "fake").chmod(0o755)
    answer = ingot("build", "playbook.yml", "--no-record", DOCKER_HOST=os.environ["DOCKER_HOST"])
    assert answer.status == 1
    assert message in answer.stderr
