"""Templates in JSON: what they are in HCL, what is told of them, and what they are in JSON again.

``python tests/packer/test_json_templates.py --write`` writes the answers in ``cases/packer/json`` anew.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shown
from hypothesis import given
from hypothesis import strategies as st

from runner.diagnostics import Report
from runner.formats.json import reader as json_format
from runner.formats.yaml import reader as yaml
from runner.packer.coverage import Finding
from runner.packer.legacy import var_files
from runner.packer.legacy.fixers import FIXERS, fixed
from runner.packer.legacy.reader import Legacy, read
from runner.packer.legacy.writer import write
from runner.text import Node, SourceFile

CASES = Path(__file__).parents[1] / "cases" / "packer" / "json"
NAMES = sorted(path.stem for path in CASES.glob("*.json"))


def parsed(name: str) -> tuple[SourceFile, Node]:
    file = SourceFile(f"{name}.json", (CASES / f"{name}.json").read_text(encoding="utf-8"))
    return file, json_format.load(file)


def template(text: Any) -> Legacy:
    """Return a template that has no mistakes."""
    file = SourceFile("template.json", text if isinstance(text, str) else json.dumps(text))
    report = Report()
    found = read(file, json_format.load(file), report)
    report.require()
    return found


def answer(name: str) -> Iterator[str]:
    file, root = parsed(name)
    report = Report()
    found = read(file, root, report)
    for each in report.diagnostics:
        yield f"{each.code} {each.span} {each.message}"
        yield from (f"     {note.span} {note.message}" for note in each.notes)
    yield from shown.body(found.body)
    yield "---- findings"
    yield from told(found.findings)
    if not report.failed:
        written = write(found.body)
        yield "---- in JSON again"
        yield from written.text.splitlines()
        yield from told(written.findings)


def told(findings: tuple[Finding, ...]) -> Iterator[str]:
    for each in sorted(findings, key=lambda each: each.place[1:]):
        yield f"{each.place} {each.field}: {each.became}: {each.why}"


@pytest.mark.parametrize("name", NAMES)
def test_a_template(name: str) -> None:
    assert list(answer(name)) == (CASES / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("wrong")])
def test_what_is_written_is_read_as_the_same(name: str) -> None:
    file, root = parsed(name)
    once = write(read(file, root, Report()).body).text
    assert write(template(once).body).text == once


def test_every_fixer_has_work_in_its_case() -> None:
    _, root = parsed("fixes")
    for fixer in FIXERS:
        kept = tuple(each for each in FIXERS if each != fixer)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("runner.packer.legacy.fixers.FIXERS", kept)
            without = fixed(root, lambda *_: None).plain()
        assert without != fixed(root, lambda *_: None).plain(), fixer.name


def told_by_packer(path: Path, home: Path) -> str:
    command = ["packer", "fix", "-validate=false", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True, env={"HOME": str(home)}).stdout


def beside(template_: Any) -> Any:
    """Return a template without what is mended better than Packer mends it.

    The builders that ``only`` names by a type that is another now are renamed there, too, and "none" for the type of a
    checksum is kept.
    """
    for builder in template_["builders"]:
        if builder.get("iso_checksum") == "none":
            del builder["iso_checksum"]
    for provisioner in template_["provisioners"]:
        provisioner.pop("only", None)
    return template_


@pytest.mark.skipif(shutil.which("packer") is None, reason="there is no packer here to ask")
def test_packer_fixes_the_same(tmp_path: Path) -> None:
    _, root = parsed("fixes")
    told_ = json.loads(told_by_packer(CASES / "fixes.json", tmp_path))
    assert beside(fixed(root, lambda *_: None).plain()) == beside(told_)


@pytest.mark.skipif(shutil.which("packer") is None, reason="there is no packer here to ask")
@pytest.mark.parametrize("name", ["whole", "fixes"])
def test_what_is_written_is_what_packer_fix_prints(name: str, tmp_path: Path) -> None:
    file, root = parsed(name)
    text = write(read(file, root, Report()).body).text
    path = tmp_path / "template.json"
    path.write_text(text, encoding="utf-8")
    assert told_by_packer(path, tmp_path).rstrip("\n") == text.rstrip("\n")


def test_yaml_is_read_as_json_is() -> None:
    _, root = parsed("whole")
    file = SourceFile("template.yml", yaml_of(root.plain()))
    report = Report()
    node = yaml.load(file, report)
    assert node
    found = read(file, node, report)
    report.require()
    expected = template((CASES / "whole.json").read_text(encoding="utf-8"))
    assert list(shown.body(found.body)) == list(shown.body(expected.body))


def yaml_of(value: Any) -> str:
    """Return plain values as YAML, in whose flow style JSON is."""
    return json.dumps(value, ensure_ascii=False)


def test_a_circle_is_told_once() -> None:
    text = '{"variables": {"a": "{{user `b`}}", "b": "{{user `a`}}"}, "builders": [{"type": "null"}]}'
    file = SourceFile("t.json", text)
    report = Report()
    read(file, json_format.load(file), report)
    assert [each.code for each in report.diagnostics] == ["E405"]


def test_a_variable_that_is_the_time_is_the_only_one() -> None:
    builder = {"type": "file", "content": "{{user `now`}} {{timestamp}}"}
    found = template({"variables": {"now": "{{ timestamp }}"}, "builders": [builder]})
    assert list(shown.body(found.body))[:3] == ["locals {", '  now = "${rfc3339_parse(timestamp()).unix}"', "}"]
    assert '  content = "${local.now} ${local.now}"' in shown.body(found.body)


TEXTS = st.sampled_from(["", "a", "a,b", "{{user `a`}}", "{{.A}}", "{{", "null"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["type", "name", "only", "except", "override", "iso_md5", "disk_size", "iso_checksum_type", "network",
             "tag", "tags", "_x", "environment_vars", "a", "ssh_private_ip", "aws", "inline"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip
SECTIONS = [
    "builders", "provisioners", "post-processors", "variables", "description", "sensitive-variables", "push", "_c",
]  # fmt: skip
TYPES = ["null", "qemu", "amazon-ebs", "shell", "powershell", "docker-tag", "vagrant", "vsphere-iso", "virtualbox"]
COMPONENTS = st.builds(
    lambda type_, more: {"type": type_, **(more if isinstance(more, dict) else {"a": more})},
    st.sampled_from(TYPES),
    VALUES,
)


@given(
    st.dictionaries(st.sampled_from(SECTIONS), VALUES, max_size=4),
    st.lists(COMPONENTS, max_size=3),
    st.lists(COMPONENTS, max_size=3),
)
def test_any_template_is_read_or_told_wrong(rest: dict[str, Any], builders: list[Any], others: list[Any]) -> None:
    text = json.dumps({"builders": builders, "provisioners": others, "post-processors": others, **rest})
    file = SourceFile("template.json", text)
    report = Report()
    found = read(file, json_format.load(file), report)
    if not report.failed:
        json.loads(write(found.body).text)


def test_a_file_of_variables() -> None:
    text = '{"_comment": "mine", "a": "x", "b": null, "c d": [1, {"e": true}], "f": "{{timestamp}}"}'
    report = Report()
    found = var_files.read(json_format.load(SourceFile("v.json", text)), report)
    assert list(shown.body(found.body)) == ["# mine", 'a = "x"', 'c_d = [1, {"e" = true}]', 'f = "{{timestamp}}"']
    assert [(each.field, each.became) for each in found.findings] == [
        ("b", "changed"), ("c d", "changed"), ("f", "unsupported"),
    ]  # fmt: skip
    var_files.read(json_format.load(SourceFile("v.json", "[1]")), report)
    assert [each.code for each in report.diagnostics] == ["E104"]


def write_answers() -> None:
    for name in NAMES:
        (CASES / f"{name}.txt").write_text("\n".join(answer(name)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python tests/packer/test_json_templates.py --write")
    write_answers()
