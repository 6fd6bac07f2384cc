from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.diagnostics import Report
from runner.formats.hcl.document import read
from runner.formats.hcl.tree import (
    SPLAT_ITEM,
    Attr,
    Attribute,
    Binary,
    Block,
    Body,
    Call,
    Comprehension,
    Conditional,
    Expression,
    For,
    If,
    Index,
    Item,
    Lit,
    Many,
    Ref,
    Splat,
    Template,
    Unary,
)  # fmt: skip
from runner.formats.hcl.write import write, write_expression
from runner.text import SourceFile, Span

PLACE = SourceFile("x", "").start()
TERRAFORM = shutil.which("terraform")


def unplaced(record: Any) -> Any:
    """A record without its places; it tells true from 1."""
    if isinstance(record, Span):
        return None
    if isinstance(record, tuple):
        return type(record).__name__, *map(unplaced, record)
    return type(record).__name__, record


def read_sound(text: str) -> Body:
    report = Report()
    body = read(SourceFile("x", text), report)
    assert [str(each) for each in report.diagnostics] == [], text
    return body


CANONICAL = """\
# header
#
#   indented

## two marks
variable "x" { # beside
  type    = string
  default = "a" # after

  long_name = [
    # first
    1, # one
    # two
    2

    # end
  ]
  y = {}
}

source "a" "b" {}
source "c" {
  map = {
    "a b" = 1
    c     = 2 # c
    (d)   = 3
    "for" = 4

    deep = merge({
      a = 1
      }, {
      b = [1, 2]
    })
    e = { f = 1, g = "h" }
  }
  n {
    inline = [
      <<-EOT
        echo ${var.a}

          echo b
      EOT
      ,
      "x"
    ]
    text = <<EOT
  both lines
  are indented $${x} %%{y} ${"$"}${z}
EOT
    loop = <<EOT
a
%{for k, v in x~}
  ${k}%{if v} = ${v}%{else}!%{endif}
%{endfor~}
b
EOT
  }
}
a = b ? c : d ? e : f
b = (a ? b : c) ? d : e
c = (a + b) * c - (d - e) == -f && !(g || h)
d = a[*].b[0].c
e = (a[*].b)[0].c
f = a.*.b.c[0].d[e[*].f]
g = (a.*.b).c
h = [for k, v in a : v if k != "x"]
i = { for k, v in a : k => v... if v }
j = f(g(1, "x")...)
k = "a${b}c$${d}%%{e}\\n\\t\\"\\\\ ${"${f}-"} %{if g}h%{endif}\\u0024${i}"
l = -1
m = 1.5
n = null
o = [for x in y : {
  a = x
}]
p = [for x in("a")["b"] : x if(a || b) && (c || d)]
# fin
"""


def test_what_is_canonical_stays() -> None:
    assert write(read_sound(CANONICAL)) == CANONICAL


def test_the_layout_is_the_one_of_terraform() -> None:
    assert formatted(CANONICAL) == CANONICAL


def formatted(text: str) -> str:
    """What ``terraform fmt`` makes of a text; where it is not installed, the text itself."""
    if not TERRAFORM:
        return text
    done = subprocess.run([TERRAFORM, "fmt", "-"], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + text
    return done.stdout


WRITTEN: list[tuple[Expression, str]] = [
    (Lit("a\nb", PLACE, heredoc=True), r'"a\nb"'),
    (Lit("a\nb\n", PLACE), r'"a\nb\n"'),
    (Lit("EOT\n", PLACE, heredoc=True), "<<-EOT2\n  EOT\nEOT2"),
    (Lit("\r\n", PLACE, heredoc=True), r'"\r\n"'),
    (Lit("$", PLACE), '"$"'),
    (Lit("$${", PLACE), r'"\u0024$${"'),
    (Lit("\x00é\u2028\U000e0001", PLACE), r'"\u0000é\u2028\U000e0001"'),
    (Index(Lit("a", PLACE), Lit(0, PLACE), PLACE), '("a")[0]'),
    (Lit(10**30, PLACE), "1" + "0" * 30),
    (Template((Lit("$", PLACE), Ref("a", PLACE)), PLACE), r'"\u0024${a}"'),
    (Template((Lit("a\n", PLACE), Ref("b", PLACE)), PLACE, heredoc=True), "<<EOT\na\n${b~}\nEOT"),
    (Many((Item(Lit(1, PLACE)),), keyed=False, place=PLACE), "[\n  1\n]"),
    (Many((Item(Lit(1, PLACE), beside="x"),), keyed=False, place=PLACE, one_line=True), "[\n  1 # x\n]"),
    (Many((Item(Lit("a\n", PLACE, heredoc=True), beside="x"),), keyed=False, place=PLACE),
     "[\n  <<-EOT\n    a\n  EOT\n  # x\n]"),
    (Index(Lit(1, PLACE), Lit(2, PLACE), PLACE), "(1)[2]"),
    (Attr(Binary("+", Ref("a", PLACE), Ref("b", PLACE), PLACE), "c", PLACE), "(a + b).c"),
    (Template((Many((Item(Lit(1, PLACE), Lit("a", PLACE)),), keyed=True, place=PLACE), Lit("b", PLACE)), PLACE),
     '"${{ a = 1 }}b"'),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), WRITTEN)
def test_expressions(expression: Expression, expected: str) -> None:
    assert write_expression(expression) == expected


NAMES = st.from_regex(r"[a-zA-Zé_][a-zA-Zé0-9_-]{0,5}", fullmatch=True).filter(
    lambda name: name not in ("for", "in", "if", "true", "false", "null")
)
TEXTS = st.text('ab \t\n"\\$%{}#/~<é\u0301😀', max_size=12) | st.text(max_size=5)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda number: not number.is_integer()
)
HERE = st.just(PLACE)
NO, YES = (st.just(each) for each in (False, True))


def build(record: Any, *fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Records of these fields; those that are not named have their defaults, which ``st.builds`` would vary."""
    return st.tuples(*fields).map(lambda given: record(*given))


REFS = build(Ref, NAMES, HERE)
LITERALS = build(Lit, st.none() | st.booleans() | NUMBERS | TEXTS, HERE)
OPERATORS = st.sampled_from(["||", "&&", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%"])
COMMENTS = st.lists(st.sampled_from(["x", "# y", "  z", " ", "// a", "*/ b"]), max_size=2).map(tuple)
BESIDE = st.sampled_from(["", "x", "# y"])


def is_text(part: Any) -> bool:
    return isinstance(part, Lit) and isinstance(part.value, str)


def joined(parts: list[Any]) -> tuple[Any, ...]:
    """Parts as they are read: texts in a row are one."""
    found: list[Any] = []
    for part in parts:
        if is_text(part) and found and is_text(found[-1]):
            found[-1] = Lit(found[-1].value + part.value, PLACE)
        elif not is_text(part) or part.value:
            found.append(Lit(part.value, PLACE) if is_text(part) else part)
    return tuple(found)


def template(parts: list[Any], heredoc: bool) -> Any:  # noqa: FBT001 - it is drawn by Hypothesis
    """A template as it is read: an insert alone is what is inserted."""
    found = joined(parts)
    if all(is_text(part) for part in found):
        return Lit("".join(part.value for part in found), PLACE, heredoc)
    return found[0] if len(found) == 1 and not isinstance(found[0], If | For) else Template(found, PLACE, heredoc)


def unary(operator: Any, operand: Any) -> Any:
    """A minus before a number is part of it."""
    number = isinstance(operand, Lit) and type(operand.value) in (int, float)
    return operand if number and operator == "-" else Unary(operator, operand, PLACE)


def accesses(inner: st.SearchStrategy[Any], *, full: bool) -> st.SearchStrategy[Any]:
    """What is said of each element; nothing but attributes after ``.*``."""

    def longer(on: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        attr = build(Attr, on, NAMES, HERE)
        return attr | build(Index, on, inner, HERE) if full else attr

    return st.recursive(st.just(Ref(SPLAT_ITEM, PLACE)), longer, max_leaves=3)


def parts(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What templates are made of."""
    plain = st.lists(build(Lit, TEXTS, HERE) | inner, max_size=3).map(joined)
    name = st.none() | NAMES
    directives = build(If, inner, plain, plain, HERE) | build(For, name, NAMES, inner, plain, HERE)
    return st.lists(build(Lit, TEXTS, HERE) | inner | directives, max_size=4)


def more(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    keys = build(Lit, TEXTS, HERE) | REFS
    return st.one_of(
        build(Attr, inner, NAMES, HERE),
        build(Index, inner, inner, HERE),
        build(Splat, inner, accesses(inner, full=True), YES, HERE),
        build(Splat, inner, accesses(inner, full=False), NO, HERE),
        build(Call, NAMES, st.lists(inner, min_size=1, max_size=2).map(tuple), HERE, st.booleans()),
        build(unary, st.sampled_from("-!"), inner),
        build(Binary, OPERATORS, inner, inner, HERE),
        build(Conditional, inner, inner, inner, HERE),
        build(Many, st.lists(build(Item, inner), max_size=3).map(tuple), NO, HERE, st.booleans()),
        build(Many, st.lists(build(Item, inner, keys), max_size=3).map(tuple), YES, HERE, st.booleans()),
        build(Comprehension, st.none() | NAMES, NAMES, inner, inner, HERE, st.none(), st.none() | inner),
        build(Comprehension, st.none() | NAMES, NAMES, inner, inner, HERE, inner, st.none() | inner, st.booleans()),
        build(template, parts(inner), NO),
    )


EXPRESSIONS = st.recursive(REFS | LITERALS, more, max_leaves=8)
COMMENTED = build(
    Many,
    st.lists(build(Item, EXPRESSIONS, st.none(), COMMENTS, BESIDE, NO), min_size=1, max_size=3).map(tuple),
    NO, HERE, NO, COMMENTS,
)  # fmt: skip
HEREDOCS = build(template, parts(EXPRESSIONS), YES)
VALUES = EXPRESSIONS | COMMENTED | HEREDOCS | build(Call, NAMES, st.tuples(HEREDOCS, EXPRESSIONS), HERE)
ATTRIBUTES = build(Attribute, NAMES, VALUES, HERE, COMMENTS, st.just(""))


def body(items: list[Any], end: tuple[str, ...]) -> Body:
    """A body in which no attribute is set twice; the first has no blank line before it."""
    once = {item.name if isinstance(item, Attribute) else number: item for number, item in enumerate(items)}
    spaced = (item._replace(gap=number > 0 and len(item.above) == 1) for number, item in enumerate(once.values()))
    return Body(tuple(spaced), PLACE, end)


def blocks(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    bodies = build(body, st.lists(ATTRIBUTES | inner, max_size=3), COMMENTS)
    return build(Block, NAMES, st.lists(TEXTS, max_size=2).map(tuple), bodies, HERE, COMMENTS, BESIDE)


BODIES = build(body, st.lists(st.recursive(ATTRIBUTES, blocks, max_leaves=5), max_size=4), COMMENTS)


def without_layout(record: Any) -> Any:
    """Records without what lines and comments look like in a list, for that may have to change."""
    if isinstance(record, Lit | Template):
        record = record._replace(heredoc=False)
    elif isinstance(record, Many):
        record = record._replace(one_line=False)
    if isinstance(record, tuple) and not isinstance(record, Span):
        fields = [without_layout(each) for each in record]
        return type(record)(*fields) if hasattr(record, "_fields") else tuple(fields)
    return record


@given(BODIES)
@settings(max_examples=100, suppress_health_check=list(HealthCheck))
def test_what_is_written_says_the_same(tree: Body) -> None:
    first = read_sound(write(tree))
    assert unplaced(without_layout(first)) == unplaced(without_layout(tree))
    assert unplaced(read_sound(write(first))) == unplaced(first)
