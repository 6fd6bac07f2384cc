"""Where roles are found, which of their files are read, and how often they are applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Ingot

HEAD = "sources: {a: {builder: docker, image: debian, commit: true}}\nplays:\n  - sources: [a]\n"


def commands(ingot: Ingot, play: str, files: dict[str, str], *words: str) -> list[str]:
    """Return what the tasks of the plan run."""
    ingot.write({"playbook.yml": HEAD + play, **files})
    (build,) = ingot.plan(*words)["builds"]
    return [step["options"]["cmd"] for step in build["steps"]]


@pytest.mark.parametrize(("name", "place", "words"), [
    ("r", "roles/r", ()),
    ("r", "elsewhere/r", ("--roles-path", "elsewhere")),
    ("r", "b/r", ("--roles-path", "a", "--roles-path", "b")),
    ("author.role", "roles/author.role", ()),
    ("./near/r", "near/r", ()),
    ("near/r", "near/r", ()),
])
def test_where_roles_are(ingot: Ingot, name: str, place: str, words: tuple[str, ...]) -> None:
    files = {f"{place}/tasks/main.yml": "- {command: found}"}
    assert commands(ingot, f"    roles: ['{name}']\n", files, *words) == ["found"]
    assert commands(ingot, f"    tasks: [{{import_role: {{name: '{name}'}}}}]\n", files, *words) == ["found"]


def test_a_role_beside_the_playbook_comes_before_one_from_elsewhere(ingot: Ingot) -> None:
    files = {"roles/r/tasks/main.yml": "- {command: near}", "other/r/tasks/main.yml": "- {command: far}"}
    assert commands(ingot, "    roles: [r]\n", files, "--roles-path", "other") == ["near"]


def test_a_dependency_is_found_beside_the_role_that_needs_it(ingot: Ingot) -> None:
    files = {
        "other/r/meta/main.yml": "dependencies: [needed]", "other/r/tasks/main.yml": "- {command: r}",
        "other/needed/tasks/main.yml": "- {command: needed}",
    }
    assert commands(ingot, "    roles: [other/r]\n", files) == ["needed", "r"]


@pytest.mark.parametrize("main", ["main.yml", "main.yaml", "main.json", "main"])
def test_names_of_the_main_file(ingot: Ingot, main: str) -> None:
    files = {
        f"roles/r/tasks/{main}": '[{"command": "echo {{ d }} {{ v }}", "notify": "h"}]',
        f"roles/r/defaults/{main}": '{"d": 1}', f"roles/r/vars/{main}": '{"v": 2}',
        f"roles/r/handlers/{main}": '[{"name": "h", "command": "h"}]',
    }
    assert commands(ingot, "    roles: [r]\n", files) == ["echo 1 2"]


def test_variables_may_be_in_several_files(ingot: Ingot) -> None:
    files = {
        "roles/r/tasks/main.yml": "- {command: '{{ a }} {{ b }} {{ c }}'}",
        "roles/r/defaults/main/10.yml": "{a: 1, b: 1}", "roles/r/defaults/main/20.yml": "b: 2",
        "roles/r/vars/main/deep/x.yml": "c: 3",
    }
    assert commands(ingot, "    roles: [r]\n", files) == ["1 2 3"]


def test_a_role_may_lack_any_part(ingot: Ingot) -> None:
    assert commands(ingot, "    roles: [r]\n", {"roles/r/README.md": ""}) == []


def test_other_files_of_a_role_on_request(ingot: Ingot) -> None:
    files = {
        "roles/r/tasks/other.yml": "- {command: '{{ d }} {{ v }}'}", "roles/r/defaults/small.yml": "d: small",
        "roles/r/vars/special.yml": "v: special", "roles/r/handlers/few.yml": "- {name: h, command: h}",
    }
    play = (
        "    tasks:\n      - import_role: {name: r, tasks_from: other, defaults_from: small.yml,\n"
        "                      vars_from: special, handlers_from: few}\n        notify: h\n"
    )
    assert commands(ingot, play, files) == ["small special"]


@pytest.mark.parametrize(("uses", "applied"), [
    ("[r, r]", 1),
    ("[r, {role: r}, {name: r}]", 1),
    ("[{role: r, x: 1}, {role: r, x: 1}]", 1),
    ("[{role: r, x: 1}, {role: r, x: 2}]", 2),
    ("[r, {role: r, when: ansible_os_family == 'x'}]", 2),
    ("[{role: r, tags: a}, {role: r, tags: b}]", 2),
    ("[{role: r, vars: {x: 1}}, {role: r, vars: {x: 1}}, r]", 2),
    ("[again, again]", 2),
    ("[needs, r]", 1),
    ("[r, needs]", 1),
    ("[needs, needs_too]", 1),
    ("[{role: needs, x: 1}, {role: needs, x: 2}]", 1),
])
def test_how_often_a_role_is_applied(ingot: Ingot, uses: str, applied: int) -> None:
    files = {
        "roles/r/tasks/main.yml": "- {command: r}", "roles/again/tasks/main.yml": "- {command: r}",
        "roles/again/meta/main.yml": "allow_duplicates: yes", "roles/needs/meta/main.yml": "dependencies: [r]",
        "roles/needs_too/meta/main.yml": "dependencies: [{role: r}]", "roles/needs/tasks/main.yml": "[]",
    }
    assert commands(ingot, f"    roles: {uses}\n", files) == ["r"] * applied


@pytest.mark.parametrize("dependency", [
    "needed", "{role: needed}", "{name: needed}", "{src: needed, name: needed, version: v1, scm: git}",
    "{role: needed, when: true, tags: [x], vars: {a: 1}, b: 2}",
])
def test_forms_of_a_dependency(ingot: Ingot, dependency: str) -> None:
    files = {
        "roles/r/meta/main.yml": f"galaxy_info: {{author: me}}\ndependencies: [{dependency}]",
        "roles/r/tasks/main.yml": "- {command: r}", "roles/needed/tasks/main.yml": "- {command: needed}",
    }
    assert commands(ingot, "    roles: [r]\n", files) == ["needed", "r"]


def test_where_files_of_tasks_are_looked_for(ingot: Ingot) -> None:
    files = {
        "roles/r/tasks/main.yml": """\
- import_tasks: near.yml
- import_tasks: sub/deep.yml
- import_tasks: shared.yml
""",
        "roles/r/tasks/near.yml": "- {command: near}",
        "roles/r/tasks/sub/deep.yml": "- import_tasks: beside.yml\n- import_tasks: near.yml\n",
        "roles/r/tasks/sub/beside.yml": "- {command: beside}",
        "shared.yml": "- {command: shared}", "tasks/own.yml": "- {command: own}",
        "roles/r/handlers/main.yml": "- import_tasks: more.yml\n",
        "roles/r/handlers/more.yml": "- {name: h, command: h}",
    }
    play = "    roles: [r]\n    tasks: [{import_tasks: own.yml}, {import_tasks: tasks/own.yml}]\n"
    assert commands(ingot, play, files) == ["near", "beside", "near", "shared", "own", "own"]
