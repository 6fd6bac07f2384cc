"""Templates of Packer, the playbooks they become, and the templates that become of these.

A case is a directory in ``cases/packer/templates``. In it

- ``template.pkr.hcl``, ``template.pkr.json`` or ``template.json`` is what is imported
- ``playbook.yml`` is what import makes of it
- ``exported.pkr.hcl`` is what export makes of that; of a ``template.json`` there is an ``exported.json``, too
- ``told.txt`` has what the two tell of fields that are not said the same, if there are any
- ``differences.txt`` has in what the template and the exported one differ, if they do: cases should have none.

``python tests/packer/test_import_export.py --write [NAME...]`` writes the answers anew. Read what ``git diff`` shows
then.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from runner.diagnostics import Report
from runner.formats.hcl import write as hcl_write
from runner.packer.comparing import differences
from runner.packer.coverage import Coverage
from runner.packer.exporting import to_template
from runner.packer.importing import to_playbook
from runner.packer.legacy import writer
from runner.packer.reading import read
from runner.reading.playbook import read_document
from runner.text import SourceFile

if TYPE_CHECKING:
    from conftest import Ingot

CASES = Path(__file__).parents[1] / "cases" / "packer" / "templates"
NAMES = sorted(path.name for path in CASES.iterdir())
ANSWERS = ("playbook.yml", "exported.pkr.hcl", "exported.json", "told.txt", "differences.txt")
PACKER, TERRAFORM = shutil.which("packer"), shutil.which("terraform")
NEW_TO_PACKER = {
    "data": "data sources",
    "foreign": "the plugin that has the builder",
    "variables": "the block local",
}
"""Cases that Packer 1.6.6 does not read, and what it lacks."""


@cache
def answers(name: str) -> dict[str, str]:
    """Return the files that the answer to a case is made of."""
    template = next((CASES / name).glob("template.*"))
    report = Report()
    found = read((str(template),), report)
    report.require()
    assert found is not None
    imported = to_playbook(found.body, found.coverage)
    playbook = read_document(SourceFile("playbook.yml", imported.text), CASES / name, report)
    report.require()
    assert playbook is not None
    exported = to_template(playbook, "template")
    assert not exported.files
    made = {"playbook.yml": imported.text, "exported.pkr.hcl": hcl_write.write(exported.body)}
    told = [*lines(imported.coverage, "import"), *lines(exported.coverage, "export")]
    if template.name == "template.json":
        written = writer.write(exported.body)
        made["exported.json"] = written.text
        told += lines(Coverage(written.findings), "export to JSON")
    made["told.txt"] = "".join(told)
    made["differences.txt"] = "".join(f"{line}\n" for line in differences(found.body, exported.body))
    return {file: text for file, text in made.items() if text}


def lines(coverage: Coverage, what: str) -> Iterator[str]:
    for each in coverage.findings:
        if each.became != "mapped":
            yield f"{what}: {each.place.line}:{each.place.column} {each.field} is {each.became}: {each.why}\n"


def kept(name: str) -> dict[str, str]:
    found = (CASES / name / file for file in ANSWERS)
    return {path.name: path.read_text(encoding="utf-8") for path in found if path.exists()}


@pytest.mark.parametrize("name", NAMES)
def test_a_template_and_what_becomes_of_it(name: str) -> None:
    assert answers(name) == kept(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_playbook_is_valid(name: str, ingot: Ingot) -> None:
    path = ingot.directory / "playbook.yml"
    path.write_text(kept(name)["playbook.yml"], encoding="utf-8")
    status, _, remarks = ingot("validate", "playbook.yml")
    assert (status, "error[" in remarks) == (0, False), remarks
    status, shown, _ = ingot("fmt", "--check", "playbook.yml")
    assert (status, shown) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_the_exported_template_is_read_as_what_was_exported(name: str) -> None:
    report = Report()
    again = read((str(CASES / name / "exported.pkr.hcl"),), report)
    report.require()
    assert again is not None
    playbook = to_playbook(again.body, Coverage()).text
    first = read_document(SourceFile("playbook.yml", playbook), CASES / name, report)
    assert first is not None
    assert differences(again.body, to_template(first, "template").body) == []


@pytest.mark.skipif(TERRAFORM is None, reason="there is no terraform here to ask for its layout")
@pytest.mark.parametrize("name", NAMES)
def test_the_layout_is_the_one_of_packer(name: str) -> None:
    text = (CASES / name / "exported.pkr.hcl").read_text(encoding="utf-8")
    done = subprocess.run([str(TERRAFORM), "fmt", "-"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, text), done.stderr


@pytest.mark.skipif(PACKER is None, reason="there is no packer here to ask")
@pytest.mark.parametrize(
    ("name", "file"),
    [(name, file) for name in NAMES for file in kept(name) if file.startswith("exported.")],
)
def test_packer_accepts_what_is_exported(name: str, file: str, tmp_path: Path) -> None:
    command = [str(PACKER), "validate", "-syntax-only", str(CASES / name / file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"HOME": str(tmp_path)})
    if name in NEW_TO_PACKER and file.endswith(".hcl"):
        assert done.returncode != 0, f"{name} is not too new for it: see {NEW_TO_PACKER[name]}"
        return
    assert done.returncode == 0, done.stdout + done.stderr


def names_of_locals(name: str) -> list[str]:
    playbook = yaml.safe_load(kept(name)["playbook.yml"])
    return [each for each in playbook["locals"] if each.isidentifier()]


@pytest.mark.skipif(PACKER is None, reason="there is no packer here to ask")
@pytest.mark.parametrize("name", ["expressions", "heredocs", "texts"])
def test_locals_have_the_values_that_packer_gives_them(name: str, ingot: Ingot, tmp_path: Path) -> None:
    names = names_of_locals(name)
    asked = "jsonencode({" + ", ".join(f"{each} = local.{each}" for each in names) + "})"
    command = [str(PACKER), "console", "--config-type=hcl2", str(CASES / name / "template.pkr.hcl")]
    done = subprocess.run(
        command, input=asked, capture_output=True, text=True, check=False, env={"HOME": str(tmp_path)}
    )
    assert done.returncode == 0, done.stdout
    asked = "{{ {" + ", ".join(f"'{each}': local['{each}']" for each in names) + "} | to_json }}"
    status, shown, remarks = ingot("console", str(CASES / name / "playbook.yml"), stdin=f"{asked}\n")
    assert status == 0, remarks
    assert plain(json.loads(shown)) == json.loads(done.stdout)


def plain(value: Any) -> Any:
    """Return a value as JSON has it; a text that holds JSON is what the console shows of a value."""
    return json.loads(value) if isinstance(value, str) else value


def test_an_exported_json_is_json() -> None:
    found = [kept(name)["exported.json"] for name in NAMES if "exported.json" in kept(name)]
    assert found
    for text in found:
        assert json.loads(text)["builders"]


def write_answers(names: list[str]) -> None:
    for name in names:
        made = answers(name)
        for file in ANSWERS:
            path = CASES / name / file
            if file in made:
                path.write_text(made[file], encoding="utf-8")
            else:
                path.unlink(missing_ok=True)


if __name__ == "__main__":
    if sys.argv[1:2] != ["--write"]:
        sys.exit("usage: python tests/packer/test_import_export.py --write [NAME...]")
    write_answers(sys.argv[2:] or NAMES)
