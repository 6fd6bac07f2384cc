from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Ingot

from runner.store.journal import DIRECTORY

NOTE = '{{"note": 1, "kind": "{kind}", "id": "{id}", "about": {{}}}}\n'


@pytest.fixture
def journal(ingot: Ingot, tmp_path: Path) -> Path:
    del ingot
    path = tmp_path / "state" / "ingot" / "journal" / "run.jsonl"
    path.parent.mkdir(parents=True)
    return path


def test_nothing_is_left(ingot: Ingot) -> None:
    assert ingot("gc") == (0, "nothing was left by runs that are over\n", "")


def test_a_directory_is_listed_and_then_removed(ingot: Ingot, journal: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    journal.write_text(NOTE.format(kind=DIRECTORY, id=scratch))
    assert ingot("gc", "--dry-run") == (0, f"{DIRECTORY} {scratch} (run run)\n", "")
    assert scratch.exists()
    assert ingot("gc") == (0, f"removed {DIRECTORY} {scratch} (run run)\n", "")
    assert (scratch.exists(), journal.exists()) == (False, False)


@pytest.mark.parametrize(("kind", "reason"), [
    ("nobody.box", "there is no builder for a nobody.box"),
    ("file.box", "file does not know what a file.box is"),
])
def test_what_cannot_be_removed_is_told_and_stays_noted(ingot: Ingot, journal: Path, kind: str, reason: str) -> None:
    journal.write_text(NOTE.format(kind=kind, id="x"))
    answer = ingot("gc")
    assert (answer.status, answer.stdout) == (1, "")
    assert f"error[E813]: {kind} x (run run) cannot be removed: {reason}" in answer.stderr
    assert ingot("gc", "--dry-run").stdout == f"{kind} x (run run)\n"
