from __future__ import annotations

from runner.diagnostics import Report
from runner.formats.hcl.tree import Attribute, Body, Template
from runner.formats.hcl.write import write
from runner.formats.json.reader import load
from runner.packer.hcl_json import read
from runner.text import SourceFile

TEMPLATE = r"""{
  "//": ["what it is", "and why"],
  "variable": {
    "a": {"type": "list(string)", "default": "x\n\\d", "validation": [{"condition": "${length(var.a) > 1}"}]},
    "b": {"default": [1, null, true, 0.5]}
  },
  "locals": {"c": "%{ if var.a == \"x\" ~} y %{~ else }${upper(\"z\")}%{ endif }$${d}", "map": {"k ${var.a}": {}}},
  "source": {"null": {"x": {"//": "of the source", "communicator": "none", "tags": [{"key": "k"}]}}},
  "build": [
    {
      "sources": ["source.null.x"],
      "provisioner": [
        {"shell": {"inline": ["echo"], "only": ["null.x"]}},
        {"file": [{"source": "a"}, {"source": "b"}], "shell": {"//": "last"}}
      ],
      "post-processors": [{"post-processor": {"manifest": {}}}, {"post-processor": [{"compress": {}}, {"upload": {}}]}]
    },
    {}
  ]
}"""
WRITTEN = r"""# what it is
# and why
variable "a" {
  type    = list(string)
  default = "x\n\\d"
  validation {
    condition = length(var.a) > 1
  }
}
variable "b" {
  default = [
    1,
    null,
    true,
    0.5
  ]
}
locals {
  c = "%{if var.a == "x"}y%{else}${upper("z")}%{endif}$${d}"
  map = {
    "k ${var.a}" = {}
  }
}
source "null" "x" {
  # of the source
  communicator = "none"
  tags = [
    {
      key = "k"
    }
  ]
}
build {
  sources = [
    "source.null.x"
  ]
  provisioner "shell" {
    inline = [
      "echo"
    ]
    only = [
      "null.x"
    ]
  }
  provisioner "file" {
    source = "a"
  }
  provisioner "file" {
    source = "b"
  }
  provisioner "shell" {
    # last
  }
  post-processors {
    post-processor "manifest" {}
  }
  post-processors {
    post-processor "compress" {}
    post-processor "upload" {}
  }
}
build {}
"""


def read_json(text: str) -> tuple[Body, list[str]]:
    report = Report()
    file = SourceFile("x.pkr.json", text)
    body = read(file, load(file), report)
    return body, [f"{d.span.line}:{d.span.column} {d.code} {d.message}" for d in report.diagnostics]


def test_a_template() -> None:
    body, mistakes = read_json(TEMPLATE)
    assert mistakes == []
    assert write(body) == WRITTEN


def test_places_are_those_of_the_json() -> None:
    body, _ = read_json(TEMPLATE)
    (block, *_) = body.blocks("locals")
    first = block.body.items[0]
    assert isinstance(first, Attribute)
    assert isinstance(first.value, Template)
    assert first.value.place.text().startswith('"%{ if var.a')
    assert {part.place for part in first.value.parts} == {first.value.place}
    (source,) = body.blocks("source")
    assert source.place.text() == '"x"'


def test_a_text_keeps_its_line_ends() -> None:
    body, mistakes = read_json(r'{"locals": {"a": "b\r\n${c}\n", "d": "\n", "e": "${f}", "g": "x\r\n$${"}}')
    assert mistakes == []
    assert write(body) == 'locals {\n  a = "b\\r\\n${c}\\n"\n  d = "\\n"\n  e = f\n  g = "x\\r\\n$${"\n}\n'


def test_mistakes() -> None:
    text = '{"variable": {"a": 1},\n "source": [2],\n "locals": {"c": "${1 + }"},\n "build": "x"}'
    assert read_json(text)[1] == [
        "1:20 E031 not HCL: expected an object, as a block is in JSON",
        "2:13 E031 not HCL: expected an object with the labels of 'source' as its keys",
        "3:18 E031 not HCL: expected a value, found '}'",
        "4:11 E031 not HCL: expected an object, as a block is in JSON",
    ]


def test_what_is_nested_too_deeply_is_refused() -> None:
    body, mistakes = read_json('{"locals": {"a": ' + "[" * 150 + "]" * 150 + "}}")
    assert [each.split()[1] for each in mistakes] == ["E034"]
    assert write(body)
