"""Trees of HCL that JSON can say in part, or in another way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runner.formats.hcl.tree import (
    Attr,
    Attribute,
    Binary,
    Block,
    Body,
    Call,
    Expression,
    Index,
    Item,
    Lit,
    Many,
    Ref,
    Template,
    Unary,
)
from runner.packer.legacy.go_writer import Unsayable, text
from runner.packer.legacy.writer import write
from runner.text import SourceFile

AT = SourceFile("template.pkr.hcl", "").start()


def lit(value: Any) -> Lit:
    return Lit(value, AT)


def name(*names: str) -> Expression:
    found: Expression = Ref(names[0], AT)
    for each in names[1:]:
        found = Attr(found, each, AT)
    return found


def call(function: str, *arguments: Any) -> Call:
    return Call(function, tuple(lit(each) if isinstance(each, str) else each for each in arguments), AT)


def listed(*values: Expression) -> Many:
    return Many(tuple(map(Item, values)), keyed=False, place=AT)


def block(type_: str, *labels: str, inner: tuple[Block, ...] = (), **values: Expression) -> Block:
    attributes = tuple(Attribute(key.rstrip("_"), value, AT) for key, value in values.items())
    return Block(type_, labels, Body((*attributes, *inner), AT), AT)


SAID = [
    (name("var", "a"), "{{user `a`}}"),
    (call("timestamp"), "{{isotime}}"),
    (call("formatdate", "YYYY-MM-DD'T'hh:mm", call("timestamp")), "{{isotime `2006-01-02T15:04`}}"),
    (call("regex_replace", call("timestamp"), "[- TZ:]", ""), "{{isotime `20060102150405`}}"),
    (call("replace", name("var", "a"), "b", "c"), "{{replace_all `b` `c` (user `a`)}}"),
    (Index(call("split", "-", name("var", "a")), lit(1), AT), "{{split (user `a`) `-` 1}}"),
    (Template((lit("a"), call("upper", Template((name("var", "a"), lit("%b")), AT))), AT),
     "a{{upper (printf `%s%%b` (user `a`))}}"),
    (Binary("==", name("var", "a"), lit("b"), AT), "{{eq (user `a`) `b`}}"),
    (Unary("!", name("var", "a"), AT), "{{not (eq (user `a`) `true`)}}"),
    (Template((lit('{{ "'), name("var", "a"), lit('-x" | clean_resource_name }}')), AT),
     '{{ (printf "%s-x" (user `a`)) | clean_resource_name }}'),
    (lit(1.5), "1.5"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), SAID, ids=[expected for _, expected in SAID])
def test_an_expression(expression: Expression, expected: str) -> None:
    assert text(expression) == expected


UNSAID = [
    (call("formatdate", "D", "2020-01-01T00:00:00Z"), "this use of 'formatdate'"),
    (call("formatdate", "'1'", call("timestamp")), "this use of 'formatdate'"),
    (call("file", "a"), "the function 'file'"),
    (call("replace", "a"), "the function 'replace'"),
    (name("data", "a", "b", "c"), "a reference to a part of a value"),
    (name("each", "key"), "'each.key'"),
    (Binary("+", lit(1), lit(2), AT), "an expression of this kind"),
    (Template((lit("a"), lit(None)), AT), "null as a part of a text"),
]


@pytest.mark.parametrize(("expression", "what"), UNSAID, ids=[what for _, what in UNSAID])
def test_an_expression_that_json_has_no_way_to_say(expression: Expression, what: str) -> None:
    with pytest.raises(Unsayable, match=what.replace("(", r"\(")):
        text(expression)


def test_a_template_says_what_it_leaves_out() -> None:
    template = Body(
        (
            block("packer", required_version=lit("~> 1.9"), inner=(block("required_plugins"),)),
            block("variable", "a", default=lit(None), description=lit("d"), inner=(block("validation"),)),
            block("data", "null", "x"),
            block("source", "null", "one", communicator=lit("none")),
            block("source", "file", "one", target=call("file", "x")),
            block("source", "null", "two"),
            block(
                "build",
                name=lit("b"),
                sources=listed(name("source", "null", "one"), lit("source.file.one"), lit("null.three")),
                inner=(
                    block("provisioner", "shell", name=lit("n"), only=listed(lit("file.one"), lit("null.three"))),
                    block("hcp_packer_registry"),
                ),
            ),
            block("build", sources=listed(lit("source.null.one"))),
        ),
        AT,
    )
    written = write(template)
    assert json.loads(written.text) == {
        "builders": [
            {"type": "null", "name": "one", "communicator": "none"},
            {"type": "file", "name": "one-file", "target": ""},
        ],
        "provisioners": [{"type": "shell", "only": ["one-file", "null.three"]}],
        "variables": {"a": ""},
    }
    assert sorted((each.field, each.became) for each in written.findings) == [
        ("build", "unsupported"),
        ("build.hcp_packer_registry", "unsupported"),
        ("build.name", "unsupported"),
        ("build.sources", "unsupported"),
        ("data", "unsupported"),
        ("only", "unsupported"),
        ("packer.required_plugins", "unsupported"),
        ("packer.required_version", "unsupported"),
        ("provisioner.shell.name", "changed"),
        ("source.file.one", "changed"),
        ("source.file.one.target", "unsupported"),
        ("source.null.two", "changed"),
        ("variable.a.default", "changed"),
        ("variable.a.description", "changed"),
        ("variable.a.validation", "unsupported"),
    ]


def build(*sources: str, inner: tuple[Block, ...] = (), **values: Expression) -> Block:
    return block("build", sources=listed(*map(lit, sources)), inner=inner, **values)


CLEANUP = block("error-cleanup-provisioner", "shell", inline=lit("clean"))


def test_builds_without_a_common_source_are_one_build() -> None:
    """What belongs to one of them is for its builders only; what is for none of them is left out."""
    template = Body(
        (
            *(block("source", "null", each) for each in "abc"),
            build("null.a", "null.b", description=lit("first"), inner=(
                block("provisioner", "shell", inline=lit("both")),
                block("provisioner", "shell", inline=lit("one"), except_=listed(lit("null.b"))),
                block("provisioner", "shell", inline=lit("none"), except_=listed(lit("null.a"), lit("null.b"))),
                block("provisioner", "shell", inline=lit("two"), only=listed(lit("null.b"))),
                block("post-processors", inner=(
                    block("post-processor", "compress", except_=listed(lit("null.a"))),
                    block("post-processor", "checksum"),
                )),
                CLEANUP,
            )),
            build("null.c", description=lit("second"), inner=(
                block("provisioner", "shell", inline=lit("three")), block("post-processor", "manifest"), CLEANUP,
            )),
        ),
        AT,
    )
    written = write(template)
    made = json.loads(written.text)
    assert [each["name"] for each in made["builders"]] == ["a", "b", "c"]
    assert [(each["inline"], each["only"]) for each in made["provisioners"]] == [
        ("both", ["a", "b"]), ("one", ["a"]), ("two", ["b"]), ("three", ["c"]),
    ]
    assert made["post-processors"] == [
        [{"type": "compress", "only": ["b"]}, {"type": "checksum", "only": ["a", "b"]}],
        {"type": "manifest", "only": ["c"]},
    ]
    assert made["error-cleanup-provisioner"] == {"type": "shell", "inline": "clean"}
    assert [(each.field, each.became) for each in written.findings] == [("build.description", "unsupported")]


def test_a_clean_up_that_not_every_build_has_is_told() -> None:
    sources = [block("source", "null", each) for each in "ab"]
    written = write(Body((*sources, build("null.a", inner=(CLEANUP,)), build("null.b")), AT))
    assert "error-cleanup-provisioner" not in json.loads(written.text)
    assert [each.field for each in written.findings] == ["error-cleanup-provisioner"]
