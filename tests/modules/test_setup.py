"""The facts of real machines, and which of them are kept."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Machine

from runner.sdk import Ask, Do
from runner.sdk.facts import PROBE, facts_of


def facts(machine: Machine, options: dict[str, Any]) -> dict[str, Any]:
    done = machine.apply("setup", options)
    assert not done.failed, done.values
    assert not done.changed
    found: dict[str, Any] = done.values["ansible_facts"]
    return found


def test_a_machine_tells_of_itself(machine: Machine) -> None:
    found = facts(machine, {})
    names = ("ansible_user_id", "ansible_user_uid", "ansible_system", "ansible_env")
    assert [found[name] for name in names[:3]] == ["root", 0, "Linux"]
    assert found["ansible_env"]["HOME"] == "/root"
    assert found["ansible_nodename"] == machine.sh("uname -n").strip()
    assert found["ansible_kernel"] == machine.sh("uname -r").strip()
    assert abs(int(found["ansible_date_time"]["epoch"]) - int(machine.sh("date +%s"))) < 100
    assert found["gather_subset"] == ["all"]
    assert found["module_setup"] is True


def test_debian_is_recognized(debian_machine: Machine) -> None:
    found = facts(debian_machine, {})
    assert (found["ansible_os_family"], found["ansible_distribution_release"]) == ("Debian", "bookworm")
    assert (found["ansible_pkg_mgr"], found["ansible_virtualization_type"]) == ("apt", "docker")
    assert found["ansible_distribution_version"] == debian_machine.sh("cat /etc/debian_version").strip()
    assert found["ansible_processor_nproc"] == int(debian_machine.sh("nproc"))
    assert found["ansible_default_ipv4"]["address"] in debian_machine.sh("cat /etc/hosts")
    assert found["ansible_memtotal_mb"] > 0
    assert "ansible_eth0" in found


def test_the_probe_says_nothing_on_standard_error_and_ends_well_enough(machine: Machine) -> None:
    answer = machine.run(Ask(("/bin/sh", "-c", PROBE)))
    assert answer.stderr == ""
    assert facts_of(answer.stdout)["system"] == "Linux"


def test_facts_of_the_machines_own(machine: Machine, place: str) -> None:
    machine.run(Do(("tee", f"{place}/x.fact"), stdin="[a]\nb=c\n"))
    machine.run(Do(("tee", f"{place}/y.fact"), stdin="#!/bin/sh\necho '{\"n\": 1}'\n"))
    machine.sh('chmod +x "$1/y.fact"', place)
    found = facts(machine, {"fact_path": place, "gather_timeout": 20, "filter": "ansible_local"})
    assert found["ansible_local"] == {"x": {"a": {"b": "c"}}, "y": {"n": 1}}


SUBSETS: list[tuple[dict[str, Any], set[str], set[str]]] = [
    ({"gather_subset": "!all"}, {"distribution", "env"}, {"interfaces", "processor", "virtualization_type"}),
    ({"gather_subset": ["network", "!min"]}, {"interfaces", "all_ipv4_addresses"}, {"distribution", "processor"}),
    ({"gather_subset": "!hardware,!virtual"}, {"distribution", "interfaces"}, {"processor", "virtualization_role"}),
    ({"gather_subset": ["!all", "!min", "distribution"]}, {"distribution", "distribution_release"}, {"env", "kernel"}),
    ({"filter": "ansible_distribution*"}, {"distribution"}, {"env"}),
    ({"filter": ["os_family", "ansible_env"]}, {"os_family", "env"}, {"distribution"}),
]


@pytest.mark.parametrize(("options", "kept", "left"), SUBSETS)
def test_which_facts_are_kept(
    options: dict[str, Any], kept: set[str], left: set[str], busybox_machine: Machine
) -> None:
    names = {name.removeprefix("ansible_") for name in facts(busybox_machine, options)}
    assert kept <= names
    assert not left & names
