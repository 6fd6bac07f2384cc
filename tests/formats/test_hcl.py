from __future__ import annotations

import json
import random
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runner.diagnostics import Diagnostic, Invalid
from runner.formats.hcl.lexer import MAX_DEPTH
from runner.formats.hcl.variables import load_values
from runner.text import Node, SourceFile

CASES = sorted((Path(__file__).parent.parent / "cases" / "hcl").glob("*.pkrvars.hcl"))
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.text('ab \t\n"\\$%{}#/<éE\u0301😀', max_size=12)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)
NAMES = st.from_regex(r"[a-zA-Zé_][a-zA-Zé0-9_-]*", fullmatch=True)
LEXEMES = st.sampled_from([
    *"={}[](),:.-+?!~\"'\\\n #", "a", "b ", "1", "1.5", "1e3", "0x1", '"x"', '"', "${", "%{", "$${", "}",
    "<<E\n", "E\n", "<<-E\n", "a = ", "\na = ",
    "true", "null", "for", "in", "if", "//", "/*", "*/", "&&", "==", "=>", "...", "\\u00e9",
    "\\q", "\r", "\r\n", "\ufeff", "\u00a0", "\u201c", "é", "😀", "\x00", "variable",
])  # fmt: skip
MIXED = st.lists(LEXEMES, max_size=25).map("".join)


def read(text: str) -> Node:
    return load_values(SourceFile("x.pkrvars.hcl", text))


def read_or_refused(text: str) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    try:
        return read(text), ()
    except Invalid as error:
        return None, error.diagnostics


def mistakes(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(Invalid) as caught:
        read(text)
    return caught.value.diagnostics


def same(left: Any, right: Any) -> bool:
    """Equality that tells true from 1."""
    return bool(left == right) and repr(left) == repr(right)


def as_hcl_has_it(value: Any) -> Any:
    """HCL has but one kind of numbers."""
    if isinstance(value, float) and value.is_integer():
        return int(Decimal(repr(value)))
    if isinstance(value, list):
        return [as_hcl_has_it(item) for item in value]
    return {key: as_hcl_has_it(item) for key, item in value.items()} if isinstance(value, dict) else value


class Writer:
    """Writes values as HCL, each in one of the ways that HCL has for it."""

    def __init__(self, choices: random.Random) -> None:
        self.pick = choices.choice

    def file(self, values: dict[str, Any]) -> str:
        lines = (
            f"{self.gap()}{name}{self.gap()}={self.gap()}{self.value(value)}{self.gap()}{self.line_end()}"
            for name, value in values.items()
        )
        return self.pick(["", "\ufeff", "# x = {\n", "\n"]) + "".join(lines)

    def value(self, value: Any) -> str:
        if self.pick([False] * 8 + [True]):
            return f"({self.space()}{self.value(value)}{self.space()})"
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return self.list(value)
        if isinstance(value, dict):
            return self.map(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.number(value)
        return json.dumps(value)

    def number(self, value: float) -> str:
        sign = "-" + self.pick(["", " ", "/**/"]) if str(value).startswith("-") else ""
        digits = str(abs(value))
        if isinstance(value, int):
            digits = self.pick([digits, f"00{digits}", f"{digits}.0", f"{digits}0e-1", f"{digits}E0"])
        return sign + digits

    def text(self, text: str) -> str:
        heredoc = text.endswith("\n") and "\r" not in text and not re.search(r"(?m)^\s*EOT\s*$", text)
        if heredoc and self.pick([True, False]):
            return f"<<EOT\n{self.escaped_braces(text)}EOT\n"
        return f'"{self.escaped_braces(self.escaped(text))}"'

    def escaped(self, text: str) -> str:
        short = {"\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
        return "".join(
            short.get(c) or (self.pick([c, c, f"\\U{ord(c):08X}", *([f"\\u{ord(c):04x}"] if c < "\U00010000" else [])]))
            if c not in "$%{" else c
            for c in text
        )  # fmt: skip

    def escaped_braces(self, text: str) -> str:
        return text.replace("${", "$${").replace("%{", "%%{")

    def list(self, items: list[Any]) -> str:
        written = f"{self.space()},{self.space()}".join(map(self.value, items))
        return f"[{self.space()}{written}{self.space()}{self.pick(['', ',']) if items else ''}{self.space()}]"

    def map(self, entries: dict[str, Any]) -> str:
        written = [
            f"{self.key(key)}{self.gap()}{self.pick('=:')}{self.gap()}{self.value(value)}"
            for key, value in entries.items()
        ]
        text = "".join(entry + self.separator(entry, last=entry is written[-1]) for entry in written)
        return f"{{{self.pick(['', self.line_end(), self.gap()])}{text}{self.gap()}}}"

    def separator(self, entry: str, *, last: bool) -> str:
        if entry.endswith("\n"):  # a heredoc: the line has ended already
            return ""
        return self.gap() + self.pick([",", self.line_end(), "," + self.line_end(), *([""] if last else [])])

    def key(self, key: str) -> str:
        bare = re.fullmatch(r"[a-zA-Z_][\w-]*", key, re.ASCII) and key != "for"
        return self.pick([key, f'"{key}"']) if bare else f'"{self.escaped_braces(self.escaped(key))}"'

    def gap(self) -> str:
        return self.pick(["", " ", "  ", "\t", " /* { */ ", "/*\n*/"])

    def space(self) -> str:
        return self.pick(["", " ", "\n", self.gap(), self.line_end()])

    def line_end(self) -> str:
        return self.pick(["\n", "\r\n", " # x\n", ' // "\n', "\n\n"])


def nodes(node: Node) -> list[Node]:
    inside = node.value.values() if isinstance(node.value, dict) else node.elements()
    return [node] if inside == (node,) else [node, *(found for child in inside for found in nodes(child))]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_reads_the_cases(case: Path) -> None:
    expected = json.loads(case.with_name(case.name.replace(".pkrvars.hcl", ".json")).read_text("utf-8"))
    assert same(read(case.read_text("utf-8")).plain(), expected)


@given(st.dictionaries(NAMES, VALUES, max_size=4), st.randoms(use_true_random=False))
def test_reads_back_what_is_written(values: dict[str, Any], choices: random.Random) -> None:
    text = Writer(choices).file(values)
    assert same(read(text).plain(), as_hcl_has_it(values)), text


@given(st.dictionaries(NAMES, VALUES, max_size=3), st.randoms(use_true_random=False))
def test_every_place_holds_the_text_of_its_value(values: dict[str, Any], choices: random.Random) -> None:
    root = read(Writer(choices).file(values))
    for name, value in root.items():
        assert value.key_span
        assert value.key_span.text() == name
        for node in nodes(value):
            written = node.span.text() + "\n"
            assert same(read(f"x = {written}").plain()["x"], node.plain())
            if isinstance(node.value, dict):
                for key, child in node.items():
                    assert child.key_span
                    assert list(read(f"x = {{ {child.key_span.text()} = 1 }}").plain()["x"]) == [key]


@given(MIXED | st.text())
@example("a = <<EOT")
@example("'\r\n")
@example("a = <<é\nx\né\n")
@example('a = "${"')
@example("\ud800 = '\ud800'")
@example("a = 1e99999999999999999999")
@example("a = -" * 3)
@example("{")
def test_any_text_is_read_or_refused(text: str) -> None:
    root, found = read_or_refused(text)
    assert bool(root) != bool(found)
    assert {each.code for each in found} <= {"E031", "E032", "E033", "E034"}
    for each in found:
        assert 1 <= each.span.line <= each.span.end_line <= len(each.span.file.lines)
        assert 1 <= each.span.column <= len(each.span.file.line(each.span.line)) + 1
        assert 1 <= each.span.end_column <= len(each.span.file.line(each.span.end_line)) + 1
        assert "\n" not in each.message


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert [read(text).value for text in ("", "\ufeff", "\n\n", "# nothing", "/* */\r\n")] == [{}] * 5


def test_places_count_lines_and_characters_from_one() -> None:
    root = read('# 😀\r\né = "😀" # x\n"'.removesuffix('"') + 'm = { "ü" = [\n  -1, <<E\n😀\n E\n] }\n')
    text, mapping = root.at(["é"]), root.at(["m", "ü"])
    assert text.key_span
    assert mapping.key_span
    assert text.key_span[1:] == (2, 1, 2, 2)
    assert text.span[1:] == (2, 5, 2, 8)
    assert mapping.key_span[1:] == (3, 7, 3, 10)
    assert mapping.span[1:] == (3, 13, 7, 2)
    assert [node.span[1:] for node in mapping.elements()] == [(4, 3, 4, 5), (4, 7, 6, 3)]
    assert [node.key_span for node in mapping.elements()] == [None, None]
    assert root.span[1:] == (1, 1, 8, 1)


def test_scalars_without_quotes_keep_their_text() -> None:
    found = read('x = [1e3, - 0.50, (7), true, null, "1"]').at(["x"]).elements()
    assert [node.raw for node in found] == ["1e3", "- 0.50", "(7)", "true", "null", None]


def test_line_ends_of_heredocs_are_kept() -> None:
    assert read("x = <<-EOT\r\n  a\r\n\r\n   b\r\n  EOT\r\n").plain() == {"x": "a\r\n\r\n b\r\n"}


MISTAKES = [
    ("a = ", "1:4 E031 not HCL: expected a value, found the end of the line"),
    ("a =\n1\n", "1:4 E031 not HCL: expected a value, found the end of the line | 2:1 ... a name, found '1'"),
    ("a\n= 1\n", "1:2 E031 ... expected '=', found the end of the line | 2:1 E031 ... expected a name, found '='"),
    ("a 1", "1:3 E031 not HCL: expected '=', found '1'"),
    ("a: 1", "1:2 E031 not HCL: expected '=', found ':'"),
    ("a == 1", "1:4 E031 not HCL: expected a value, found '='"),
    ("a.b = 1", "1:2 E031 not HCL: expected '=', found '.'"),
    ("= 1", "1:1 E031 not HCL: expected a name, found '='"),
    ('"a" = 1', "1:1 E031 not HCL: expected a name, found '\"a\"' (names are not quoted here)"),
    ("a = 1 b = 2", "1:7 E031 not HCL: expected a new line, found 'b'"),
    ("a = 1 /*\n*/ b = 2", "2:4 E031 not HCL: expected a new line, found 'b'"),
    ("a = 1,\n", "1:6 E031 not HCL: expected a new line, found ',' (attributes stand on lines of their own, ...)"),
    ("a = 1;\n", "1:6 E031 not HCL: ';' cannot stand here (each attribute stands on a line of its own)"),
    ('{"a": 1}', "1:1 E031 not HCL: expected a name, found '{' (... the name of a JSON file ends in .json)"),
    ("a = 'x y'", "1:5 E031 not HCL: 'x y' cannot stand here (a text stands in double quotes)"),
    ("a = “x”", "1:5 E031 not HCL: '“' cannot stand here (write \")"),
    ("a =\u00a01", "1:4 E031 not HCL: U+00A0 cannot stand here (it looks like a space; write a space)"),
    ("a = ${b}", "1:5 E031 not HCL: '$' cannot stand here (${ } is for strings; ...)"),
    ("a = @", "1:5 E031 not HCL: '@' cannot stand here"),
    ("a = a::b", "1:6 E031 not HCL: '::' cannot stand here"),
    ("a = 0x10", "1:6 E031 not HCL: expected a new line, found 'x10'"),
    ("a = 1.", "1:7 E031 not HCL: expected a new line, found the end of the line"),
    ("a = .5", "1:5 E031 not HCL: expected a value, found '.'"),
    ("a = 1e999999999999", "1:5 E031 ... a number that is too large, or has more than 4300 digits (use a string)"),
    (f"a = {'1' * 400}.5", "1:5 E031 ... a number that is too large, or has more than 4300 digits (use a string)"),
    ("a = [1 2]", "1:8 E031 not HCL: expected ',' or ']', found '2'"),
    ("a = [1\n2]", "2:1 E031 not HCL: expected ',' or ']', found '2'"),
    ("a = [,]", "1:6 E031 not HCL: expected a value or ']', found ','"),
    ("a = [1,,2]", "1:8 E031 not HCL: expected a value or ']', found ','"),
    ("a = (1 2)", "1:8 E031 not HCL: expected ')', found '2'"),
    ("a = ()", "1:6 E031 not HCL: expected a value, found ')'"),
    ("a = { b 1 }", "1:9 E031 not HCL: expected '=', found '1'"),
    ("a = { b = }", "1:11 E031 not HCL: expected a value, found '}'"),
    ("a = { , }", "1:7 E031 not HCL: expected a name or '}', found ','"),
    ("a = { b = 1 c = 2 }", "1:13 E031 not HCL: expected a new line, ',' or '}', found 'c'"),
    ("a = { b = 1\n c }", "2:4 E031 not HCL: expected '=', found '}'"),
    ("a = { b : 1 2 }", "1:13 E031 not HCL: expected a new line, ',' or '}', found '2'"),
    ("a = { b = 1 2 }", "1:13 E031 not HCL: expected a new line, ',' or '}', found '2'"),
    ("a = { b =\n1 }", "1:10 E031 not HCL: expected a value after '=' on the same line"),
    ("a = { b\n= 1 }", "2:1 E031 not HCL: a line in braces cannot begin with '=' (a value goes on ...)"),
    ("a = { b = 1\n, c = 2 }", "2:1 E031 ... cannot begin with ',' (put it at the end of the line before)"),
    ("a = { for = 1 }", "1:11 E031 not HCL: expected a name, found '=' (in braces 'for' begins an expression; ...)"),
    ("a = [1, 2\nb = 3\n", "1:5 E031 not HCL: '[' is never closed | 2:1 E031 ... expected ',' or ']', found 'b'"),
    ("a = [{ b = 1 ]", "1:14 E031 not HCL: expected '}', found ']'; 1:6 opened here"),
    ("a = 1\n}\nb = ]\n", "2:1 E031 not HCL: '}' closes nothing | 3:5 E031 not HCL: ']' closes nothing"),
    ("a = /* x\n", "1:5 E031 not HCL: the comment is never closed (a comment that starts with /* ends with */)"),
    ('a = "x\nb = y\n', "1:5 E031 not HCL: the string is not closed on its line (...) | 2:5 E033 ..."),
    ('a = ["x\n]\n', "1:6 E031 not HCL: the string is not closed on its line (...)"),
    ('a = "x\ny"\n', "1:5 E031 not HCL: the string is not closed on its line (...)"),
    ('a = "${"x"', "1:6 E031 not HCL: '${' is never closed"),
    ('a = "${b c}"', "1:10 E031 not HCL: expected '}', found 'c'"),
    (r'a = "C:\Temp\x"', r"1:8 E031 not HCL: '\T' is no escape sequence (...) | 1:13 E031 not HCL: '\x' ..."),
    (r'a = "\u12"', r"1:6 E031 not HCL: '\u12' is no escape sequence (a backslash is written \\; ...)"),
    (r'a = "\ud800"', r"1:6 E031 not HCL: '\ud800' is no escape sequence (...)"),
    (r'a = "\U00110000"', r"1:6 E031 not HCL: '\U00110000' is no escape sequence (...)"),
    ("a = <<EOT\nx\n", "1:5 E031 not HCL: the heredoc is never closed (... nothing but EOT, ...)"),
    ("a = <<EOT\nx\nEOT", "1:5 E031 not HCL: the heredoc is never closed (... and a line end after that)"),
    ("a = << EOT\nx\nEOT\n", "1:5 E031 not HCL: '<<' cannot stand here (a heredoc starts with <<NAME ...)"),
    ("a = 1 <<EOT\nx\nEOT\n", "1:7 E031 not HCL: expected a new line, found '<<EOT'"),
    ("b {} c = 1", "1:6 E031 not HCL: expected a new line, found 'c'"),
    ("a = <<E\nx\ry\nE\nb = c\n", "2:2 E031 not HCL: U+000D cannot stand here (lines end ...) | 5:5 E033 'c' ..."),
    ("a = 1\nb = 2\na = 3\na = 4\n", "3:1 E032 'a' is set twice; 1:1 first set here | 4:1 E032 ...; 1:1 ..."),
    ('a = { b = 1, "b" = 2 }', "1:14 E032 'b' is set twice; 1:7 first set here"),
    ('source "qemu" "x" {\n  a = b\n}', "1:1 E033 'source' is a block; a variable file holds only NAME = VALUE (...)"),
    ("a = yes", "1:5 E033 'yes' is a reference; ... (a text stands in double quotes: \"yes\")"),
    ("a = var.b", "1:5 E033 'var.b' is a reference; ... (write the value itself; ...)"),
    ('a = ["x"[0], [1][0]]', "1:6 E033 '\"x\"[0]' is a reference; ... (...) | 1:14 E033 '[1][0]' ..."),
    ("a = [b[0], c.*.d]", "1:6 E033 'b[0]' is a reference; ... (...) | 1:12 E033 'c.*.d' is a reference; ... (...)"),
    ('a = env("B")', "1:5 E033 'env(\"B\")' is a function call; ... (write the value itself; ...)"),
    ("a = f(\n1)", "1:5 E033 'f( ...' is a function call; ... (...)"),
    ("a = 1 + 1", "1:5 E033 '1 + 1' is an operation; ... (...)"),
    ('a = -"1"', "1:5 E033 '-\"1\"' is an operation; ... (...)"),
    ("a = !true", "1:5 E033 '!true' is an operation; ... (...)"),
    ("a = true ? 1 : 2", "1:5 E033 'true ? 1 : 2' is a conditional expression; ... (...)"),
    ("a = [for x in y : x]", "1:5 E033 '[for x in y : x]' is a for expression; ... (...)"),
    ("a = {for k, v in\ny :\nk => v}", "1:5 E033 '{for k, v in ...' is a for expression; ... (...)"),
    ('a = "x ${b} %{ if c }"', "1:8 E033 '${' begins ... (... write $${) | 1:13 E033 ... (... write %%{)"),
    ('a = "${b}${c}${d.e}"', "1:6 E033 ... | 1:10 E033 ... | 1:14 E033 ..."),
    ("a = <<E\n ${b}\nE\n", "2:2 E033 '${' begins an expression; ... (for the text itself write $${)"),
    ("a = { (b) = 1, c.d = 2 }", "1:7 E033 a computed key; ... (...) | 1:16 E033 a computed key; ... (...)"),
    ('a = { "${b}" = 1 }', "1:8 E033 '${' begins an expression; ... (...)"),
]  # fmt: skip


def shown(diagnostic: Diagnostic) -> str:
    place = f"{diagnostic.span.line}:{diagnostic.span.column}"
    hint = f" ({diagnostic.hint})" if diagnostic.hint else ""
    notes = "".join(f"; {n.span.line}:{n.span.column} {n.message}" for n in diagnostic.notes if n.span)
    return f"{place} {diagnostic.code} {diagnostic.message}{hint}{notes}"


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_says_what_is_wrong_and_where(text: str, expected: str) -> None:
    found = " | ".join(map(shown, mistakes(text)))
    assert re.fullmatch(re.escape(expected).replace(r"\.\.\.", ".*"), found), found


def test_tells_all_mistakes_at_once() -> None:
    found = mistakes('a = 1 2\nb = [x]\na = "\\q"\nc = { d = 1, d = y }\nb = 2\n')
    assert [(each.code, each.span.text()) for each in found] == [
        ("E031", "2"), ("E033", "x"), ("E031", "\\q"), ("E032", "d"), ("E033", "y"), ("E032", "b"),
    ]  # fmt: skip


@pytest.mark.parametrize(("opener", "middle", "closer"), [
    ("[", "", "]"), ("(", "1", ")"), ("{a=", "1", "}"), ("f(", "", ")"), ("b[", "0", "]"), ('"', "", '"'),
])  # fmt: skip
def test_nesting_has_a_limit(opener: str, middle: str, closer: str) -> None:
    if opener == '"':
        opener, closer, times = '"${', '}"', MAX_DEPTH // 2
    else:
        times = MAX_DEPTH
    allowed = f"a = {opener * times}{middle}{closer * times}\n"
    assert "E034" not in {found.code for found in read_or_refused(allowed)[1]}
    for text in (allowed.replace(opener, opener * 2, 1), f"a = {opener * 10_000}"):
        assert [found.code for found in mistakes(text)] == ["E034"]


@pytest.mark.parametrize(("text", "codes"), [
    ("a = " + "-" * 10_000 + "1\n", []),
    ("a = " + "1+" * 10_000 + "1\n", ["E033"]),
    ("a = " + "b ? c : " * 10_000 + "1\n", ["E033"]),
    ("a = b" + ".c" * 10_000 + "\n", ["E033"]),
    ("b {\n" * 10_000, ["E034"]),
    ("a = <<E\n" * 10_000, ["E031"]),
    ("a = \n" * 1_000, ["E031"] * 1_000),
])  # fmt: skip
def test_length_has_none(text: str, codes: list[str]) -> None:
    assert [found.code for found in read_or_refused(text)[1]] == codes
