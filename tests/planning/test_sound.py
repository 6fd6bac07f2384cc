"""What is found of the rest of a playbook with mistakes: all of it, and nothing that follows from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Ingot

CASES = Path(__file__).parents[1] / "cases" / "invalid"
HEAD = "sources: {a: {builder: docker, image: x, commit: true}, b: {builder: docker, image: x, commit: true}}\n"
TASK = "{copy: {src: none.conf, dest: /x}}"
"""A task of which the plan finds that its file is not there."""
SPEC = "argument_specs: {main: {options: {need: {type: str, required: true}}}}\n"


def answer(ingot: Ingot, text: str) -> list[str]:
    """Return the mistakes that ``validate`` finds, each as its code and line."""
    ingot.write({
        "playbook.yml": HEAD + text, "roles/r/tasks/main.yml": "- ping:\n", "roles/r/meta/argument_specs.yml": SPEC,
    })
    status, _, remarks = ingot("validate", "playbook.yml")
    assert status == 2
    heads = [line for line in remarks.splitlines() if line.startswith(("playbook.yml:", "roles/"))]
    return [f"{line.partition('[')[2][:4]} {line.split(':')[1]}" for line in heads]


@pytest.mark.parametrize(("text", "mistakes"), [
    (f"plays:\n- sources: [a]\n  tasks:\n  - ping: {{dat: x}}\n  - {TASK}", ["E101 5", "W510 6"]),
    (f"plays:\n- sources: [a]\n  tasks:\n  - {TASK}\n- name: n\n  sources: [b]\n  tsks: []", ["W510 5", "E101 8"]),
    ("plays:\n- name: n\n  sources:\n  - a: {from: n.b}\n  - b: {from: n.a}\n  tasks: [{ping: {dat: x}}]",
     ["E610 5", "E101 7"]),
    ("plays:\n- sources: [a]\n  roles: [r]\n  tasks: [{ping: {dat: x}}]", ["E509 4", "E101 5"]),
    (f"variables: {{v: {{type: number, default: x}}}}\nplays:\n- sources: [a]\n  tasks: [{TASK}]",
     ["E305 2", "W510 5"]),
    ("variables: {v: {type: string}}\nplays:\n- sources: [a]\n  vars: {w: 1}\n  tasks: [{debug: {msg: '{{ w.x }}'}}]",
     ["W302 2", "E402 6"]),
])
def test_what_a_mistake_does_not_touch_is_planned(ingot: Ingot, text: str, mistakes: list[str]) -> None:
    assert answer(ingot, text) == mistakes


@pytest.mark.parametrize(("text", "mistakes"), [
    (f"plays:\n- sources: [a]\n  becom: true\n  tasks: [{TASK}]", ["E101 4"]),
    (f"plays:\n- sources: [a]\n  tasks:\n  - block: [{TASK}]\n    wehn: false", ["E101 6"]),
    ("plays:\n- sources: [a]\n  tasks:\n  - copy: {src: none.conf, dest: /x, remotesrc: true}", ["E101 5"]),
    ("plays:\n- sources: [a]\n  vars_files: [none.yml]\n  roles: [r]", ["E508 4"]),
    ("plays:\n- sources: [a]\n  pre_tasks: [{set_fac: {need: x}}]\n  roles: [r]", ["E201 4"]),
    ("plays:\n- sources: [a]\n  roles: [none, r]", ["E504 4"]),
    ("plays:\n- name: n\n  sources: [c, b: {from: '{{ \"n.c\" }}'}]", ["E206 4"]),
    ("plays:\n- name: n\n  sources: [a]\n- name: n\n  sources: [a: {from: n.a}]", ["E016 5"]),
    ("plays:\n- name: n\n  sources: [a]\n  matrix: {v: 1}\n- sources: [a: {from: 'n.a[1]'}]", ["E104 5"]),
    ("variables: {v: {type: numbr, default: x}}\nplays:\n- sources: [a]\n  tasks: [{debug: {msg: '{{ v + 1 }}'}}]",
     ["E102 2"]),
    ("locals: {v: {w: 1, w: 2}}\nplays:\n- sources: [a]\n  tasks: [{debug: {msg: '{{ v.w + v.x }}'}}]", ["E016 2"]),
    ("data: {d: {type: nil}}\nplays:\n- sources: [a]\n  tasks: [{debug: {msg: '{{ data.d.output }}'}}]", ["E203 2"]),
    ("data: {d: {type: 'null', inpt: x}}\nplays:\n- sources: [a]\n  tasks: [{debug: {msg: '{{ data.d.output }}'}}]",
     ["E101 2"]),
])
def test_what_follows_from_a_mistake_is_not_told(ingot: Ingot, text: str, mistakes: list[str]) -> None:
    assert answer(ingot, text) == mistakes


def test_what_a_missing_value_decides_is_not_checked_without_it(ingot: Ingot) -> None:
    text = "variables: {v: {type: string}}\nplays:\n- sources: [a, b: {from: '{{ v }}'}]\n  matrix: {m: '{{ v }}'}"
    ingot.write({"playbook.yml": HEAD + text})
    status, _, remarks = ingot("validate", "playbook.yml")
    assert (status, "warning[W302]" in remarks) == (0, True), remarks


@pytest.mark.parametrize("command", ["plan", "build"])
def test_every_command_that_plans_tells_them_all(ingot: Ingot, command: str) -> None:
    case = CASES / "E610-beside-other-mistakes"
    ingot.write({
        path.relative_to(case).as_posix(): path.read_text() for path in case.rglob("*")
        if path.is_file() and path.name != "expected.txt"
    })
    status, _, remarks = ingot(command, "playbook.yml")
    assert status == 2
    assert f"$ ingot validate playbook.yml\n{remarks}exit status 2\n" == (case / "expected.txt").read_text()


def test_a_wrong_word_on_the_command_line_is_told_too(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": f"{HEAD}plays: [{{sources: [a], tasks: [{{ping: {{dat: x}}}}]}}]\n"})
    _, _, remarks = ingot("validate", "playbook.yml", "--only", "c")
    assert "[E101]" in remarks
    assert "error[E614]: no build is called 'c'" in remarks
