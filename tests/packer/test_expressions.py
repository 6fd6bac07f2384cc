"""Expressions of HCL say the same after they have been expressions of Jinja."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from runner.diagnostics import Report
from runner.formats.hcl.document import read
from runner.formats.hcl.tree import Body
from runner.formats.hcl.write import write
from runner.packer.comparing import differences
from runner.packer.coverage import Coverage
from runner.packer.exporting import to_template
from runner.packer.importing import to_playbook
from runner.reading.playbook import read_document
from runner.text import SourceFile

HEAD = """\
variable "number" {
  type = number
}
variable "word" {
  type = string
}
variable "truth" {
  type = bool
}
variable "list" {
  type = list(string)
}
variable "map" {
  type = map(string)
}
variable "any" {}
variable "a-dash" {
  default = "x"
}
locals {
  other = var.any
  item  = "own"
}
"""
TEXTS = ["a", "it's", '\\"', "\\\\", "\\n", "{{", "}}", "{% x %}", "{#", "$${x}", "%%{x}", "é", "a b", "'\\\"", "\\\\'"]
NAMES = ["number", "word", "truth", "list", "map", "any", "a-dash"]
ATOMS = st.one_of(
    st.sampled_from([f"var.{name}" for name in NAMES]),
    st.sampled_from(["local.other", "local.item", "var.any.part", "var.list[0]", 'var.map["a b"]', "var.any[*].id"]),
    st.sampled_from(["(var.number % 3)", "0", "1", "2.5", "true", "false", "null", "[]", "{}"]),
    st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3).map(lambda pieces: f'"{"".join(pieces)}"'),
)
OPERATORS = ["+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "&&", "||"]


def more(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def put(form: str, count: int) -> st.SearchStrategy[str]:
        return st.tuples(*[inner] * count).map(lambda parts: form.format(*parts))

    binary = st.tuples(inner, st.sampled_from(OPERATORS), inner).map(lambda parts: "({} {} {})".format(*parts))
    return st.one_of(
        binary,
        put("!({})", 1),
        put("-({})", 1),
        put("({} ? {} : {})", 3),
        put("[{}, {}]", 2),
        put("{{ key = {}, (var.word) = {} }}", 2),
        put("upper({})", 1),
        put("merge({}, {})", 2),
        put("max({}...)", 1),
        put('"a ${{{}}} b ${{{}}}"', 2),
        put('"%{{if {}}}x%{{else}}y%{{endif}}"', 1),
        put('"%{{for each in {}}}<${{each}}>%{{endfor}}"', 1),
        put("[for each in {} : each]", 1),
        put("[for each in {} : [each, {}] if each != var.word]", 2),
        put("[for key, each in var.map : [key, {}]]", 1),
        put("{{ for key, each in var.map : key => {} }}", 1),
        put("{{ for each in {} : each => {}... }}", 2),
        put("({})[{}]", 2),
        put("({}).part", 1),
        put("({})[*].part", 1),
    )


EXPRESSIONS = st.recursive(ATOMS, more, max_leaves=7)


def template(values: list[str]) -> Body:
    text = HEAD + "locals {\n" + "".join(f"  value{n} = {value}\n" for n, value in enumerate(values)) + "}\n"
    report = Report()
    body = read(SourceFile("t.pkr.hcl", text), report)
    report.require()
    return body


def there_and_back(body: Body) -> tuple[str, Body]:
    report = Report()
    made = to_playbook(body, Coverage()).text
    playbook = read_document(SourceFile("p.yml", made), Path(), report)
    assert [each.message for each in report.diagnostics if each.severity == "error"] == [], made
    assert playbook is not None
    exported: Any = to_template(playbook, "t")
    assert [each.why for each in exported.coverage.findings if each.became == "unsupported"] == [], made
    return made, exported.body


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(st.lists(EXPRESSIONS, min_size=1, max_size=3))
@example(['"%{ if var.truth ? var.truth : var.truth }x%{ else }y%{ endif }"'])
def test_expressions_come_back_as_they_were(values: list[str]) -> None:
    body = template(values)
    made, again = there_and_back(body)
    assert differences(body, again) == [], f"{made}\n{write(again)}"
