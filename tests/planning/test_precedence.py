"""Which value of a name counts in a task: as in Ansible inside a play, as in Packer around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Ingot

INPUTS = (
    "default", "env", "PKR_VAR", "INGOT_VAR", "first auto file", "second auto file", "first file",
    "second file", "--var",
)
IN_PLAY = (
    "another role's defaults", "role defaults", "variable", "play vars", "vars_files", "role vars", "block vars",
    "task vars", "role params", "--var",
)
"""The weakest first."""


def inputs(ingot: Ingot, given: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    """Write a playbook whose variable ``x`` has a value from each of some places; return words and environment."""
    default = ", default: default" if "default" in given else ""
    files = {
        "playbook.yml": (
            f"variables: {{x: {{type: string, env: OWN{default}}}}}\n"
            "sources: {a: {builder: file, target: t, content: '{{ x }}'}}\nplays: [{sources: [a]}]\n"
        ),
        **{name: f"x: {place}\n" for place, name in (
            ("first auto file", "a.auto.vars.yml"), ("second auto file", "b.auto.vars.yml"),
            ("first file", "values.yml"),
        ) if place in given},
    }
    if "second file" in given:
        files["values.json"] = '{"x": "second file"}'
    ingot.write(files)
    words = [word for place, name in (("first file", "values.yml"), ("second file", "values.json")) if place in given
             for word in ("--var-file", name)]
    words += ["--var", "x=--var"] if "--var" in given else []
    names = {"env": "OWN", "PKR_VAR": "PKR_VAR_x", "INGOT_VAR": "INGOT_VAR_x"}
    return words, {name: place for place, name in names.items() if place in given}


@pytest.mark.parametrize("strongest", range(len(INPUTS)))
def test_the_later_place_wins(ingot: Ingot, strongest: int) -> None:
    words, environment = inputs(ingot, INPUTS[: strongest + 1])
    (build,) = ingot.plan(*words, **environment)["builds"]
    assert build["options"]["content"] == INPUTS[strongest]


@pytest.mark.parametrize("place", INPUTS)
def test_every_place_alone_will_do(ingot: Ingot, place: str) -> None:
    words, environment = inputs(ingot, (place,))
    plan = ingot.plan(*words, **environment)
    assert plan["builds"][0]["options"]["content"] == place


@pytest.mark.parametrize(("place", "origin"), [
    ("default", "default"), ("env", "environment variable OWN"), ("PKR_VAR", "environment variable PKR_VAR_x"),
    ("INGOT_VAR", "environment variable INGOT_VAR_x"), ("first auto file", "file a.auto.vars.yml"),
    ("second file", "file values.json"), ("--var", "--var"),
])
def test_a_plan_says_where_a_value_comes_from(ingot: Ingot, place: str, origin: str) -> None:
    words, environment = inputs(ingot, (place,))
    assert ingot.plan(*words, **environment)["variables"]["x"]["origin"] == origin


def test_the_order_of_files_is_that_of_the_command_line(ingot: Ingot) -> None:
    inputs(ingot, ("first file", "second file"))
    plan = ingot.plan("--var-file", "values.json", "--var-file", "values.yml")
    assert plan["variables"]["x"]["value"] == "first file"


@pytest.mark.parametrize(("word", "value"), [
    ("x=a=b", "a=b"), ("x=", ""), ("x= a ", " a "), ("x=[1, 2]", "[1, 2]"), ("x={{ y }}", "{{ y }}"),
    ('{"x": "from a mapping"}', "from a mapping"), ("{x: yaml, }", "yaml"), ("@more.yml", "from a file"),
])
def test_ways_to_give_a_variable(ingot: Ingot, word: str, value: str) -> None:
    inputs(ingot, ("default",))
    ingot.write({"more.yml": "x: from a file"})
    found = ingot.plan("-e", word)["variables"]["x"]
    assert found == {"value": value, "origin": "file more.yml" if "@" in word else "--var", "sensitive": False}


@pytest.mark.parametrize(("declared", "text", "value"), [
    ("type: number", "80", 80), ("type: number", "1.5", 1.5), ("type: boolean", "yes", True),
    ("type: boolean", "0", False), ("type: list", "[a, 1]", ["a", 1]), ("type: list", "a, b", ["a", "b"]),
    ("type: map", "{a: 1}", {"a": 1}), ("type: any", "80", "80"), ("default: 1", "80", 80),
    ("default: true", "no", False), ("default: [a]", "b,c", ["b", "c"]), ("default: text", "80", "80"),
    ("type: object", '{"a": {"b": [1]}}', {"a": {"b": [1]}}),
])
def test_texts_from_outside_are_read_by_the_type(ingot: Ingot, declared: str, text: str, value: Any) -> None:
    ingot.write({"playbook.yml": f"variables: {{x: {{{declared}}}}}\nsources: {{}}\nplays: []\n"})
    for words, environment in ((["-e", f"x={text}"], {}), ([], {"INGOT_VAR_x": text}), ([], {"PKR_VAR_x": text})):
        found = ingot.plan(*words, **environment)["variables"]["x"]["value"]
        assert (found, type(found)) == (value, type(value))


def play(given: tuple[str, ...]) -> dict[str, str]:
    """Return a playbook in which ``x`` has a value in each of some places, and whose last task shows it."""
    def line(place: str, text: str) -> str:
        return text if place in given else ""

    return {
        "playbook.yml": (
            line("variable", "variables: {x: variable}\n")
            + "sources: {a: {builder: docker, image: debian, commit: true}}\nplays:\n  - sources: [a]\n"
            + line("play vars", "    vars: {x: play vars}\n")
            + line("vars_files", "    vars_files: [values.yml]\n")
            + "    roles:\n      - other\n      - role: shower\n" + line("role params", "        x: role params\n")
        ),
        "values.yml": "x: vars_files\n",
        "roles/other/tasks/main.yml": "- {name: other, ping: }\n",
        "roles/other/defaults/main.yml": line("another role's defaults", "x: another role's defaults\n") or "{}\n",
        "roles/shower/defaults/main.yml": line("role defaults", "x: role defaults\n") or "{}\n",
        "roles/shower/vars/main.yml": line("role vars", "x: role vars\n") or "{}\n",
        "roles/shower/tasks/main.yml": (
            "- name: block\n" + line("block vars", "  vars: {x: block vars}\n")
            + "  block:\n    - name: show\n      command: '{{ x }}'\n"
            + line("task vars", "      vars: {x: task vars}\n")
        ),
    }


@pytest.mark.parametrize("strongest", range(len(IN_PLAY)))
def test_ansibles_order_holds_in_a_play(ingot: Ingot, strongest: int) -> None:
    given = IN_PLAY[: strongest + 1]
    ingot.write(play(given))
    words = ["--var", "x=--var"] if "--var" in given else []
    (build,) = ingot.plan(*words)["builds"]
    assert [step["options"] for step in build["steps"]] == [{}, {"cmd": IN_PLAY[strongest]}]


def test_what_a_task_sets_is_stronger_than_what_is_written_and_weaker_than_the_command_line(ingot: Ingot) -> None:
    files = play(("variable", "play vars", "role vars", "task vars"))
    files["roles/other/tasks/main.yml"] = "- set_fact: {x: set}\n"
    ingot.write(files)
    show = ingot.plan()["builds"][0]["steps"][1]
    assert show["options"]["cmd"] == {"open": "{{ x }}", "needs": "x", "reason": "it is the result of a task"}
    show = ingot.plan("--var", "x=given")["builds"][0]["steps"][1]
    assert show["options"]["cmd"] == "given"


def test_a_matrix_is_stronger_than_a_variable_and_weaker_than_the_play(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": """\
variables: {x: variable, y: variable}
sources: {a: {builder: docker, image: "{{ x }}{{ y }}", commit: true}}
plays:
  - sources: [a]
    matrix: {x: [matrix], y: [matrix]}
    vars: {y: play}
    tasks: [{command: "{{ x }} {{ y }} {{ matrix.y }} {{ var.x }}"}]
"""})
    (build,) = ingot.plan()["builds"]
    assert build["options"]["image"] == "matrixmatrix"
    assert build["steps"][0]["options"]["cmd"] == "matrix play matrix variable"


def test_parameters_of_a_role_end_with_it_and_its_defaults_do_not(ingot: Ingot) -> None:
    ingot.write({
        "playbook.yml": """\
sources: {a: {builder: docker, image: debian, commit: true}}
plays:
  - sources: [a]
    roles: [{role: first, x: given}, second]
    tasks:
      - command: "{{ x }} {{ y }} {{ z }}"
      - import_role: {name: first}
        vars: {y: imported}
    handlers:
      - {name: own, command: "{{ y }}"}
""",
        "roles/first/defaults/main.yml": "x: default\ny: default\n",
        "roles/first/tasks/main.yml": "- {command: '{{ x }} {{ y }} {{ z }}', notify: shown}\n",
        "roles/first/handlers/main.yml": "- {name: shown, command: '{{ x }} {{ y }}'}\n",
        "roles/second/vars/main.yml": "z: of the second\n",
        "roles/second/tasks/main.yml": "- {command: '{{ x }} {{ y }} {{ z }}'}\n",
    })
    (build,) = ingot.plan()["builds"]
    assert [step["options"]["cmd"] for step in build["steps"]] == [
        "given default of the second",
        "default default of the second",
        "default default of the second",
        "default imported of the second",
    ]
    assert [step["options"]["cmd"] for step in build["handlers"]] == ["given default", "default", "default imported"]
