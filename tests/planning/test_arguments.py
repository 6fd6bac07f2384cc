"""Arguments of roles, checked against their specifications where the plan knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Ingot

HEAD = """\
variables: {given: from a variable}
sources: {a: {builder: docker, image: debian, commit: true}}
plays:
  - sources: [a]
"""
SPEC = """\
argument_specs:
  main:
    options:
      need: {type: str, required: true, choices: [a, b, "1"]}
      size: {type: int}
      flag: {type: bool}
      users: {type: list, elements: dict, options: {name: {type: str, required: true}, uid: {type: int}}}
"""


def answer(ingot: Ingot, play: str) -> list[str]:
    """Return the mistakes that ``validate`` finds, each as its code and place."""
    ingot.write({
        "playbook.yml": HEAD + play, "roles/r/meta/argument_specs.yml": SPEC,
        "roles/r/tasks/main.yml": "- ping:\n- block: [{ping: }]", "roles/outer/tasks/main.yml": "- ping:",
        "roles/outer/meta/main.yml": "dependencies: [{role: r, need: '{{ choice }}'}]",
        "roles/outer/defaults/main.yml": "choice: a",
    })
    status, _, remarks = ingot("validate", "playbook.yml")
    heads = [line for line in remarks.splitlines() if "[E5" in line or "[W5" in line]
    assert (status == 2) is any(": error[" in line for line in heads), remarks
    return [f"{line.partition('[')[2][:4]} {line.split(':')[1]}" for line in heads]


@pytest.mark.parametrize(("play", "mistakes"), [
    ("    roles: [{role: r, need: a}]", []),
    ("    roles: [{role: r, vars: {need: b}}]", []),
    ("    roles: [{role: r, need: 1}]", []),
    ("    vars: {need: a}\n    roles: [r]", []),
    ("    roles: [r]", ["E509 5"]),
    ("    roles: [{role: r, need: c}]", ["E511 5"]),
    ("    roles: [{role: r, need: '{{ given }}'}]", ["E511 5"]),
    ("    roles: [{role: r, need: '{{ ansible_hostname }}'}]", []),
    ("    roles: [{role: r, need: a, size: '10', flag: 'yes'}]", []),
    ("    roles:\n      - role: r\n        need: a\n        size: ten\n        flag: perhaps", ["E511 8", "E511 9"]),
    ("    roles:\n      - role: r\n        need: a\n        users: [{name: x}, {uid: 1}]", ["E511 8"]),
    ("    roles: [{role: r, need: a, siez: 1}]", ["W512 5"]),
    ("    roles: [{role: r, vars: {need: a, zork: 1, pong: 1, ping: 1}}]", ["W512 5", "W512 5"]),
    ("    roles: [{role: outer, zork: 1}]", []),
    ("    roles: [outer]", []),
    ("    roles: [{role: outer, choice: c}]", ["E511 1"]),
    ("    roles: [{role: r, when: false}]", []),
    ("    roles: [{role: r, when: ansible_os_family == 'x'}]", []),
    ("    roles: [{role: r, when: given is defined}]", ["E509 5"]),
    ("    tasks:\n      - import_role: {name: r}\n        vars: {need: a}", []),
    ("    tasks:\n      - import_role: {name: r}\n        vars: {need: c}", ["E511 6"]),
    ("    tasks:\n      - import_role: {name: r}", ["E509 6"]),
    ("    tasks:\n      - vars: {need: a}\n        block: [{import_role: {name: r}}]", []),
    ("    tasks:\n      - set_fact: {need: a}\n      - import_role: {name: r}", []),
    ("    tasks:\n      - include_role: {name: r}", []),
])
def test_arguments_are_checked_as_far_as_they_are_known(ingot: Ingot, play: str, mistakes: list[str]) -> None:
    assert answer(ingot, play) == mistakes


def test_an_argument_of_the_command_line_will_do(ingot: Ingot) -> None:
    answer(ingot, "    roles: [r]")
    ingot.write({"playbook.yml": HEAD.replace("{given", "{need: null, given") + "    roles: [r]"})
    assert ingot("validate", "playbook.yml", "--var", "need=a").status == 0
    assert ingot("validate", "playbook.yml", "--var", "need=c").status == 2
