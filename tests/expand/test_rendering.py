"""Jinja as Ansible 2.19 and later render it: native values, joined texts, lazy variables, what is not defined."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from runner import in_time
from runner.diagnostics import Diagnostic, Report
from runner.expand.decide import decided
from runner.expand.error import ExpressionError, Late
from runner.expand.render import OMIT, render, render_bare
from runner.expand.role_plugins import RolePlugins
from runner.expand.scope import Scope
from runner.expand.world import World, base_scope
from runner.formats import documents
from runner.text import Node, SourceFile

VARIABLES: dict[str, Any] = {
    "n": 3, "flag": True, "text": "hello", "empty": "", "nothing": None, "words": ["a", "b"],
    "table": {"x": 1, "y": {"z": "deep"}}, "digits": "12", "jsonish": "[1, 2]",
    # each uses another one, in no order
    "a": "{{ b }}", "b": "{{ c }}", "c": 1, "listed": ["{{ c }}", "x{{ c }}"],
    "mapped": {"k": "{{ c }}", "in": {"l": ["{{ text }}"]}}, "joined": "x{{ c }}",
    # what it comes to looks like an expression, and is none
    "trap": "{{ '{{' ~ ' c }}' }}",
    "round": "{{ trip }}", "trip": "{{ round }}", "broken": "{{ 1 +", "fails": "{{ 1 // 0 }}",
}
WORLD = World(Path(), Path.cwd(), {"HOME": "/home/me"}, datetime(2023, 11, 14, tzinfo=UTC), RolePlugins())


def node_of(value: Any) -> Node:
    """Return what a YAML file that holds ``value`` says."""
    text = json.dumps(value) if isinstance(value, str) else yaml.safe_dump(value, allow_unicode=True)
    found = documents.parse(SourceFile("values.yml", text), Report())
    assert found is not None
    return found


def scope(**late: str) -> Scope:
    return Scope(*base_scope(WORLD).layers, dict(node_of(VARIABLES).items()), late=late)  # type: ignore[arg-type]


def rendered(template: Any) -> Any:
    return render(node_of(template), scope())


def problem(template: Any) -> Diagnostic:
    with pytest.raises(ExpressionError) as caught:
        rendered(template)
    return caught.value.diagnostic


# The values are those that ansible-core 2.21.5 gives.
@pytest.mark.parametrize(("template", "value"), [
    # a text that is one expression is its value; a line end after it is not part of it
    ("{{ 3 }}", 3), ("{{ 3 }}\n", 3), ("{{ [1] }}\n", [1]), ("{{ 'a' }}\n", "a\n"), ("{{ 3 }}\n\n", "3\n\n"),
    ("{{ range(2000) | length }}", 2000), ("{{ range(2000, 0, -1) | first }}", 2000), ("{{ range(3, 0) }}", [3, 2, 1]),
    ("{{n}}", 3), ("{{- n -}}", 3), ("{{ 1.50 }}", 1.5), ("{{ '1' }}", "1"), ("{{ digits }}", "12"),
    ("{{ digits | int }}", 12), ("{{ jsonish }}", "[1, 2]"), ("{{ '[1,2]' }}", "[1,2]"), ("{{ true }}", True),
    ("{{ True }}", True), ("{{ flag }}", True), ("{{ none }}", None), ("{{ nothing }}", None), ("{{ '' }}", ""),
    ("{{ [] }}", []), ("{{ {} }}", {}), ("{{ [n, 2] }}", [3, 2]), ("{{ words }}", ["a", "b"]),
    ("{{ dict(a=1) }}", {"a": 1}), ("{{ {1: 'a'} }}", {1: "a"}), ("{{ 0x1f }}", 31), ("{{ 1_000 }}", 1000),
    # anything more is a text, and is not read again as a list or a number
    (" {{ 3 }}", " 3"), ("{{ 3 }} ", "3 "), ("\n{{ 3 }}", "\n3"), ("{{ 3 }}2", "32"), ("{{ 1 }}{{ 2 }}", "12"),
    ("[{{ n }}, 2]", "[3, 2]"), ("{{ true }}x", "Truex"), ("{{ words }}!", "['a', 'b']!"),
    ("{{ [none] }}x", "[None]x"), ("a\nb{{ n }}\n", "a\nb3\n"), ("{{ digits }}{{ '' }}", "12"),
    ("{{ empty }}{{ 3 }}", "3"), ("plain", "plain"), ("", ""),
    # what is nothing adds nothing
    ("{{ none }}x", "x"), ("x{{ nothing }}", "x"), ("{{ none }}{{ none }}", None), ("{{ none }}{{ 3 }}", 3),
    ("{{ none }} ", " "), ("{{ none }}\n", None), ("{{ '' }}{{ none }}", ""),
    ("{% if false %}x{% endif %}", None), ("{% set x = 1 %}", None), ("{# only #}", None),
    # statements and comments do not make a text of a value
    ("{% if true %}{{ 3 }}{% endif %}", 3), ("{% if true %}x{% endif %}", "x"), ("{# c #}{{ 3 }}", 3),
    ("{{ 3 }}{# c #}", 3), ("{% set q = 5 %}{{ q }}", 5), ("{% for i in words %}{{ i }}{% endfor %}", "ab"),
    ("{% for i in [1] %}{{ i }}{% endfor %}", 1), ("{{ n }}{% if false %}{% endif %}", 3),
    ("{% set x %}y{{ n }}{% endset %}{{ x }}", "y3"), ("{% macro m() %}k{% endmacro %}{{ m() }}", "k"),
    # iterators, views and tuples are lists, wherever they are
    ("{{ words | map('upper') }}", ["A", "B"]), ("x{{ words | map('upper') }}", "x['A', 'B']"),
    ("{{ {'k': words | map('upper')} }}", {"k": ["A", "B"]}), ("{{ [words | map('upper')] }}", [["A", "B"]]),
    ("{{ table.items() }}", [["x", 1], ["y", {"z": "deep"}]]), ("{{ table.keys() }}", ["x", "y"]),
    ("{{ table.values() }}", [1, {"z": "deep"}]), ("{{ (1, 2) }}", [1, 2]), ("{{ (1, 2) }}x", "[1, 2]x"),
    ("{{ words | batch(1) }}", [["a"], ["b"]]), ("{{ words | reverse }}", ["b", "a"]),
    ("{{ words | zip([1, 2]) | list }}", [["a", 1], ["b", 2]]), ("{{ words | map('upper') | first }}", "A"),
    # variables are worked out when they are asked for, however deep they are
    ("{{ a }}", 1), ("{{ a + 1 }}", 2), ("{{ listed }}", [1, "x1"]), ("{{ listed[0] }}", 1), ("{{ mapped.k }}", 1),
    ("{{ mapped['in'].l[0] }}", "hello"), ("{{ joined }}", "x1"), ("{{ text }}{{ a }}", "hello1"),
    # and what they come to is not worked out again
    ("{{ trap }}", "{{ c }}"), ("x{{ trap }}", "x{{ c }}"), ("{{ '{{ n }}' }}", "{{ n }}"),
    ("{% raw %}{{ n }}{% endraw %}", "{{ n }}"), ("{{ [trap] }}", ["{{ c }}"]),
    # what is not defined can be asked about, and replaced
    ("{{ nope | default('d') }}", "d"), ("{{ nope.x.y | default('d') }}", "d"),
    ("{{ table.nope | default('d') }}", "d"),
    ("{{ table.nope.more | default('d') }}", "d"), ("{{ table['nope']['more'] | d('d') }}", "d"),
    ("{{ words[9] | default('d') }}", "d"), ("{{ nothing.q | default('d') }}", "d"), ("{{ n.q | default('d') }}", "d"),
    ("{{ empty | default('d') }}", ""), ("{{ empty | default('d', true) }}", "d"),
    ("{{ nothing | default('d') }}", None),
    ("{{ nothing | default('d', true) }}", "d"), ("{{ [nope | default('d')] }}", ["d"]),
    ("{{ (nope | default({})).x | default(7) }}", 7), ("{{ nope is defined }}", False),
    ("{{ nope.x is defined }}", False),
    ("{{ table.y.z is defined }}", True), ("{{ table.y.q is undefined }}", True), ("{{ text.q is defined }}", False),
    # Python's and Jinja's ways
    ("{{ 'a' if true else 'b' }}", "a"), ("{{ 5 if n > 2 }}", 5), ("{{ words.0 }}", "a"), ("{{ text[1:3] }}", "el"),
    ("{{ text.upper() }}", "HELLO"), ("{{ text.split('l') }}", ["he", "", "o"]), ("{{ 7 // 2 }}", 3),
    ("{{ 7 / 2 }}", 3.5),
    ("{{ 'a' ~ 1 }}", "a1"), ("{{ 'ab' * 2 }}", "abab"), ("{{ 1 < 2 < 3 }}", True),
    ("{{ words + ['c'] }}", ["a", "b", "c"]),
    ("{{ namespace(a=1).a }}", 1), ("{{ \"it's\" }}", "it's"), ("{{ 'x' is string }}", True),
    # containers are rendered item by item
    (["{{ n }}", "x{{ n }}"], [3, "x3"]), ({"k": "{{ n }}", "{{ n }}": 1}, {"k": 3, "{{ n }}": 1}),
    ({"a": {"b": ["{{ words }}"]}}, {"a": {"b": [["a", "b"]]}}), (7, 7), (None, None), (True, True),
    # omit takes an entry away, at any depth
    (["{{ omit }}", 1], [1]), ({"a": "{{ omit }}", "b": 1}, {"b": 1}),
    ({"a": {"b": "{{ nope | default(omit) }}"}}, {"a": {}}),
    ("{{ [1, omit] }}", [1]), ("{{ {'a': omit, 'b': 1} }}", {"b": 1}),
    ({"a": "{{ text | default(omit) }}"}, {"a": "hello"}),
])
def test_templates_have_ansibles_values(template: Any, value: Any) -> None:
    found = rendered(template)
    assert (found, type(found)) == (value, type(value))


def test_an_option_that_is_omit_is_told_apart_from_every_value() -> None:
    assert rendered("{{ omit }}") is OMIT
    assert rendered("{{ nope | default(omit) }}") is OMIT


@pytest.mark.parametrize(("template", "code", "marked"), [
    ("{{ nope }}", "E402", "nope"), ("x{{ nope }}", "E402", "nope"), ("{{ nope.x }}", "E402", "nope"),
    ("{{ [nope] }}", "E402", "nope"), ("{{ {'k': nope} }}", "E402", "nope"), ("{{ [table.nope] }}", "E402", "nope"),
    ("{{ nope | upper }}", "E402", "nope"), ("{{ nope ~ 'x' }}", "E402", "nope"), ("{{ nope or 'x' }}", "E402", "nope"),
    ("{{ not nope }}", "E402", "nope"), ("{{ nope | length }}", "E402", "nope"), ("{{ 'x' in nope }}", "E402", "nope"),
    ("{{ nope == 1 }}", "E402", "nope"), ("{{ table.q }}", "E402", "q"), ("{{ words[5] }}", "E402", None),
    ("{{ round }}", "E405", None), ("{{ broken }}", "E401", None), ("{{ fails }}", "E407", None),
    ("{{ 1 // 0 }}", "E407", None),
    ("{{ ''.__class__ }}", "E406", None), ("{{ 'a' * 99999999999 }}", "E406", None),
    ("{{ 9 ** 999999 }}", "E406", None),
    ("{{ text | nope }}", "E403", "nope"), ("{{ text is nope }}", "E404", "nope"),
])
def test_what_has_no_value_says_where(template: str, code: str, marked: str | None) -> None:
    found = problem(template)
    assert found.code == code, found
    if marked is not None:
        assert found.span.text() == marked


@pytest.mark.parametrize(("condition", "holds"), [
    ("n == 3", True), ("n > 3 or flag", True), ("not flag", False), ("nope is defined and nope > 1", False),
    ("words", True), ("empty", False), ("text == 'hello'", True), (["n == 3", "flag"], True),
    (["n == 3", "not flag"], False),
    (True, True), (False, False), ([], True), ("", True), ("'a' in words", True), ("{{ flag }}", True),
    ("table.y.z | length == 4", True), (["flag", ["n == 3", "words | length > 5"]], False),
])
def test_conditions_are_expressions_without_braces(condition: Any, *, holds: bool) -> None:
    assert bool(render_bare(node_of(condition), scope())) is holds


def test_what_only_the_build_knows_is_waited_for() -> None:
    waiting = scope(fact="the machine says it", text="it is registered")
    uses = ["{{ fact }}", "{{ fact | default('x') }}", "a{{ n }}{{ fact.x[0] }}", "{{ text }}", "{{ mapped }}"]
    for template in (*uses, [uses[0]]):
        with pytest.raises(Late):
            render(node_of(template), waiting)
    assert render(node_of("{{ n }}"), waiting) == 3


@pytest.mark.parametrize(("condition", "holds"), [
    ("fact and not flag", False), ("not flag and fact.x == 1", False), ("fact or flag", True), ("fact and flag", None),
    ("fact or not flag", None), ("not (fact or flag)", False), ("not (fact and not flag)", True), ("fact", None),
    ("(n == 4 or text == 'x') and fact in words", False), ("fact is defined and n == 4", False),
    ("flag and n == 3", True),
    ("nope and not flag", False), ("fact and 1 // 0", None), ("fact and (", None),
    ("lookup('env', 'HOME') and not flag", False),
])
def test_a_condition_is_decided_as_soon_as_it_can_be(condition: str, *, holds: bool | None) -> None:
    assert decided(condition, scope(fact="the machine says it")) is holds


def test_a_value_is_worked_out_once() -> None:
    count = 0

    def counted() -> int:
        nonlocal count
        count += 1
        return count

    layers = dict(node_of({"once": "{{ counted() }}", "twice": "{{ once }} {{ once }}"}).items())
    found = Scope({"counted": counted}, layers)  # type: ignore[arg-type]  # keys are texts here
    assert render(node_of("{{ twice }} {{ once }}"), found) == "1 1 1"


def test_tagged_texts_are_left_alone() -> None:
    text = "a: !unsafe '{{ nope }}'\nb: !unsafe [{c: '{{ nope }}', d: 1}]\n"
    node = documents.parse(SourceFile("values.yml", text), Report())
    assert node is not None
    assert render(node, scope()) == {"a": "{{ nope }}", "b": [{"c": "{{ nope }}", "d": 1}]}


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_characters="{}\r\x85\u2028\u2029")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(PLAIN)
def test_a_value_goes_through_an_expression_unchanged(value: Any) -> None:
    found = render(node_of("{{ value }}"), Scope({"value": value}))
    assert found == value
    assert type(found) is type(value)


@given(st.text(st.characters(exclude_characters="{}#%\r"), max_size=20), st.integers())
def test_a_text_around_an_expression_stays(text: str, number: int) -> None:
    node = Node(f"{text}.{{{{ number }}}}", SourceFile("x", "").start())
    assert render(node, Scope({"number": number})) == f"{text}.{number}"


@pytest.mark.parametrize("template", [
    "{{ ('a' * 50) | regex_search('(a+)+$b') }}", "{{ ('a' * 50) is regex('(a+)+$b') }}",
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
])
def test_what_never_ends_is_interrupted(template: str) -> None:
    with patch.object(in_time, "_SECONDS", 0.1):
        assert "it takes more than" in problem(template).message
