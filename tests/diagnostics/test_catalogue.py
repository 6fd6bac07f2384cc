from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.diagnostics import Report
from runner.diagnostics.catalogue import CATALOGUE, Entry
from runner.formats.json import reader as json
from runner.formats.yaml import reader as yaml
from runner.text import SourceFile

RUNNER = Path(__file__).parents[2] / "runner"
CODE = re.compile(r"\b[EW]\d{3}\b")


def codes_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from CODE.findall(node.value)


def test_codes_in_use_and_codes_in_the_catalogue_are_the_same() -> None:
    used = {code: path.name for path in RUNNER.rglob("*.py") for code in codes_in(path)}
    assert {code: name for code, name in used.items() if code not in CATALOGUE} == {}, "used, and not explained"
    assert set(CATALOGUE) - set(used) == set(), "explained, and not used"


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
def test_an_entry_is_a_title_and_a_paragraph(entry: Entry) -> None:
    assert CODE.fullmatch(entry.code)
    assert "\n" not in entry.title
    assert 10 < len(entry.title) <= 80
    assert not entry.title.endswith(".")
    assert entry.explanation == entry.explanation.strip()
    assert entry.explanation.endswith((".", '."'))
    assert "\n" not in entry.explanation
    assert "  " not in entry.explanation


@pytest.mark.parametrize("entry", [each for each in CATALOGUE.values() if each.good], ids=lambda each: each.code)
def test_an_example_can_be_read(entry: Entry) -> None:
    assert entry.good
    if entry.code.startswith("E02"):
        json.load(SourceFile("good.json", entry.good))
    elif not entry.code.startswith("E03"):
        report = Report()
        yaml.load(SourceFile("good.yml", entry.good), report)
        assert report.diagnostics == ()


def test_codes_are_in_order_within_their_letter() -> None:
    for letter in "EW":
        codes = [code for code in CATALOGUE if code.startswith(letter)]
        assert codes == sorted(codes)


def test_the_catalogue_is_not_loaded_with_the_diagnostics() -> None:
    code = "import sys, runner.diagnostics.render; print('tomllib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
