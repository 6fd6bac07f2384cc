"""Modules for SELinux and firewalld, whose programs are played by scripts: there is no kernel for them here."""

# ruff: noqa: E501 - scripts stand in one line

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from harness import Machine

PROGRAMS = {
    "selinuxenabled": "exit 0",
    "getenforce": "echo Permissive",
    "getsebool": 'grep "^$1 " /tmp/se/now | sed "s/ / --> /"',
    "setsebool": 'if [ "$1" = -P ]; then shift; fi; echo "$1 $2" >/tmp/se/now; echo "setsebool $1 $2" >>/tmp/se/log',
    "setenforce": 'echo "setenforce $1" >>/tmp/se/log',
    "semanage": """case "$1 $2" in
      "boolean -l") sed 's/\\(.*\\) \\(.*\\)/\\1 (\\2 , \\2)  text/' /tmp/se/now ;;
      "port -l") [ "$4" = -C ] || echo "http_port_t tcp 8080, 80"; cat /tmp/se/ports 2>/dev/null ;;
      "port -a") echo "$4 $6 $7" >>/tmp/se/ports; echo "semanage $*" >>/tmp/se/log ;;
      "port -d") : >/tmp/se/ports; echo "semanage $*" >>/tmp/se/log ;;
      "fcontext -l") cat /tmp/se/contexts 2>/dev/null ;;
      "fcontext -a") echo "$7  all files  system_u:object_r:$6:s0" >>/tmp/se/contexts; echo "semanage $*" >>/tmp/se/log ;;
      "fcontext -d") : >/tmp/se/contexts; echo "semanage $*" >>/tmp/se/log ;;
    esac""",
    "firewall-offline-cmd": """for each; do case $each in
      --query-*) grep -qx -- "${each#--query-}" /tmp/se/fire; exit ;;
      --add-*) echo "${each#--add-}" >>/tmp/se/fire ;;
      --remove-*) : >/tmp/se/fire ;;
    esac; done""",
    "firewall-cmd": "exit 252",
}


@pytest.fixture
def selinux(busybox_machine: Machine) -> Iterator[Machine]:
    busybox_machine.sh("mkdir -p /tmp/se; echo 'httpd_can off' >/tmp/se/now; : >/tmp/se/log; : >/tmp/se/fire")
    for name, script in PROGRAMS.items():
        busybox_machine.put(f"/bin/{name}", f"#!/bin/sh\n{script}\n".encode())
        busybox_machine.sh(f"chmod 755 /bin/{name}")
    yield busybox_machine
    busybox_machine.sh(f"rm -rf /tmp/se {' '.join(f'/bin/{name}' for name in PROGRAMS)}")


CASES: list[tuple[str, dict[str, Any], str]] = [
    ("seboolean", {"name": "httpd_can", "state": True, "persistent": True}, "setsebool httpd_can on\n"),
    ("seport", {"ports": ["8080"], "proto": "tcp", "setype": "http_port_t", "local": True},
     "semanage port -a -t http_port_t -p tcp 8080\n"),
    ("sefcontext", {"target": "/srv(/.*)?", "setype": "httpd_t"},
     "semanage fcontext -a -f a -t httpd_t /srv(/.*)?\n"),
    ("firewalld", {"service": "http", "state": "enabled", "permanent": True}, ""),
    ("firewalld", {"port": "80/tcp", "state": "enabled", "offline": True, "permanent": True, "zone": "public"}, ""),
]


@pytest.mark.parametrize(("module", "options", "log"), CASES)
def test_a_change(selinux: Machine, module: str, options: dict[str, Any], log: str) -> None:
    assert selinux.apply(module, options, check=True).changed
    done = selinux.apply(module, options)
    assert done.changed, done.values
    assert not done.failed, done.values
    assert selinux.sh("cat /tmp/se/log") == log
    assert not selinux.apply(module, options).changed


def test_what_is_taken_back(selinux: Machine) -> None:
    for module, options in (
        ("seport", {"ports": "8081", "proto": "tcp", "setype": "http_port_t"}),
        ("sefcontext", {"target": "/srv(/.*)?", "setype": "httpd_t"}),
        ("firewalld", {"service": "http", "permanent": True}),
    ):
        on, off = ("enabled", "disabled") if module == "firewalld" else ("present", "absent")
        assert not selinux.apply(module, {**options, "state": off}).changed
        assert selinux.apply(module, {**options, "state": on}).changed
        assert selinux.apply(module, {**options, "state": off}).changed
        assert not selinux.apply(module, {**options, "state": off}).changed


def test_the_state(selinux: Machine) -> None:
    selinux.sh("printf 'SELINUX=disabled\\nSELINUXTYPE=targeted\\n' >/tmp/se/config")
    options = {"state": "enforcing", "policy": "targeted", "configfile": "/tmp/se/config"}
    assert selinux.apply("selinux", options).changed
    assert selinux.sh("cat /tmp/se/config /tmp/se/log") == "SELINUX=enforcing\nSELINUXTYPE=targeted\nsetenforce 1\n"
    assert selinux.apply("selinux", {"state": "permissive", "configfile": "/tmp/se/config"}).failed
    assert selinux.apply("selinux", {"state": "disabled", "configfile": "/tmp/nowhere"}).failed


@pytest.mark.parametrize(("module", "options"), [case[:2] for case in CASES[:3]])
def test_a_machine_without_it(busybox_machine: Machine, module: str, options: dict[str, Any]) -> None:
    done = busybox_machine.apply(module, options)
    assert done.failed
    assert "SELinux is disabled" in done.values["msg"]
