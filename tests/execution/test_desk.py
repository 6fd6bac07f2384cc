"""What modules see of this computer's files."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from runner.execution.desk import listed, seen
from runner.sdk import Files, Look


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "d/sub/empty").mkdir(parents=True)
    (tmp_path / "d/b").write_text("two")
    (tmp_path / "d/sub/a").touch(mode=0o600)
    (tmp_path / "d/link").symlink_to("sub")
    (tmp_path / "d/dead").symlink_to("nowhere")
    return tmp_path


LISTS = [
    (Files("d"), ["b", "dead", "sub/a"]),
    (Files("d", directories=True), ["b", "dead", "link", "sub/a", "sub/", "sub/empty/"]),
    (Files("d", directories=True, follow=True), [
        "b", "dead", "link/a", "link/", "link/empty/", "sub/a", "sub/", "sub/empty/",
    ]),
    (Files("nowhere"), []),
]


@pytest.mark.parametrize(("verb", "found"), LISTS)
def test_what_is_in_a_directory(verb: Files, found: list[str], here: Path) -> None:
    assert listed(here, verb) == found


def test_links_that_go_round_end(here: Path) -> None:
    (here / "d/sub/up").symlink_to("..")
    found = listed(here, Files("d", follow=True))
    assert found == ["b", "dead", "link/a", "sub/a"]


def test_what_a_file_is(here: Path) -> None:
    file = seen(here, Look("d/link/a", algorithm="sha1"))
    assert file is not None
    assert (file.path, file.kind, file.mode, file.size) == (str(here / "d/sub/a"), "file", 0o600, 0)
    assert file.digest == hashlib.sha1(b"").hexdigest()
    assert file.owner in (str(os.getuid()), "root", os.environ.get("USER"))
    link = seen(here, Look("d/link", follow=False))
    assert link is not None
    assert (link.kind, link.target, link.path) == ("link", "sub", str(here / "d/link"))
    directory = seen(here, Look("d/link"))
    assert directory is not None
    assert directory.kind == "directory"
    assert seen(here, Look("d/dead")) is None
    assert seen(here, Look("d/b/x")) is None
