from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shown
from hypothesis import given
from hypothesis import strategies as st

from runner.formats.hcl.tree import Attr, Call, Expression, Lit, Ref, Template
from runner.packer.legacy import go_writer
from runner.packer.legacy.engine import moment, reference
from runner.packer.legacy.go_template import MAX_DEPTH, MAX_TOKENS, parse
from runner.packer.legacy.go_tree import GoError
from runner.packer.legacy.translate import Translated, translate
from runner.text import SourceFile, Span

CASES = json.loads((Path(__file__).parents[1] / "cases" / "packer" / "go_templates.json").read_text(encoding="utf-8"))


def place(text: str) -> Span:
    """Return where a string stands that is the whole of a JSON file."""
    written = json.dumps(text, ensure_ascii=False)
    return Span(SourceFile("template.json", written), 1, 1, 1, len(written) + 1)


def lookup(mode: str, at: Span) -> Any:
    def look(function: str, name: str) -> Expression | None:
        if function == "timestamp":
            return reference(at, "local", "timestamp")
        if function == "env":
            return Call("env", (Lit(name, at),), at) if mode == "variables" else None
        return reference(at, "var", name)

    return None if mode == "hcl" else look


def translated(text: str, mode: Any = "options") -> Translated:
    at = place(text)
    return translate(text, at, mode, lookup(mode, at))


def source(span: Span) -> str:
    """Return the text at a place, as the string that it is a part of says it."""
    return repr(span.text().replace('\\"', '"').replace("\\\\", "\\"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.get('mode', 'options')}: {case['text']}")
def test_a_string(case: dict[str, Any]) -> None:
    found = translated(case["text"], case.get("mode", "options"))
    problems = [f"{source(each.place)}: {each.why}" for each in found.problems]
    assert found.wrong is ("wrong" in case)
    assert problems == case.get("wrong", case.get("problems", []))
    assert shown.expression(found.expression) == case.get("hcl", json.dumps(case["text"], ensure_ascii=False))


@pytest.mark.parametrize(
    "case",
    [each for each in CASES if "hcl" in each and "mode" not in each and "problems" not in each],
    ids=lambda case: str(case["text"]),
)
def test_a_string_comes_back_from_the_expression(case: dict[str, Any]) -> None:
    """What JSON says of the expression is not always what it was made of, but means the same to the translation."""
    expression = translated(case["text"]).expression
    text = go_writer.text(expression)
    assert shown.expression(translated(text.replace("user `timestamp`", "timestamp")).expression) == shown.expression(
        expression
    )


def test_a_template_of_hcl_keeps_its_inserts() -> None:
    at = place("x")
    inserted = Attr(Ref("var", at), "name", at)
    text = Template((Lit("{{ upper `a", at), inserted, Lit("` }}-", at), inserted, Lit("{{ .Path }}", at)), at)
    assert shown.expression(translate(text, at).expression) == '"${upper("a${var.name}")}-${var.name}{{ .Path }}"'


def test_a_template_of_hcl_without_calls_stays_the_same() -> None:
    at = place("x")
    text = Template((Lit("{{ .Path }}", at), Attr(Ref("var", at), "name", at)), at, heredoc=True)
    assert translate(text, at).expression is text


def test_the_time_is_a_text_in_hcl() -> None:
    assert shown.expression(moment(place("x"))) == '"${rfc3339_parse(timestamp()).unix}"'


@pytest.mark.parametrize("nested", ["{{if .X}}" * 200, "{{" + "(" * 200 + "}}", "{{if .X}}{{else if .Y}}" * 200])
def test_deep_nesting_is_refused(nested: str) -> None:
    with pytest.raises(GoError, match=f"nested more than {MAX_DEPTH} deep"):
        parse(nested)


@pytest.mark.parametrize("long", ["{{user `a`" + " | upper" * 150 + "}}", "{{or" + " `a`" * 300 + "}}"])
def test_long_actions_are_refused(long: str) -> None:
    with pytest.raises(GoError, match=f"more than {MAX_TOKENS} words"):
        parse(long)


def test_the_longest_action_in_the_deepest_block_comes_back() -> None:
    inner = "{{user `a`" + " | upper" * 148 + "}}"
    text = "{{if eq (user `a`) `b`}}" * (MAX_DEPTH - 1) + inner + "{{end}}" * (MAX_DEPTH - 1)
    found = translated(text)
    assert not found.problems
    assert go_writer.text(found.expression).count("upper") == 148


def test_many_inserts_are_all_kept() -> None:
    text = "{{user `a`}}-" * 70_000
    assert go_writer.text(translated(text).expression) == text


WORDS = st.sampled_from(
    [
        "{{", "}}", "{{-", "-}}", " ", "user", "`a`", '"b"', "'c'", "(", ")", "|", ".A", ".", "$x", ":=", ",", "if",
        "else", "end", "range", "with", "eq", "and", "or", "not", "printf", "split", "timestamp", "clean_resource_name",
        "1", "-1", "0x1F", "1.5e3", "/*", "*/", "\\", '"', "`", "é", "\U000f0000", "\n", "{", "}", "true", "nil",
        "upper", "define",
    ]
)  # fmt: skip


def pieces() -> Iterator[st.SearchStrategy[str]]:
    yield st.text(max_size=40)
    yield st.lists(WORDS, max_size=25).map("".join)
    yield st.lists(WORDS, max_size=25).map(" ".join)
    yield st.lists(WORDS, max_size=12).map(lambda words: "{{" + " ".join(words) + "}}")


@given(st.one_of(*pieces()), st.sampled_from(["options", "variables", "hcl"]))
def test_any_text_is_translated_or_told_wrong(text: str, mode: str) -> None:
    found = translated(text, mode)
    if found.wrong:
        assert found.problems
    elif isinstance(found.expression, Lit | Template):
        go_writer.text(found.expression)
    if "{{" not in text:
        assert found.expression == Lit(text, found.expression.place)


@given(st.text(alphabet="ab`\"'\\{}$%\n", max_size=20))
def test_a_constant_means_its_text(text: str) -> None:
    """A text as a constant of Go is that text, whatever is in it."""
    from runner.packer.legacy.go_lexer import quoted

    found = translated(f"{{{{upper {quoted(text)}}}}}").expression
    assert shown.expression(found) == f"upper({json.dumps(text)})"
