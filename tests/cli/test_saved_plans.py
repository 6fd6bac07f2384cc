"""Plans that are saved, and built later: as they were planned, or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from runner.schema.published import published

if TYPE_CHECKING:
    from conftest import Ingot

FILES = {
    "playbook.yml": """\
variables:
  word: hello
  token: {type: string, sensitive: true, env: TOKEN}
  counted: {type: number, sensitive: true, default: 31415926}
sources:
  page: {builder: file, target: out/page.txt, content: "{{ word }} {{ now('%H%M%S%f') }} {{ uuidv4() }}"}
  other: {builder: file, target: out/other.txt, content: other}
plays:
  - name: first
    sources: [page, other]
    tasks:
      - name: say it
        debug: {msg: "{{ token }} {{ counted }} {{ lookup('file', 'word.txt') }}"}
    post_processors:
      - checksum: {output: out/sum}
""",
    "files/word.txt": "a word",
}


def saved(ingot: Ingot, *words: str, **environment: str) -> Path:
    ingot.write(FILES)
    ingot.environment.pop("SOURCE_DATE_EPOCH")
    answer = ingot("plan", "playbook.yml", "--out", "plan.json", *words, **{"TOKEN": "correct-horse", **environment})
    assert answer == (0, "saved to plan.json; `ingot build plan.json` makes it\n", "")
    return ingot.directory / "plan.json"


def edit(name: str, old: str, new: str) -> Callable[[Ingot], object]:
    def change(ingot: Ingot) -> None:
        path = ingot.directory / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    return change


def test_a_saved_plan_fits_its_schema_and_holds_no_secret(ingot: Ingot) -> None:
    path = saved(ingot, "--var", "token=battery-staple", "--only", "first.*")
    text = path.read_text()
    Draft202012Validator(published("plan")).validate(json.loads(text))
    assert "correct-horse" not in text
    assert "battery-staple" not in text
    assert "31415926" not in text
    assert [each.name for each in ingot.directory.iterdir() if each.name.startswith(".")] == []


@pytest.mark.parametrize("environment", [{}, {"INGOT_VAR_word": "hello"}, {"SOURCE_DATE_EPOCH": "1"}])
def test_a_saved_plan_is_built_as_it_was_planned(ingot: Ingot, environment: dict[str, str]) -> None:
    path = saved(ingot)
    planned = {build["name"]: build["options"] for build in json.loads(path.read_text())["builds"]}
    answer = ingot("build", "plan.json", **{"TOKEN": "correct-horse", **environment})
    assert answer.status == 0, answer
    assert (ingot.directory / "out/page.txt").read_text() == planned["first.page"]["content"]


@pytest.mark.parametrize(("change", "reasons"), [
    (edit("playbook.yml", "content: other", "content: another"), [
        "file playbook.yml, * -> *",
        'build first.other: option content, "other" -> "another"',
    ]),
    (edit("playbook.yml", "say it", "say it again"), ["file playbook.yml, * -> *"]),
    (edit("playbook.yml", "other]", "other]\n    when: word == 'x'"), [
        "file playbook.yml, * -> *",
        "build first.page: selected -> when: word == 'x' is false",
        "build first.other: selected -> when: word == 'x' is false",
    ]),
    (edit("playbook.yml", "[page, other]", "[page]"), ["file playbook.yml, * -> *", "build first.other is gone"]),
    (edit("playbook.yml", 'msg: "', 'msg: "!'), [
        "file playbook.yml, * -> *",
        "build first.page: steps, from 'say it' on",
        "build first.other: steps, from 'say it' on",
    ]),
    (edit("playbook.yml", "out/sum", "out/sums"), [
        "file playbook.yml, * -> *",
        "build first.page: post-processors",
        "build first.other: post-processors",
    ]),
    (edit("files/word.txt", "a word", "another"), [
        "build first.page: steps, from 'say it' on",
        "build first.other: steps, from 'say it' on",
    ]),
    (lambda ingot: ingot.write({"a.auto.vars.yml": "word: bye"}), [
        'variable word, "hello" -> "bye"',
        'build first.page: option content, "hello * -> "bye *',
    ]),
    (lambda ingot: ingot.environment.update(INGOT_VAR_counted="27182818"), [
        "variable counted, which is not shown",
        "build first.page: steps, from 'say it' on",
        "build first.other: steps, from 'say it' on",
    ]),
    (edit("plan.json", '"ingot": "', '"ingot": "0.0.'), ["Ingot itself, 0.0.* -> *"]),
])
def test_a_saved_plan_is_refused_when_something_changed(
    ingot: Ingot, change: Callable[[Ingot], object], reasons: list[str]
) -> None:
    saved(ingot)
    change(ingot)
    status, shown, remarks = ingot("build", "plan.json", TOKEN="correct-horse")
    told = [line.partition("changed since the plan was made: ")[2] for line in remarks.splitlines() if "[E602]" in line]
    assert len(told) == len(reasons), remarks
    assert all(fits(pattern, text) for pattern, text in zip(reasons, told, strict=True)), told
    assert (status, shown) == (2, "")
    assert not (ingot.directory / "out").exists()


def fits(pattern: str, text: str) -> bool:
    """Return whether a text is the pattern, in which ``*`` stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None


def test_a_forgotten_secret_is_asked_for(ingot: Ingot) -> None:
    saved(ingot)
    answer = ingot("build", "plan.json")
    assert answer.status == 2
    assert "error[E301]: the variable 'token' has no value and no default" in answer.stderr


def test_another_secret_is_another_plan(ingot: Ingot) -> None:
    saved(ingot)
    answer = ingot("build", "plan.json", "--var", "token=battery-staple", TOKEN="correct-horse")
    assert answer.status == 2
    assert "variable token, which is not shown" in answer.stderr
    assert "battery-staple" not in answer.stderr + answer.stdout


@pytest.mark.parametrize("text", [
    '{"playbook": "playbook.yml"}',
    '{"playbook": "playbook.yml", "format": 1, "request": {}}',
    '{"playbook": "playbook.yml", "format": 99}',
    '{"playbook": 1',
])
def test_what_is_no_plan_is_no_traceback(ingot: Ingot, text: str) -> None:
    ingot.write({**FILES, "plan.json": text})
    answer = ingot("build", "plan.json")
    assert answer.status == 2
    assert "[E900]" not in answer.stderr
    assert "error[E" in answer.stderr


@pytest.mark.parametrize("part", ["builds", "files", "variables", "request", "order", "format"])
def test_a_plan_that_lost_a_part_is_no_plan(ingot: Ingot, part: str) -> None:
    path = saved(ingot)
    plan = json.loads(path.read_text())
    del plan[part]
    path.write_text(json.dumps(plan))
    answer = ingot("build", "plan.json", TOKEN="correct-horse")
    assert answer.status == 2
    assert "error[E601]: this is no saved plan of this version" in answer.stderr


def test_a_plan_that_cannot_be_written_is_told(ingot: Ingot) -> None:
    ingot.write(FILES)
    answer = ingot("plan", "playbook.yml", "--out", "no/such/plan.json", TOKEN="x")
    assert answer.status == 2
    assert "error[E001]: no/such/plan.json cannot be written" in answer.stderr


def test_a_plan_replaces_plans_and_nothing_else(ingot: Ingot) -> None:
    ingot.write(FILES)
    (ingot.directory / "empty").touch()
    for name, status in (("plan.json", 0), ("plan.json", 0), ("empty", 0), ("playbook.yml", 2)):
        assert ingot("plan", "playbook.yml", "--out", name, TOKEN="correct-horse").status == status
    assert (ingot.directory / "playbook.yml").read_text() == FILES["playbook.yml"]


def test_a_plan_goes_through_a_pipe(ingot: Ingot) -> None:
    ingot.write(FILES)
    plan = ingot("plan", "playbook.yml", "--out", "-", TOKEN="correct-horse")
    assert (plan.status, plan.stderr) == (0, "")
    assert json.loads(plan.stdout)["request"]["playbook"] == "playbook.yml"
    assert [path.name for path in ingot.directory.glob("-")] == []
    built = ingot("build", "-", stdin=plan.stdout, TOKEN="correct-horse")
    assert (built.status, built.stderr) == (0, "")
    assert (ingot.directory / "out" / "page.txt").exists()


def test_one_pipe_cannot_give_a_plan_and_its_playbook(ingot: Ingot) -> None:
    ingot.write(FILES)
    plan = ingot("plan", "-", "--out", "-", stdin=FILES["playbook.yml"], TOKEN="correct-horse")
    answer = ingot("build", "-", stdin=plan.stdout, TOKEN="correct-horse")
    assert answer.status == 2
    assert "<stdin>:1:1: error[E601]: the plan's playbook comes from standard input, as the plan does" in answer.stderr


def test_a_plan_finds_the_playbook_that_lies_beside_it(ingot: Ingot) -> None:
    path = saved(ingot)
    moved = path.parent.rename(path.parent.with_name("moved"))
    ingot.directory = moved.parent
    (moved.parent / "token.yml").write_text("token: correct-horse\n")
    answer = ingot("build", "moved/plan.json", "--manifest", "made.json", "--var", "@token.yml")
    assert (answer.status, answer.stderr) == (0, "in moved:\n")
    assert (moved / "out" / "page.txt").exists()
    assert json.loads((moved.parent / "made.json").read_text())["playbook"] == "playbook.yml"


def test_where_a_plan_is_cut_off_is_told(ingot: Ingot) -> None:
    path = saved(ingot)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:10]))
    answer = ingot("build", "plan.json")
    assert answer.status == 2
    assert re.match(r"plan\.json:(9|10|11):\d+: error\[E022\]: not JSON: ", answer.stderr), answer.stderr


def test_the_key_of_fingerprints_lies_with_the_other_state(ingot: Ingot) -> None:
    state = ingot.directory.with_name("own-state")
    saved(ingot, INGOT_STATE_DIR=str(state))
    assert (state / "key").stat().st_mode & 0o77 == 0
