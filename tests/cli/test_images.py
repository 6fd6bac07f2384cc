from __future__ import annotations

import json

import pytest
from conftest import Ingot

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
    parts = ("build        web.page", "what         Stored file: page.txt", "page.txt  11 B  sha256:", "ok        Launch")
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


def test_an_unknown_image_is_told_with_what_may_be_meant(built: Ingot) -> None:
    answer = built("images", "show", "web.pages")
    assert answer.status == 2
    assert "error[E703]: there is no image 'web.pages'" in answer.stderr
    assert "did you mean 'web.page'?" in answer.stderr
