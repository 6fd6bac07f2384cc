"""The machines that tests of modules work on."""

from __future__ import annotations

from harness import Machine

from runner.sdk import Ask


def test_both_machines_have_a_shell(machine: Machine, place: str) -> None:
    assert machine.sh('cd "$1" && echo a >b && cat b', place) == "a\n"
    assert machine.run(Ask(("/bin/sh", "-c", "exit 3"))).status == 3
