from __future__ import annotations

import multiprocessing
import os
from contextlib import suppress
from pathlib import Path

import pytest

from runner.sdk import Failed, Resource
from runner.store.journal import Journal, directory, leftovers

BOX = Resource("docker.container", "box", {"engine": "unix:///run/docker.sock"})
VOLUME = Resource("docker.volume", "volume")


def left(where: Path) -> list[Resource]:
    return [resource for each in leftovers(where) for resource in each.resources]


def test_a_run_that_leaves_nothing_leaves_no_file(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "run")
    with journal.noted(BOX) as gone:
        assert list(tmp_path.iterdir())
        gone()
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_makes_nothing_makes_no_directory(tmp_path: Path) -> None:
    Journal(tmp_path / "journal", "run").close()
    assert not (tmp_path / "journal").exists()


def test_what_could_not_be_removed_stays_noted(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "run")
    with suppress(Failed), journal.noted(BOX), journal.noted(VOLUME) as gone:
        gone()
        raise Failed("the engine does not answer")
    journal.close()
    assert left(tmp_path) == [BOX]


def test_what_nobody_has_seen_removed_stays_noted(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "run")
    with journal.noted(BOX):
        pass
    journal.close()
    assert left(tmp_path) == [BOX]


def _killed(where: Path) -> None:
    journal = Journal(where, "killed")
    with journal.noted(BOX), journal.noted(VOLUME):
        os._exit(9)


def test_the_last_made_is_removed_first_and_the_journal_goes_with_the_last(tmp_path: Path) -> None:
    process = multiprocessing.get_context("fork").Process(target=_killed, args=(tmp_path,))
    process.start()
    process.join()
    for leftover in leftovers(tmp_path):
        assert (leftover.run, leftover.resources) == ("killed", (VOLUME, BOX))
        leftover.forget(VOLUME)
    assert left(tmp_path) == [BOX]
    for leftover in leftovers(tmp_path):
        leftover.forget(BOX)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_still_runs_is_left_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "run")
    with journal.noted(BOX):
        assert left(tmp_path) == []


@pytest.mark.parametrize("text", ['{"note": 1, "ki', "[]", "7", "", '{"note": 1}'])
def test_a_line_that_was_cut_short_notes_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.jsonl").write_text('{"note": 2, "kind": "a.b", "id": "c", "about": {}}\n' + text)
    assert left(tmp_path) == [Resource("a.b", "c")]


@pytest.mark.parametrize(("environ", "expected"), [
    ({"INGOT_STATE_DIR": "/s", "XDG_STATE_HOME": "/x", "HOME": "/h"}, "/s/journal"),
    ({"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/ingot/journal"),
    ({"HOME": "/h"}, "/h/.local/state/ingot/journal"),
])
def test_where_journals_lie(environ: dict[str, str], expected: str) -> None:
    assert str(directory(environ)) == expected
