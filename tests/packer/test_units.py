from __future__ import annotations

from pathlib import Path

import pytest

from runner.packer.units import find_units

VARIABLE = 'variable "a" {}\n'
OTHER = 'variable "b" {}\n'
SOURCE = 'source "null" "x" {}\n'
BUILD = 'build {\n  sources = ["source.null.x"]\n}\n'
JSON = '{"variable": {"a": {}}, "build": {}}'

CASES: dict[str, tuple[dict[str, str], list[tuple[str, list[str]]]]] = {
    "files that make one template": (
        {"v.pkr.hcl": VARIABLE, "s.pkr.hcl": SOURCE, "b.pkr.hcl": BUILD, "c.pkr.hcl": BUILD, "x.tf": VARIABLE},
        [("here", ["b.pkr.hcl", "c.pkr.hcl", "s.pkr.hcl", "v.pkr.hcl"])],
    ),
    "the same variable in two files": (
        {"one.pkr.hcl": VARIABLE + BUILD, "two.pkr.hcl": VARIABLE + BUILD},
        [("one", ["one.pkr.hcl"]), ("two", ["two.pkr.hcl"])],
    ),
    "the same source in two files, and what both may use": (
        {"one.pkr.hcl": SOURCE + BUILD, "two.pkr.hcl": SOURCE + BUILD, "v.pkr.hcl": OTHER},
        [("one", ["one.pkr.hcl", "v.pkr.hcl"]), ("two", ["two.pkr.hcl", "v.pkr.hcl"])],
    ),
    "locals in either way": (
        {"one.pkr.hcl": "locals {\n  a = 1\n}\n", "two.pkr.hcl": 'local "a" {\n  expression = 1\n}\n'},
        [("one", ["one.pkr.hcl"]), ("two", ["two.pkr.hcl"])],
    ),
    "in JSON, too": (
        {"one.pkr.hcl": VARIABLE, "two.pkr.json": JSON},
        [("one", ["one.pkr.hcl"]), ("two", ["two.pkr.json"])],
    ),
    "broken files": ({"one.pkr.hcl": "a = [\n", "two.pkr.json": "{"}, [("here", ["one.pkr.hcl", "two.pkr.json"])]),
    "nothing": ({"x.json": "{}"}, []),
}


def directory(path: Path, files: dict[str, str]) -> Path:
    here = path / "here"
    here.mkdir()
    for name, text in files.items():
        (here / name).write_text(text)
    return here


@pytest.mark.parametrize("case", CASES)
def test_a_directory_holds_one_template_or_several(case: str, tmp_path: Path) -> None:
    files, expected = CASES[case]
    units = find_units(directory(tmp_path, files))
    assert [(unit.name, [file.name for file in unit.files]) for unit in units] == expected


def test_variable_files_stand_beside(tmp_path: Path) -> None:
    names = ["a.auto.pkrvars.hcl", "b.pkrvars.hcl", "c.pkrvars.json"]
    here = directory(tmp_path, {"t.pkr.hcl": VARIABLE, "readme.md": "", **dict.fromkeys(names, "")})
    for path in (here, here / "t.pkr.hcl"):
        (unit,) = find_units(path)
        assert [file.name for file in unit.var_files] == names
        assert unit.directory == here


def test_a_file_and_standard_input_are_one_template() -> None:
    assert [unit[:3] for unit in find_units(Path("x/old.json"))] == [("old", Path("x"), (Path("x/old.json"),))]
    assert [unit[:3] for unit in find_units(Path("-"))] == [("-", Path(), (Path("-"),))]
