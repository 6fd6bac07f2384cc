"""The command ``plan``: the same answer every time, and a status that says whether there is work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Ingot

CASES = Path(__file__).parents[1] / "cases" / "valid"
TWO = """\
sources:
  page: {builder: file, target: "{{ now('%s') }}.txt", content: "{{ uuidv4() }}"}
  other: {builder: file, target: b.txt, content: b}
plays:
  - name: first
    sources: [page]
    when: want
  - name: second
    sources: [other]
    when: want and more
"""
VALUES = "variables: {want: true, more: true}\n"


@pytest.mark.parametrize("name", ["whole-example", "sensitive", "role-dependencies"])
def test_a_plan_is_the_same_in_every_process(name: str, tmp_path: Path) -> None:
    words = ["plan", "playbook.yml", "--json", "--all", "--no-data"]
    environment = {
        "PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": "1700000000", "XDG_STATE_HOME": str(tmp_path),
        "API_TOKEN": "x1y2z3", "CASE_TOKEN": "x1y2z3",
    }
    shown = [
        subprocess.run(
            [Path(sys.executable).with_name("ingot"), *words], cwd=CASES / name, check=True, capture_output=True,
            env={**environment, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "42")
    ]
    assert shown[0] == shown[1] == shown[2]
    assert json.loads(shown[0])["builds"]


def test_the_tree_is_the_same_twice(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": VALUES + TWO.replace("{{ uuidv4() }}", "x")})
    assert ingot("plan", "playbook.yml") == ingot("plan", "playbook.yml")


@pytest.mark.parametrize(("words", "status"), [
    ([], 0),
    (["--detailed-exitcode"], 3),
    (["--detailed-exitcode", "--var", "more=no"], 3),
    (["--detailed-exitcode", "--var", "want=no"], 0),
    (["--detailed-exitcode", "--only", "second.*", "--var", "more=no"], 0),
    (["--detailed-exitcode", "--json"], 3),
    (["--detailed-exitcode", "--out", "plan.json"], 3),
    (["--detailed-exitcode", "--only", "third.*"], 2),
])
def test_the_status_says_whether_there_is_work(ingot: Ingot, words: list[str], status: int) -> None:
    ingot.write({"playbook.yml": VALUES + TWO})
    assert ingot("plan", "playbook.yml", *words).status == status


@pytest.mark.parametrize(("words", "made"), [
    ([], ["first.page", "second.other"]),
    (["--only", "first.page"], ["first.page"]),
    (["--only", "*.other"], ["second.other"]),
    (["--only", "first.*,second.*"], ["first.page", "second.other"]),
    (["--only", "first.*", "--only", "*.other"], ["first.page", "second.other"]),
    (["--except", "first.*"], ["second.other"]),
    (["--only", "*", "--except", "*.page"], ["second.other"]),
    (["--except", "*"], []),
])
def test_builds_are_chosen_by_their_names(ingot: Ingot, words: list[str], made: list[str]) -> None:
    ingot.write({"playbook.yml": VALUES + TWO})
    plan = ingot.plan(*words)
    assert [build["name"] for build in plan["builds"] if build["action"] == "run"] == made
    assert [name for wave in plan["order"] for name in wave] == made
    assert all(build["options"] == {} for build in plan["builds"] if build["action"] == "skip")


def test_a_build_of_a_matrix_is_chosen_by_its_values(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": """\
sources: {a: {builder: file, target: "{{ x }}{{ y }}", content: c}}
plays:
  - sources: [a]
    matrix: {x: [1, 2], y: [s, t]}
"""})
    for words, made in (
        (["--only", "a[1,s]"], ["a[1,s]"]), (["--only", "a[1,s],a[2,t]"], ["a[1,s]", "a[2,t]"]),
        (["--only", "a[*,t]"], ["a[1,t]", "a[2,t]"]), (["--only", "a"], ["a[1,s]", "a[1,t]", "a[2,s]", "a[2,t]"]),
        (["--except", "a[1,*]"], ["a[2,s]", "a[2,t]"]),
    ):
        assert [build["name"] for build in ingot.plan(*words)["builds"] if build["action"] == "run"] == made, words


def test_data_can_be_left_for_the_build(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": """\
data: {found: {type: "null", input: x}}
sources: {a: {builder: file, target: t, content: "{{ data.found.output }}"}}
plays: [{sources: [a]}]
"""})
    assert ingot.plan()["builds"][0]["options"]["content"] == "x"
    open_ = ingot.plan("--no-data")["builds"][0]["options"]["content"]
    assert open_["open"] == "{{ data.found.output }}"
    assert open_["needs"] == "data.found"


def test_data_that_no_chosen_build_needs_is_not_looked_up(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": """\
data: {broken: {type: http, url: "http://127.0.0.1:9/"}}
sources:
  a: {builder: file, target: a, content: a}
  b: {builder: file, target: b, content: "{{ data.broken.body }}"}
plays: [{name: p, sources: [a, b]}]
"""})
    assert ingot.plan("--only", "p.a")["builds"][0]["options"]["content"] == "a"
    answer = ingot("plan", "playbook.yml")
    assert answer.status == 2
    assert "error[E309]: data.broken cannot be looked up" in answer.stderr


@pytest.mark.parametrize("words", [
    ["plan"], ["plan", "--all"], ["plan", "--json"], ["plan", "--out", "plan.json", "--all"], ["inspect"],
    ["inspect", "--json"], ["validate"], ["validate", "--var", "flag=perhaps"],
    ["validate", "--var", "flag=perhaps", "--format", "json"],
    ["plan", "--var", "flag=perhaps", "--format", "sarif"], ["plan", "--var", "flag=perhaps", "--format", "github"],
])
def test_secrets_are_masked_everywhere(ingot: Ingot, words: list[str]) -> None:
    ingot.write({"playbook.yml": """\
variables:
  token: {type: string, sensitive: true, env: TOKEN}
  odd: {type: string, sensitive: true, default: 'say "no" & go'}
  lines: {type: string, sensitive: true, default: "first-line\\nsecond-line"}
  nested: {type: map, sensitive: true, default: {deep: [buried-treasure], number: 27182818}}
  flag: {type: boolean, default: true}
locals: {header: "Bearer {{ token }}", encoded: "{{ token | b64encode }}"}
sources:
  a: {builder: docker, image: "{{ token }}", commit: true, login_password: spelt-out, changes: ["{{ nested.number }}"]}
plays:
  - name: p
    sources: [a]
    tasks:
      - name: Use {{ token }}
        command: "{{ 'a' * 70 }}{{ token }} {{ encoded }} {{ header }} {{ nested }} {{ token | urlencode }}"
        environment: {TOKEN: "{{ token }}"}
      - copy: {content: "{{ odd }} {{ lines }} {{ odd | to_json }} {{ odd | quote }}", dest: /x}
      - {name: silent, command: "login --password spoken", no_log: true}
      - user: {name: me, password: typed-in}
      - debug: {msg: "{{ nested.number }}"}
    post_processors: [{docker-push: {login_password: "pushed-along"}}]
"""})
    answer = ingot(words[0], "playbook.yml", *words[1:], TOKEN="correct-horse+battery/staple")
    shown = answer.stdout + answer.stderr
    if "--out" in words:
        shown += (ingot.directory / "plan.json").read_text()
    hidden = [
        "correct-horse", "battery", "Y29ycmVjdC1ob3Jz", "first-line", "second-line", "buried-treasure", "27182818",
    ]
    hidden += [] if "flag=perhaps" in words else ["spelt-out", "spoken", "typed-in", "pushed-along"]
    if words[0] != "inspect":
        hidden += ['say "no"', r'say \"no']
    assert [text for text in hidden if text in shown] == []


def test_a_column_does_not_tell_how_long_a_secret_is(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": """\
variables: {token: {type: string, sensitive: true, env: TOKEN}}
sources: {a: {builder: docker, image: x, commit: true}}
plays: [{sources: [a], tasks: [{name: "Use {{ token }}", ping: }]}]
"""})
    short, long = (ingot("plan", "playbook.yml", "--all", TOKEN=token) for token in ("short-one", "a-very-long-one"))
    assert short == long


def test_validate_looks_nothing_up_and_leaves_no_state(ingot: Ingot, tmp_path: Path) -> None:
    ingot.write({"playbook.yml": """\
variables: {token: {type: string, sensitive: true, default: correct-horse}}
data: {broken: {type: http, url: "http://127.0.0.1:9/"}}
sources: {b: {builder: file, target: "{{ token }}", content: "{{ data.broken.body }}"}}
plays: [{sources: [b]}]
"""})
    assert ingot("validate", "playbook.yml") == (0, "playbook.yml is valid\n", "")
    assert not (tmp_path / "state").exists()


HIDDEN = """\
variables: {token: {type: string, sensitive: true, default: correct-horse}}
sources:
  page: {builder: "null", communicator: ssh, ssh_host: host, ssh_username: admin, ssh_password: battery-staple}
plays:
  - name: on the play
    no_log: true
    sources: [page]
    tasks:
      - debug: {msg: "{{ token | upper }}"}
        loop: [CORRECT-HORSE]
  - name: on a block
    sources: [page]
    tasks:
      - no_log: "{{ token != 'x' }}"
        block:
          - debug: {msg: "{{ token | upper }}"}
            environment: {TOKEN: CORRECT-HORSE}
      - debug: {msg: this is shown}
        no_log: false
"""


@pytest.mark.parametrize("words", [("plan", "--all"), ("plan", "--json"), ("inspect", "--json")])
def test_what_is_secret_is_not_shown(ingot: Ingot, words: tuple[str, ...]) -> None:
    ingot.write({"playbook.yml": HIDDEN})
    answer = ingot(*words, "playbook.yml")
    assert answer.status == 0, answer
    assert "correct-horse" not in answer.stdout.lower()
    assert "battery-staple" not in answer.stdout
    assert ("this is shown" in answer.stdout) is (words[0] == "plan")


def test_post_processors_are_written_with_dashes_or_underscores(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": """
sources: {page: {builder: file, target: out.txt, content: x}}
plays: [{sources: [page], post_processors: [{shell_local: {inline: [ls]}}, {shell-local: {inline: [ls]}}]}]
"""})
    (build,) = ingot.plan()["builds"]
    assert [link["type"] for (link,) in build["post_processors"]] == ["shell-local", "shell-local"]
