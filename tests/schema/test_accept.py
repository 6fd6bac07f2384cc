"""Values that YAML reads as something else than they look like."""

from __future__ import annotations

from typing import Annotated

import pytest

from runner.diagnostics import Report
from runner.formats.yaml import reader as yaml
from runner.schema.accept import accepts, is_trap
from runner.schema.check import check
from runner.schema.generate import schema_of
from runner.sdk import options
from runner.sdk.record import Format, Mode
from runner.text import SourceFile


@options()
class Traps:
    """Options in whose places YAML has traps."""

    name: str | None = None
    mode: Mode | None = None
    flag: bool = False
    keys: list[Annotated[str, Format("boot-command")]] | None = None


@pytest.mark.parametrize(("text", "option", "trap"), [
    ("no", "name", True),
    ("on", "name", True),
    ("22:22", "name", True),
    ("1.10", "name", True),
    ("0644", "name", True),
    ("1_000", "name", True),
    ("1.5", "name", False),
    ("80", "name", False),
    ("2024-01-01", "name", False),
    ("~", "name", False),
    ("'no'", "name", False),
    ("0644", "mode", False),
    ("0o644", "mode", False),
    ("644", "mode", True),
    ("'644'", "mode", False),
    ("u=rw", "mode", False),
    ("no", "flag", False),
    ("0", "flag", False),
])
def test_a_text_that_yaml_reads_as_something_else_is_a_trap(text: str, option: str, *, trap: bool) -> None:
    schema = schema_of(Traps)["properties"][option]
    report = Report()
    node = yaml.load(SourceFile("traps.yml", text), report)
    assert node is not None
    assert not report.diagnostics
    assert is_trap(node, schema) is trap
    assert accepts(node, schema) is (not trap)
    assert check(node, schema, report) is (not trap)
    assert [d.code for d in report.diagnostics] == ([] if not trap else ["W111" if option == "mode" else "E110"])


@pytest.mark.parametrize(("text", "places"), [
    ("<enter>", []),
    ("<entr>", ["1:1"]),
    ("['<esc>', '<entr>', 'a <b', 'x<y>']", ["1:12", "1:31"]),
    ("12", []),
    ("['{{ x }}<entr>', '{{ .Name }}<entr>']", ["1:31"]),
    ('["\\u003centr>"]', ["1:2"]),
])
def test_a_language_of_its_own(text: str, places: list[str]) -> None:
    schema = schema_of(Traps)["properties"]["keys"]
    report = Report()
    node = yaml.load(SourceFile("keys.yml", text), report)
    assert node is not None
    assert accepts(node, schema) is (not places)
    assert check(node, schema, report) is (not places)
    assert [f"{each.code} {each.span}" for each in report.diagnostics] == [f"E112 keys.yml:{at}" for at in places]
