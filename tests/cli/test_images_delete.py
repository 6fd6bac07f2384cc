"""``ingot images delete`` and ``prune`` with images that are files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Ingot

PLAYBOOK = """
variables: {text: hello, name: out.txt}
sources:
  page: {builder: file, target: "pages/{{ name }}", content: "{{ text }}"}
plays: [{name: web, sources: [page]}]
"""


@pytest.fixture
def built(ingot: Ingot) -> Ingot:
    """Three images of one build, the oldest of them a year old."""
    ingot.write({"playbook.yml": PLAYBOOK})
    for number in "123":
        assert ingot("build", "playbook.yml", "-e", f"text={number}", "-e", f"name={number}.txt").status == 0
    (oldest, *_) = sorted((ingot.directory / ".ingot" / "runs").glob("*/manifest.json"))
    manifest = json.loads(oldest.read_text())
    manifest["builds"][0]["finished"] = "2020-01-01T00:00:00.000Z"
    oldest.write_text(json.dumps(manifest))
    return ingot


def pages(built: Ingot) -> list[str]:
    return sorted(path.name for path in (built.directory / "pages").glob("*"))


def test_the_newest_image_goes_and_the_list_knows(built: Ingot) -> None:
    answer = built("images", "delete", "web.page", "--dry-run")
    assert (answer.status, answer.stdout.split()[:3]) == (0, ["would", "delete", "pages/3.txt"])
    assert pages(built) == ["1.txt", "2.txt", "3.txt"]
    answer = built("images", "delete", "web.page")
    assert (answer.status, answer.stdout.split()[:2]) == (0, ["deleted", "pages/3.txt"]), answer.stderr
    assert pages(built) == ["1.txt", "2.txt"]
    assert len(json.loads(built("images", "list", "--json").stdout)) == 2
    assert "deleted" in built("images", "list", "--all").stdout.splitlines()[1]


def test_the_last_file_takes_its_directory_along(built: Ingot) -> None:
    for _ in "123":
        assert built("images", "delete", "web.page").status == 0
    assert not (built.directory / "pages").exists()
    answer = built("images", "delete", "web.page")
    assert (answer.status, "error[E762]" in answer.stderr) == (2, True)


@pytest.mark.parametrize(("words", "left"), [
    (("--keep", "1"), ["3.txt"]),
    (("--keep", "2"), ["2.txt", "3.txt"]),
    (("--keep", "0"), []),
    (("--older-than", "90d"), ["2.txt", "3.txt"]),
    (("--keep", "3", "--older-than", "90d"), ["1.txt", "2.txt", "3.txt"]),
    (("--keep", "0", "--older-than", "12h"), ["2.txt", "3.txt"]),
    (("--keep", "0", "--only", "other.*"), ["1.txt", "2.txt", "3.txt"]),
])
def test_old_images_go_when_it_is_said(built: Ingot, words: tuple[str, ...], left: list[str]) -> None:
    answer = built("images", "prune", *words)
    assert answer.status == 0, answer.stderr
    assert answer.stdout.count("would delete") == 3 - len(left)
    assert pages(built) == ["1.txt", "2.txt", "3.txt"]
    assert built("images", "prune", *words, "--yes").status == 0
    assert pages(built) == left
    assert built("images", "prune", *words).stdout == "there is no image to delete\n"


def test_a_file_that_has_changed_or_belongs_to_a_newer_image_stays(built: Ingot) -> None:
    assert built("build", "playbook.yml", "-e", "text=3", "-e", "name=3.txt", "--force").status == 0  # the same image
    (built.directory / "pages" / "2.txt").write_text("mine")
    assert built("images", "prune", "--keep", "1", "--yes").status == 0
    assert pages(built) == ["2.txt", "3.txt"]


@pytest.mark.parametrize(("words", "told"), [
    (("delete", "web.pages"), "error[E703]: there is no image 'web.pages'"),
    (("prune",), "error[E764]: nothing says which images are old"),
    (("prune", "--keep", "-1"), "E700"),
    (("prune", "--older-than", "90"), "'90' is no age such as 90d, 12h or 2w"),
])
def test_what_is_wrong_is_told(built: Ingot, words: tuple[str, ...], told: str) -> None:
    answer = built("images", *words)
    assert (answer.status, told in answer.stderr) == (2, True), answer.stderr
    assert pages(built) == ["1.txt", "2.txt", "3.txt"]


def test_an_image_of_a_builder_that_deletes_none_is_refused(built: Ingot) -> None:
    newest: Path = max((built.directory / ".ingot" / "runs").glob("*/manifest.json"))
    newest.write_text(newest.read_text().replace('"builder": "file"', '"builder": "lxd"'))
    answer = built("images", "delete", "web.page")
    assert answer.status == 2
    assert "error[E760]: web.page cannot be deleted: images of lxd are not deleted by Ingot" in answer.stderr
