from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import jsonschema
import pytest
from conftest import Ingot

from runner.schema.published import published

PLAYBOOK = """
variables: {text: hello, token: {type: string, default: hush-hush, sensitive: true}}
sources:
  page: {builder: file, target: page.txt, content: "{{ text }}"}
  other: {builder: file, target: other.txt, content: "{{ token }}"}
  broken: {builder: file, target: broken.txt}
plays:
  - {name: web, sources: [page, other]}
  - name: bad
    sources: [broken]
    tasks: [{fail: {msg: no}}]
"""


@pytest.fixture
def built(ingot: Ingot) -> Ingot:
    ingot.write({"playbook.yml": PLAYBOOK})
    assert ingot("build", "playbook.yml").status == 4
    return ingot


def test_the_list_has_the_images_and_with_all_the_failures(built: Ingot) -> None:
    head, *rows = built("images", "list").stdout.splitlines()
    assert head.split() == ["BUILD", "IMAGE", "BUILDER", "SIZE", "MADE", "RUN"]
    assert [row.split()[:5] for row in rows] == [
        ["web.other", "File", "file", "9", "B"], ["web.page", "File", "file", "5", "B"],
    ]
    rows = built("images", "list", "--all").stdout.splitlines()[1:]
    assert [row.split()[:2] for row in rows] == [["bad.broken", "failed"], ["web.other", "File"], ["web.page", "File"]]


def test_the_newest_image_of_a_build_is_shown(built: Ingot) -> None:
    assert built("build", "playbook.yml", "--only", "web.page", "-e", "text=hello again").status == 0
    shown = json.loads(built("images", "show", "web.page", "--json").stdout)
    assert [file["size"] for file in shown["files"]] == [11]
    first = json.loads(built("images", "list", "--json").stdout)[-1]
    assert [file["size"] for file in json.loads(built("images", "show", f"{first['record']}:web.page", "--json").stdout)
            ["files"]] == [5]
    text = built("images", "show", "web.page").stdout
    parts = (
        "build        web.page", "what         Stored file: page.txt", "page.txt  11 B  sha256:", "ok        Launch",
    )
    assert [part for part in parts if part not in text] == []


def test_the_record_has_no_secret_and_all_inputs(built: Ingot) -> None:
    (record,) = (built.directory / ".ingot" / "runs").iterdir()
    assert sorted(path.name for path in record.iterdir()) == ["events.jsonl", "manifest.json", "plan.json"]
    assert "hush-hush" not in "".join(path.read_text() for path in record.iterdir())
    manifest = json.loads((record / "manifest.json").read_text())
    assert manifest["inputs"].keys() == {"playbook.yml"}
    assert manifest["variables"] == {"text": "hello"}
    kinds = [json.loads(line)["event"] for line in (record / "events.jsonl").read_text().splitlines()]
    assert (kinds[0], kinds[-1]) == ("RunStarted", "RunFinished")
    assert (built.directory / ".ingot" / ".gitignore").read_text() == "*\n"


def test_no_record_is_kept_if_none_is_wanted(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": PLAYBOOK})
    assert ingot("build", "playbook.yml", "--only", "web.*", "--no-record").status == 0
    assert not (ingot.directory / ".ingot").exists()
    assert ingot("images", "list").stdout.splitlines() == ["BUILD  IMAGE  BUILDER  SIZE  MADE  RUN"]


def test_the_directory_that_builds_work_in_goes_when_it_is_empty(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": PLAYBOOK})
    work = ingot.directory / ".ingot" / "work"
    work.mkdir(parents=True)
    assert ingot("build", "playbook.yml", "--only", "web.*", "--no-record").status == 0
    assert not (ingot.directory / ".ingot").exists()
    (work / "of-another-run").mkdir(parents=True)
    assert ingot("build", "playbook.yml", "--only", "web.*", "--no-record", "--force").status == 0
    assert (work / "of-another-run").exists()


def test_an_unknown_image_is_told_with_what_may_be_meant(built: Ingot) -> None:
    answer = built("images", "show", "web.pages")
    assert answer.status == 2
    assert "error[E703]: there is no image 'web.pages'" in answer.stderr
    assert "did you mean 'web.page'?" in answer.stderr


IDS = {"web.page": f"sha256:94191d276e2e{'0' * 52}", "web.other": f"sha256:94191d27ffff{'0' * 52}"}
WAYS = {
    "as the list has it": ("sha256:94191d276e2e", "web.page"),
    "without the algorithm": ("94191d276e2e", "web.page"),
    "a few digits of it": ("sha256:94191d27f", "web.other"),
    "the whole of it": (IDS["web.other"], "web.other"),
    "a file": ("other.txt", "web.other"),
}


@pytest.fixture
def identified(built: Ingot) -> Ingot:
    (path,) = (built.directory / ".ingot" / "runs").glob("*/manifest.json")
    manifest = json.loads(path.read_text())
    for build in manifest["builds"]:
        if build["name"] in IDS:
            build["artifact"] = IDS[build["name"]]
    path.write_text(json.dumps(manifest))
    return built


@pytest.mark.parametrize(("wanted", "build"), WAYS.values(), ids=WAYS)
def test_an_image_is_found_by_what_the_list_shows_of_it(identified: Ingot, wanted: str, build: str) -> None:
    answer = identified("images", "show", wanted, "--json")
    assert answer.status == 0, answer.stderr
    assert json.loads(answer.stdout)["name"] == build


@pytest.mark.parametrize("wanted", ["94191d27", "sha256:9"])
def test_the_beginning_of_several_ids_names_none(identified: Ingot, wanted: str) -> None:
    answer = identified("images", "show", wanted)
    assert answer.status == 2
    assert f"error[E703]: 2 images have an id that begins with '{wanted}'" in answer.stderr
    assert all(each in answer.stderr for each in IDS.values())


LATE = """
sources: {here: {builder: file, target: out.txt, content: hello}}
plays:
  - sources: [here]
    tasks:
      - set_fact: {which: more}
      - include_vars: {file: "{{ which }}.yml"}
      - include_tasks: {file: "tasks/{{ which }}.yml"}
      - {name: Break, fail: {msg: no}, ignore_errors: true}
"""


def test_files_that_only_the_build_names_are_inputs_and_steps_say_what_was_ignored(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": LATE, "more.yml": "a: 1", "tasks/more.yml": "- debug: {msg: hi}"})
    assert ingot("build", "playbook.yml").status == 0
    (path,) = (ingot.directory / ".ingot" / "runs").glob("*/manifest.json")
    manifest = json.loads(path.read_text())
    assert set(manifest["inputs"]) == {"playbook.yml", "more.yml", "tasks/more.yml"}
    content = (ingot.directory / "more.yml").read_bytes()
    assert manifest["inputs"]["more.yml"] == hashlib.sha256(content).hexdigest()
    ignored = [step for step in manifest["builds"][0]["steps"] if step["ignored"]]
    assert [(step["name"], step["module"], step["outcome"]) for step in ignored] == [("Break", "fail", "failed")]


def test_a_run_that_made_nothing_is_recorded(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": PLAYBOOK})
    assert ingot("build", "playbook.yml", "--only", "bad.*", "--manifest", "m.json").status == 1
    assert not (ingot.directory / "m.json").exists()
    assert len(ingot("images", "list").stdout.splitlines()) == 1
    assert ingot("images", "list", "--all").stdout.splitlines()[1].split()[:2] == ["bad.broken", "failed"]
    shown = ingot("images", "show", "bad.broken").stdout
    assert "status       failed" in shown
    assert "playbook.yml:11:13: E802: the task 'fail' failed" in shown


def test_what_a_post_processor_made_of_an_image_is_listed(ingot: Ingot) -> None:
    chain = "sources: [page], post_processors: [{compress: {output: a.tar}}]}"
    packed = PLAYBOOK.replace("sources: [page, other]}", chain)
    ingot.write({"playbook.yml": packed})
    assert ingot("build", "playbook.yml", "--only", "web.*").status == 0
    assert ingot("images", "list").stdout.splitlines()[1].split()[:3] == ["web.page", "a.tar", "file"]
    assert json.loads(ingot("images", "show", "web.page", "--json").stdout)["files"][0]["path"] == "a.tar"
    assert ingot("images", "show", "").status == 2


DAMAGED: dict[str, tuple[Any, str]] = {
    "cut short": ('{"run": "x", ', "it is no JSON"),
    "not text": (b"\xff\xfe", "it is no JSON"),
    "too deep": ("[" * 100_000, "it is no JSON"),
    "a list": ("[]", "it is no manifest"),
    "something else": ('{"builds": [{"name": "a"}], "format": 1}', "it is no manifest"),
    "of another version": ('{"format": 99}', "another version of Ingot has written it"),
    "a directory": (None, "Is a directory"),
}


@pytest.mark.parametrize(("content", "reason"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_record_is_skipped_with_a_warning(built: Ingot, content: Any, reason: str) -> None:
    path = built.directory / ".ingot" / "runs" / "20000101T000000Z-12345678" / "manifest.json"
    path.parent.mkdir()
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    answer = built("images", "list")
    assert (answer.status, len(answer.stdout.splitlines())) == (0, 3)
    assert f"warning[W703]: the record cannot be read: {reason}" in answer.stderr
    assert json.loads(built("images", "list", "--json").stdout)[0]["name"] == "web.other"


def test_the_lists_shape_is_that_of_the_manifests_schema(built: Ingot) -> None:
    builds = json.loads(built("images", "list", "--json", "--all").stdout)
    schema = published("manifest")["$defs"]["ManifestBuild"] | {"$defs": published("manifest")["$defs"]}
    for build in builds:
        assert re.fullmatch(r"\d{8}T\d{6}(\.\d{3})?Z-[0-9a-f]{8}", build.pop("record"))
        jsonschema.validate(build, schema)
