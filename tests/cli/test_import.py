"""``ingot import`` on the command line: where playbooks go, what is told, and the status that is left."""

from __future__ import annotations

import json
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from conftest import Ingot

TEMPLATE = """\
source "null" "a" {
  communicator = "none"
}

build {
  sources = ["source.null.a"]
}
"""
PLAYBOOK = """\
sources:
  a:
    builder: "null"
    communicator: none

plays:
  - sources: [a]
"""
OLDER = '{"builders": [{"type": "null", "name": "a", "communicator": "none"}]}'
WITH_SECRET = """\
variable "db_password" {
  default = "hunter2"
}

source "null" "a" {
  communicator = "none"
  ssh_password = "hunter2"
}

build {
  sources = ["source.null.a"]
}
"""
UNKNOWN = OLDER.replace('"none"', '"none", "sise": 1')


def files_of(ingot: Ingot) -> list[str]:
    return sorted(str(path.relative_to(ingot.directory)) for path in ingot.directory.rglob("*") if path.is_file())


@pytest.mark.parametrize("text", [TEMPLATE, OLDER])
def test_standard_input_goes_to_standard_output(text: str, ingot: Ingot) -> None:
    assert ingot("import", "-", stdin=text) == (0, PLAYBOOK, "")


def test_a_file_is_written_once(ingot: Ingot) -> None:
    ingot.write({"t.pkr.hcl": TEMPLATE})
    status, shown, remarks = ingot("import", "t.pkr.hcl", "-o", "new/p.yml")
    assert (status, shown, remarks) == (0, "new/p.yml\n3 fields mapped, 0 changed, 0 unsupported\n", "")
    path = ingot.directory / "new/p.yml"
    assert path.read_text() == PLAYBOOK
    path.write_text("mine")
    status, shown, remarks = ingot("import", "t.pkr.hcl", "-o", "new/p.yml")
    assert (status, shown) == (2, "")
    assert "new/p.yml:1:1: error[E141]: new/p.yml is there already" in remarks
    assert path.read_text() == "mine"
    assert ingot("import", "t.pkr.hcl", "-o", "new/p.yml", "--force").status == 0
    assert path.read_text() == PLAYBOOK


def test_a_directory_of_templates_and_values(ingot: Ingot) -> None:
    other = TEMPLATE.replace('"a"', '"b"').replace("null.a", "null.b")
    shared = 'variable "x" {\n  default = "y"\n}\n'
    both = {"one.pkr.hcl": TEMPLATE + shared, "two.pkr.hcl": other + shared}
    ingot.write({**{f"in/{name}": text for name, text in both.items()}, "in/eu.pkrvars.hcl": 'x = "z"'})
    status, shown, _ = ingot("import", "in", "-o", "out")
    assert (status, shown.splitlines()[:3]) == (0, ["out/one.yml", "out/two.yml", "out/eu.vars.yml"])
    assert (ingot.directory / "out/eu.vars.yml").read_text() == "x: z\n"
    for name in ("one", "two"):
        assert ingot("validate", f"out/{name}.yml", "--var-file", "out/eu.vars.yml").status == 0


def test_several_templates_need_a_directory(ingot: Ingot) -> None:
    ingot.write({"a.pkr.hcl": TEMPLATE, "b.json": OLDER})
    status, shown, remarks = ingot("import", "a.pkr.hcl", "b.json")
    assert (status, shown) == (2, "")
    assert "error[E143]: there are 2 templates: a, b" in remarks
    status, _, remarks = ingot("import", "a.pkr.hcl", "b.json", "-o", "p.yml")
    assert status == 2
    assert "p.yml:1:1: error[E143]: 2 templates do not go into one file" in remarks
    assert files_of(ingot) == ["a.pkr.hcl", "b.json"]


def test_no_playbook_is_lost_to_another(ingot: Ingot) -> None:
    ingot.write({"a.pkr.hcl": TEMPLATE, "a.json": OLDER})
    status, _, remarks = ingot("import", "a.pkr.hcl", "a.json", "-o", "out")
    assert status == 2
    assert "a.json:1:1: error[E143]: another template becomes out/a.yml, too" in remarks
    assert files_of(ingot) == ["a.json", "a.pkr.hcl"]
    assert ingot("import", "a.json", "a.json").stdout == PLAYBOOK


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("v.pkrvars.hcl", '# mine\na = "x"\nb = [1, { c = null }]\n', "# mine\n\na: x\nb:\n  - 1\n  - c: null\n"),
        ("v.json", '{"a": "x", "b": [1, true]}', "a: x\nb: [1, true]\n"),
        ("v.pkrvars.json", '{"a": "{{ x }}"}', "a: \"{{ '{{' }} x }}\"\n"),
    ],
)
def test_files_of_variables(name: str, text: str, expected: str, ingot: Ingot) -> None:
    ingot.write({name: text})
    assert ingot("import", name)[:2] == (0, expected)
    assert ingot("import", name, "-o", "out").status == 0
    assert (ingot.directory / "out/v.vars.yml").read_text() == expected


def test_the_report_tells_of_each_field(ingot: Ingot) -> None:
    ingot.write({"t.json": UNKNOWN})
    status, _, remarks = ingot("import", "t.json", "-o", "p.yml", "--report", "report.json")
    assert status == 0
    assert "t.json:1:69: warning[W140]: source.null.a.sise is not in the playbook: there is no such option" in remarks
    report = json.loads((ingot.directory / "report.json").read_text())
    assert report["counts"]["unsupported"] == 1
    assert [each for each in report["fields"] if each["became"] != "mapped"] == [
        {"file": "t.json", "line": 1, "column": 69, "field": "source.null.a.sise", "became": "unsupported",
         "why": "there is no such option"}
    ]  # fmt: skip
    assert sum(report["counts"].values()) == len(report["fields"])
    Draft202012Validator(json.loads(ingot("schema", "coverage").stdout)).validate(report)


def test_strict_writes_nothing(ingot: Ingot) -> None:
    ingot.write({"t.json": UNKNOWN})
    status, shown, remarks = ingot("import", "t.json", "-o", "p.yml", "--report", "report.json", "--strict")
    assert (status, shown) == (2, "")
    assert "error[E140]: source.null.a.sise is not in the playbook" in remarks
    assert files_of(ingot) == ["t.json"]


def test_no_report_of_what_is_not_written(ingot: Ingot) -> None:
    ingot.write({"t.pkr.hcl": TEMPLATE, "p.yml": "mine"})
    assert ingot("import", "t.pkr.hcl", "-o", "p.yml", "--report", "report.json").status == 2
    assert files_of(ingot) == ["p.yml", "t.pkr.hcl"]


def test_secrets_are_pointed_out(ingot: Ingot) -> None:
    ingot.write({"t.pkr.hcl": WITH_SECRET})
    status, shown, remarks = ingot("import", "t.pkr.hcl")
    assert (status, shown.count("hunter2")) == (0, 2)
    assert "t.pkr.hcl:2:3: warning[W142]: variable.db_password is a secret, and stands in the template" in remarks
    assert "t.pkr.hcl:7:3: warning[W142]: source.null.a.ssh_password is a secret" in remarks


def test_redacted_secrets_are_in_no_file(ingot: Ingot) -> None:
    ingot.write({"t.pkr.hcl": WITH_SECRET})
    status, _, remarks = ingot("import", "t.pkr.hcl", "--redact", "-o", "p.yml", "--report", "r.json")
    assert (status, remarks) == (0, "")
    made = (ingot.directory / "p.yml").read_text()
    assert "hunter2" not in made + (ingot.directory / "r.json").read_text()
    assert "  db_password:\n    type: string\n    sensitive: true\n" in made
    assert '    ssh_password: "{{ a_ssh_password }}"\n' in made
    given = ("--var", "db_password=x", "--var", "a_ssh_password=y")
    assert ingot("validate", "p.yml", *given)[::2] == (0, "")


@pytest.mark.parametrize("words", [(), ("--redact",)])
def test_check_compares_and_writes_nothing(words: tuple[str, ...], ingot: Ingot) -> None:
    ingot.write({"t.pkr.hcl": WITH_SECRET, "u.json": OLDER})
    before = files_of(ingot)
    status, shown, _ = ingot("import", "--check", "t.pkr.hcl", "u.json", "-o", "out", *words)
    assert (status, shown.splitlines()[:2]) == (0, ["t: equal", "u: equal"])
    assert files_of(ingot) == before


def test_check_shows_what_differs(ingot: Ingot) -> None:
    ingot.write({"t.json": UNKNOWN})
    status, shown, _ = ingot("import", "--check", "t.json")
    assert status == 3
    assert shown.splitlines()[0] == "t: differs"
    assert any(line.strip().startswith("-") and "sise" in line for line in shown.splitlines())


BAD = {
    "brackets.pkr.hcl": "locals {\n  x = " + "[" * 5000 + "]" * 5000 + "\n}\n",
    "operators.pkr.hcl": "locals {\n  x = " + "!" * 5000 + "true\n}\n",
    "blocks.pkr.hcl": 'source "null" "a" ' + "{ a " * 3000 + "{" + "}" * 3001,
    "templates.pkr.hcl": "locals {\n  x = " + '"${' * 2000 + "1" + '}"' * 2000 + "\n}\n",
    "lists.json": '{"builders": ' + "[" * 50000 + "]" * 50000 + "}",
    "lists.pkr.json": '{"locals": {"x": ' + "[" * 5000 + "]" * 5000 + "}}",
    "huge.pkr.hcl": 'locals {\n  x = "' + "a" * 11_000_000 + '"\n}\n',
    "truncated.pkr.hcl": TEMPLATE[:40],
    "truncated.json": OLDER[:40],
    "nothing.json": "",
    "list.json": "[]",
    "number.json": "1",
    "circle.pkr.hcl": "locals {\n  a = local.b\n  b = local.a\n}\n",
    "circle.json": '{"variables": {"a": "{{user `b`}}", "b": "{{user `a`}}"}, "builders": [{"type": "null"}]}',
    "unknown.pkr.hcl": f'thing "x" {{}}\n{TEMPLATE}',
    "labels.pkr.hcl": 'source "null" {\n}\nvariable {\n}\n',
    "links.pkr.hcl": "build {\n  provisioner {\n  }\n  dynamic {\n  }\n}\n",
    "chains.pkr.hcl": "build {\n  post-processors {\n    post-processor {\n    }\n  }\n}\n",
    "shapes.pkr.json": '{"source": 1, "build": "x", "variable": [1], "locals": null}',
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_template_is_told_with_its_place_and_nothing_is_written(name: str, ingot: Ingot) -> None:
    ingot.write({name: BAD[name]})
    status, shown, remarks = ingot("import", name, "-o", "out", "--report", "report.json")
    assert (status, shown) == (2, "")
    assert remarks.startswith(f"{name}:")
    assert "E900" not in remarks
    assert files_of(ingot) == [name]


def test_paths_that_hold_no_template(ingot: Ingot) -> None:
    (ingot.directory / "empty").mkdir()
    status, _, remarks = ingot("import", "empty")
    assert (status, remarks.splitlines()[0]) == (2, "empty:1:1: error[E001]: empty holds no template of Packer")
    assert ingot("import", "nope.pkr.hcl").status == 2


def test_a_file_that_cannot_be_written(ingot: Ingot) -> None:
    ingot.write({"t.pkr.hcl": TEMPLATE})
    status, shown, remarks = ingot("import", "t.pkr.hcl", "-o", "t.pkr.hcl/p.yml")
    assert (status, shown) == (2, "")
    assert remarks.startswith("t.pkr.hcl/p.yml:1:1: error[E001]: the files cannot be written: ")


HEADS = [
    'source "null" "a"', 'source "null.a"', "source", "build", "locals", 'local "a"', 'variable "x"',
    "variables", "packer", 'data "http" "x"', 'provisioner "shell"', 'provisioner "file"', 'post-processor "a"',
    "post-processors", "content",
    'dynamic "provisioner"', 'dynamic "post-processors"', 'dynamic "post-processor"', 'dynamic "source"', 'dynamic "a"',
    "required_plugins", "validation", 'error-cleanup-provisioner "shell"', "a", "hcp_packer_registry",
]  # fmt: skip
NAMES = [
    "a", "default", "type", "sources", "for_each", "labels", "inline", "only", "override", "expression", "sensitive",
    "name", "iterator", "direction", "condition", "source", "generated", "required_version", "description", "when",
]  # fmt: skip
TEXTS = [
    "null", "1", "true", '"x"', '"{{ a }}"', '"{{"', "var.x", "local.a", "data.http.x.body", "source.null.a", "string",
    "[]", '["shell"]', '["null.a"]', "{}", "{ a = 1 }", "{ a = [] }", "[for x in var.x : x]",
    "{ for k, v in a : k => v... }",
    "var.x ? [1] : []", "a.*.b", "a[*].b[0]", '"%{if true}a%{endif}"', '"%{for a in b}${a}%{endfor}"', "<<EOF\na\nEOF",
    "list(string)", "object({ a = string })", "!a", "-1", "f(a...)", "[[], {}, [null]]",
]  # fmt: skip
LINES: st.SearchStrategy[str] = st.recursive(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(TEXTS)).map(" = ".join),
    lambda inner: st.tuples(st.sampled_from(HEADS), st.lists(inner, max_size=4, unique_by=lambda each: each[:5])).map(
        lambda pair: "\n".join((pair[0] + " {", *pair[1], "}"))
    ),
    max_leaves=12,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(LINES, max_size=5).map("\n".join))
def test_whatever_a_template_holds_there_is_an_answer(ingot: Ingot, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".pkr.hcl", dir=ingot.directory) as file:
        file.write(text + "\n")
        file.flush()
        status, _, remarks = ingot("import", "--check", file.name)
    assert status in (0, 2, 3)
    assert "E900" not in remarks


@pytest.mark.parametrize("format_", ["json", "sarif"])
def test_diagnostics_for_programs_stand_apart_from_the_playbook(format_: str, ingot: Ingot) -> None:
    ingot.write({"t.json": UNKNOWN})
    status, shown, remarks = ingot("import", "t.json", "--format", format_)
    assert (status, shown.startswith("sources:\n")) == (0, True)
    assert "W140" in json.dumps(json.loads(remarks))
    status, shown, remarks = ingot("import", "t.json", "--format", format_, "-o", "p.yml")
    assert (status, remarks) == (0, "")
    assert "W140" in json.dumps(json.loads(shown))
    status, shown, remarks = ingot("export", "p.yml", "--format", format_)
    assert (status, shown.count('source "null" "a"'), "W140" in json.dumps(json.loads(remarks))) == (0, 1, False)


def test_a_text_for_another_program_is_a_text(ingot: Ingot) -> None:
    """In variables and locals braces mean nothing yet; in an option Packer refuses what its engine does not know."""
    inputs = 'variable "v" { default = "{{ host }}" }\nlocals { a = "{{ host }} {% if x %}" }\n'
    ingot.write({"t.pkr.hcl": inputs + TEMPLATE.replace('"none"\n', '"none"\n  ssh_host = "{{ nowhere }}"\n')})
    status, _, remarks = ingot("import", "t.pkr.hcl")
    assert (status, remarks.count("W140")) == (0, 1)
    assert "source.null.a.ssh_host" in remarks


def test_tags_of_erb_in_yaml_are_told_and_stay(ingot: Ingot) -> None:
    text = 'variables: {v: "1-<%= git_desc %>"}\nbuilders:\n  - {type: "null", name: a, communicator: none}\n'
    ingot.write({"t.yml": text})
    status, shown, remarks = ingot("import", "t.yml")
    assert (status, "v: 1-<%= git_desc %>" in shown, remarks.count("W140")) == (0, True, 1)
    assert "t.yml:1:19: warning[W140]: a tag of ERB is not in the playbook" in remarks
    assert ingot("import", "t.yml", "--strict").status == 2
