from __future__ import annotations

import random
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.diagnostics import Report
from runner.formats.hcl.document import read
from runner.formats.hcl.lexer import MAX_DEPTH
from runner.formats.hcl.tree import SPLAT_ITEM, Attribute, Block, Body, Many
from runner.text import SourceFile, Span


def read_sound(text: str) -> Body:
    report = Report()
    body = read(SourceFile("x.pkr.hcl", text), report)
    assert [str(each) for each in report.diagnostics] == []
    return body


def mistakes(text: str) -> list[str]:
    report = Report()
    read(SourceFile("x.pkr.hcl", text), report)
    return [f"{d.span.line}:{d.span.column} {d.code} {d.message}" for d in report.diagnostics]


def plain(record: Any) -> Any:
    """A record as a short text: its kind and what is in it, without places."""
    kind = type(record).__name__
    if kind == "Lit":
        return repr(record.value) + "h" * record.heredoc
    if kind == "Ref":
        return record.name
    if isinstance(record, tuple):
        fields = [plain(each) for each in record if not isinstance(each, Span) and each not in (None, False, "", ())]
        return f"{'' if kind == 'tuple' else kind}({' '.join(fields)})"
    return str(record)


def value(text: str) -> str:
    attribute = read_sound(f"x = {text}\n").get("x")
    assert attribute
    return str(plain(attribute.value))


EXPRESSIONS = [
    ("1 + 2 * 3 - 4", "Binary(- Binary(+ 1 Binary(* 2 3)) 4)"),
    ("a || b && c == d < e + f", "Binary(|| a Binary(&& b Binary(== c Binary(< d Binary(+ e f)))))"),
    ("(1 + 2) * 3", "Binary(* Binary(+ 1 2) 3)"),
    ("!a.b && -c != -1", "Binary(&& Unary(! Attr(a b)) Binary(!= Unary(- c) -1))"),
    ("a ? b : c ? d : e", "Conditional(a b Conditional(c d e))"),
    ("a ? b ? 1 : 2 : c == d ? 3 : 4", "Conditional(a Conditional(b 1 2) Conditional(Binary(== c d) 3 4))"),
    ("(a ? b : c) ? d : e", "Conditional(Conditional(a b c) d e)"),
    ("(\n  a ||\n  b\n)", "Binary(|| a b)"),
    ('a.b["c"].0.d', "Attr(Index(Index(Attr(a b) 'c') 0) d)"),
    ("a.0.1", "Index(Index(a 0) 1)"),
    ("a[*].b[0].c", f"Splat(a Attr(Index(Attr({SPLAT_ITEM} b) 0) c) True)"),
    ("a.*.b.c[0].d", f"Attr(Index(Splat(a Attr(Attr({SPLAT_ITEM} b) c)) 0) d)"),
    ("a[*].b[*].c", f"Splat(a Splat(Attr({SPLAT_ITEM} b) Attr({SPLAT_ITEM} c) True) True)"),
    ("f(1, g()).a", "Attr(Call(f (1 Call(g))) a)"),
    ("f(a...)", "Call(f (a) True)"),
    ("[for x in y : x]", "Comprehension(x y x)"),
    ("[for k, v in y : k if v > 1]", "Comprehension(k v y k Binary(> v 1))"),
    ("{for k, v in y : v => k...}", "Comprehension(k v y k v True)"),
    ("{ a = 1, (b) : 2, 1.50 = 3, true = 4\n c.d = 5\n}",
     "Many((Item(1 'a') Item(2 b) Item(3 '1.5') Item(4 'true') Item(5 Attr(c d))) True)"),
    ("{\n a = b # c\n\n (d) = e,\n (f) = g }", "Many((Item(b 'a' c) Item(e d True) Item(g f)) True)"),
    ('{"${a}" = 1, "${a}b" = 2}', "Many((Item(1 a) Item(2 Template((a 'b')))) True True)"),
    ("[1, true, null, 0.5, 1e3,]", "Many((Item(1) Item(True) Item(None) Item(0.5) Item(1000)) True)"),
    ("[]", "Many(True)"),
    ('"a${b}c$${d}%%{e}\\n"', "Template(('a' b 'c${d}%{e}\\n'))"),
    ('"${a}"', "a"),
    ('"${"x"}"', "'x'"),
    ('"a${"b"}c${1}"', "Template(('abc' 1))"),
    ('"${"${"${a.b}-"}-"}"', "Template((Template((Attr(a b) '-')) '-'))"),
    ('"a  ${~ b ~} \\n c"', "Template(('a' b 'c'))"),
    ('"%{ if a }b%{ else }${c}%{ endif }"', "Template((If(a ('b') (c))))"),
    ('"%{ if a }b%{ endif }"', "Template((If(a ('b'))))"),
    ('"%{~ for k, v in a.b ~} ${v}, %{~ endfor }"', "Template((For(k v Attr(a b) (v ','))))"),
    ('"%{ for é in zé }${é}%{ endfor }"', "Template((For(é zé (é))))"),
    ("<<E\n  a ${b}\n$${c} \\n\nE", "Template(('  a ' b '\\n${c} \\\\n\\n') True)"),
    ("<<E\na\n\nE", "'a\\n\\n'h"),
    ("<<E\nE", "''h"),
    ("<<-E\n    a\n\n      b\n    ${c}\n   E", "Template(('a\\n\\n  b\\n' c '\\n') True)"),
    ("<<-E\n  ${a} x\n    y\n  E", "Template((a ' x\\n  y\\n') True)"),
    # a marker takes the blanks off one line only, and what follows it begins no line: as Terraform 1.11 has it
    ("<<-E\n    a\n     %{ if b ~}\n      c\n    %{ endif ~}\n       d\n    E",
     "Template(('a\\n ' If(b ('      c\\n')) '       d\\n') True)"),
    ('f(<<E\na\nE\n, "b")', "Call(f ('a\\n'h 'b'))"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), EXPRESSIONS)
def test_expressions(text: str, expected: str) -> None:
    assert value(text) == expected


COMMENTED = """
# header
#
#   indented

// apart
variable "x" { # beside x
  # above
  default = [ # in the list
    1, # one
    # two

    2, /* and */ # more

    # end
  ] # after

  /* several
   * lines
   */
  y = f(1, # inside
    2)

  # at the end

} # after it
b { c = 1 } # one line
# fin
"""


def test_comments_and_blank_lines() -> None:
    body = read_sound(COMMENTED)
    variable, other = body.items
    assert isinstance(variable, Block)
    assert isinstance(other, Block)
    assert variable.above == ("header", " ", "  indented", "", "apart")
    assert variable.beside == "beside x"
    assert variable.body.end == ("", "at the end", "after it")
    default, y = variable.body.attributes()
    assert (default.above, default.beside, default.gap) == (("above",), "after", False)
    assert isinstance(default.value, Many)
    one, two = default.value.items
    assert (one.above, one.beside, one.gap) == (("in the list",), "one", False)
    assert (two.above, two.beside, two.gap) == (("two", ""), "and more", False)
    assert default.value.end == ("", "end")
    assert (y.above, y.beside, y.gap) == (("several", "lines", "inside"), "", True)
    assert (other.above, other.beside, other.body.end) == ((), "one line", ())
    assert body.end == ("fin",)


def test_blocks_nest_and_have_labels() -> None:
    body = read_sound('a "b" c {\n  d = 1\n  e {}\n  e { f = 2 }\n}\n')
    (block,) = body.blocks("a")
    assert block.labels == ("b", "c")
    assert block.place[1:] == (1, 1, 1, 8)
    assert [type(item) for item in block.body.items] == [Attribute, Block, Block]
    assert [plain(each.body.items) for each in block.body.blocks("e")] == ["()", "(Attribute(f 2))"]


def test_every_record_has_its_place() -> None:
    text = 'a = f(b.c, "x${d + 1}", [2, -3])\ne = <<-E\n  ${g}\n  E\n'
    found: dict[str, str] = {}

    def visit(record: Any) -> None:
        if isinstance(record, tuple) and not isinstance(record, Span):
            if hasattr(record, "place"):
                found[str(plain(record))] = record.place.text()
            for each in record:
                visit(each)

    visit(read_sound(text).items)
    assert found["Attr(b c)"] == "b.c"
    assert found["Binary(+ d 1)"] == "d + 1"
    assert found["-3"] == "-3"
    assert found["g"] == "g"
    assert found["'x'"] == "x"
    assert found["Many((Item(2) Item(-3)) True)"] == "[2, -3]"


MISTAKES = [
    ("a = 1\na = 2", ["2:1 E032 'a' is set twice"]),
    ("a = [\n", ["1:5 E031 not HCL: '[' is never closed"]),
    ('a = "${1 + }"', ["1:12 E031 not HCL: expected a value, found '}'"]),
    ('a = "${b c}"\nd = =',
     ["1:10 E031 not HCL: expected '}', found 'c'", "2:5 E031 not HCL: expected a value, found '='"]),
    ('a = "${}"', ["1:8 E031 not HCL: expected a value, found '}'"]),
    ('a = "%{ foo }"', ["1:6 E031 not HCL: expected 'if', 'else', 'endif', 'for NAME in' or 'endfor' in a directive"]),
    ('a = "%{ if b }"', ["1:6 E031 not HCL: '%{ if }' is never closed; it ends with '%{ endif }'"]),
    ('a = "%{ endfor }"', ["1:6 E031 not HCL: '%{ endfor }' without '%{ for }' before it"]),
    ('a = "%{ if b }%{ else }%{ else }%{ endif }"', ["1:24 E031 not HCL: '%{ else }' without '%{ if }' before it"]),
    ('a = "%{ if b }%{ endif c }"', ["1:15 E031 not HCL: 'endif' stands alone in its directive"]),
    ("a = b ? c", ["1:10 E031 not HCL: expected ':', found the end of the line"]),
    ('b "x${y}" {}', ["1:5 E031 not HCL: a label has no inserts"]),
    ("b {\n  c = 1, d = 2\n}", ["2:8 E031 not HCL: expected a new line, found ','"]),
    ("b {\n  c = 1\n  c = 1\n}\nb { c = 1 }", ["3:3 E032 'c' is set twice"]),
    (f"a = {'9' * 5000}", ["1:5 E031 not HCL: a number that is too large, or has more than 4300 digits"]),
    ("a = 1\n}", ["2:1 E031 not HCL: '}' closes nothing"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_mistakes(text: str, expected: list[str]) -> None:
    assert mistakes(text + "\n") == expected


@pytest.mark.parametrize("count", [MAX_DEPTH + 1, 10_000])
@pytest.mark.parametrize("many", ["[", "b {", "(", '"${', "-", "!", "a ? b : ", "a + ", "{ a = ", "f(", '"%{ if a }'])
def test_what_is_nested_too_deeply_is_refused(many: str, count: int) -> None:
    text = many * count if many == "b {" else f"a = {many * count}1\n"
    assert mistakes(text)


@pytest.mark.parametrize("chain", [".a", "[0]", "[*]", " + 1", " ? 1 : 2"])
def test_long_rows_are_refused(chain: str) -> None:
    assert [each.split()[1] for each in mistakes(f"x = a{chain * 10_000}\n")] == ["E034"]


def test_deep_directives_are_refused() -> None:
    count = MAX_DEPTH + 1
    found = mistakes(f'x = "{"%{ if a }" * count}{"%{ endif }" * count}"\n')
    assert "E034" in {each.split()[1] for each in found}


def test_what_is_just_not_too_deep_is_read_with_frames_to_spare() -> None:
    deep = MAX_DEPTH - 2
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(900)
    try:
        read_sound(f"x = {'[' * deep}1{']' * deep}\ny = {'a + ' * (deep // 2)}1\n")
        read_sound("b {\n" * deep + "}\n" * deep)
    finally:
        sys.setrecursionlimit(limit)


def test_a_large_text_is_read() -> None:
    large = "x" * 5_000_000
    assert value(f'"{large}"') == f"'{large}'"


LEXEMES = st.sampled_from([
    *"={}[](),:.-+?!~\"'\\\n #*", "a", "b ", "1", '"x"', "${", "%{", "}", "<<E\n", "\nE\n", "<<-E\n", "a = ", "\na = ",
    "for ", " in ", "if ", "else", "endif", "//", "/*", "*/", "&&", "==", "=>", "...", "[*]", ".*", "\r\n", "é",
    "b {\n",
])  # fmt: skip


@given(st.lists(LEXEMES, max_size=30).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    report = Report()
    read(SourceFile("x", text), report)
    for each in report.diagnostics:
        assert each.code in ("E031", "E032", "E034")


def test_a_damaged_template_is_read_or_refused() -> None:
    pick = random.Random(7)
    for _ in range(300):
        at = pick.randrange(len(COMMENTED))
        text = COMMENTED[:at] + pick.choice(["", "{", '"', "${", "\n", "]"]) + COMMENTED[at + pick.randrange(3) :]
        read(SourceFile("x", text), Report())
