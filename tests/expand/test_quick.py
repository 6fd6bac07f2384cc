"""What is read without Jinja has to be what Jinja reads."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import Environment, nodes
from jinja2.meta import find_undeclared_variables

from runner.expand import jinja, names
from runner.expand.quick import quick_names, quick_segments

ACCEPTED = [
    "{{ a }}", "{{a}}", "a {{ b }} c {{ d }}", "{{ a.b['c'][0] }}", "{{ a | default('b') }}", "{{ a | join(',') | d }}",
    "{{ a == 'b' and not c or d in e }}", "{{ a not in b }}", "{{ a is defined }}", "{{ a is not none }}", "{{ 'a' }}",
    "{{ a is version('1', '<') }}", "{{ not a }}", "{{ true }}", "{{ 1 < a }}", "no expression", "",
]  # fmt: skip
LEFT_TO_JINJA = [
    "{{ a + b }}", "{{ f(a) }}", "{{ [a] }}", "{{ (a) }}", "{{ a if b else c }}", "{{ a.0 }}", "{{ -a }}", "{{- a }}",
    "{{ a }", "{{ a", "a }}", "{{ }}", "{{ a b }}", "{% if a %}{% endif %}", "{# a #}", "{{ 'a\\'b' }}", "{{ 1.5 }}",
    "{{ a < b < c }}", "{{ 007 }}", "{{ a | }}", "{{ a is }}", "{{ a. }}", "{{ 1a }}", "{{ a ~ b }}", "{{ a ** b }}",
    "{{ '}}' }}",
]  # fmt: skip


@pytest.mark.parametrize("template", ACCEPTED)
def test_what_is_simple_is_read(template: str) -> None:
    assert quick_names(template) is not None
    assert_jinja_agrees(template)


@pytest.mark.parametrize("template", LEFT_TO_JINJA)
def test_what_is_not_is_left_to_jinja(template: str) -> None:
    assert quick_names(template) is None


class Anything(dict[str, Any]):
    """Filters or tests, of any name."""

    def get(self, _name: str, _default: Any = None) -> Any:
        return str


ENVIRONMENT = Environment(keep_trailing_newline=True)
ENVIRONMENT.filters = ENVIRONMENT.tests = Anything()


def assert_jinja_agrees(template: str) -> None:
    found = quick_names(template)
    assert found is not None
    tree = ENVIRONMENT.parse(template)
    # Jinja has a meaning of its own for this name, which is of no use in a playbook.
    own = {each.name for each in tree.find_all(nodes.Name) if each.name == "self"}
    assert set(found.filters) == {each.name for each in tree.find_all(nodes.Filter)}
    assert set(found.tests) == {each.name for each in tree.find_all(nodes.Test)}
    assert set(found.guarded) <= set(names._guarded(tree))
    assert set(found.free) == find_undeclared_variables(tree) | own  # it folds what is constant, so that it comes last


WORDS = st.sampled_from([
    *("a", "b", "item", "ansible_facts", "_", "é", "x1", "a", "b", "upper", "default", "d", "join", "defined"),
    *("version", "undefined", "none", "not", "and", "or", "in", "is", "is not", "not in", "if", "else", "for", "true"),
    *("False", "None", "NONE", "loop", "self", "0", "1", "12", "007", "1.5", "1e3", "1_000", "0x1", "'t'", '"t"', "''"),
    *("'é'", "'a\"b'", "'a\\'b'", "'}}'", "'{{'", "'\n'", "==", "!=", "<", ">", "<=", ">=", "=", "!"),
    *("|", "|", ".", ".", ",", "(", ")", "(", ")", "()", "[", "]", "['k']", "[0]", "[-1]", "[:1]", "[b]"),
    *("+", "-", "*", "/", "//", "%", "~", "**", ":", "{", "}", ";", "@", "\\", "\x00", "\n", "\r", "\t", "\xa0"),
    *("\u2028", "\ufeff", "#"),
])  # fmt: skip
SIMPLE = st.sampled_from([
    *("a", "b", "c.d", "e['f']", "g[0]", "'t'", "1", "true", "a | default('b')", "a | join(b, 1)", "a is defined"),
    *("a is not version('1')", "a == b", "a in b", "a not in b", "not a", "not a is none", "not a == b", "a | d | f"),
])  # fmt: skip
EXPRESSIONS = (
    st.lists(WORDS, max_size=8).map(" ".join) | st.lists(WORDS, max_size=6).map("".join)
    | st.lists(SIMPLE, min_size=1, max_size=3).map(" and ".join) | st.tuples(SIMPLE, WORDS, SIMPLE).map(" ".join)
)  # fmt: skip
TEXTS = st.sampled_from(["", "", "", " ", "t", "{", "}", "%}", "#}", "{%", "{#", "}}", "{{", "\n", "\r\n", "\\", "-"])
TEMPLATES = st.lists(st.tuples(TEXTS, EXPRESSIONS, TEXTS), max_size=3).map(
    lambda parts: "".join(f"{before}{{{{ {inside} }}}}{after}" for before, inside, after in parts)
)
BARE = st.lists(st.tuples(TEXTS, st.sampled_from(["a", " b ", "é", "not", " \n", "1", "a b", "-a-", ""]), TEXTS)).map(
    lambda parts: "".join(f"{before}{{{{{inside}}}}}{after}" for before, inside, after in parts)
)


@settings(max_examples=1000)
@given(TEMPLATES)
@example("{{ a is not defined }}")
@example("{{ not a is defined }}")
@example("{{ a.b is defined and a.b | length > 0 }}")
def test_jinja_reads_the_same_names(template: str) -> None:
    if quick_names(template) is not None:
        assert_jinja_agrees(template)


@settings(max_examples=1000)
@given(TEMPLATES | BARE)
def test_jinja_joins_the_same_pieces(template: str) -> None:
    segments = quick_segments(template)
    if segments is not None and (True, "self") not in segments:
        values = {text: f"<{text}>" for is_name, text in segments if is_name}
        joined = "".join(values[text] if is_name else text for is_name, text in segments)
        assert ENVIRONMENT.from_string(template).render(values) == joined


@given(TEMPLATES)
def test_what_jinja_cannot_read_is_an_error_of_jinja(template: str) -> None:
    try:
        names.names_in(template)
    except jinja.TemplateError:
        assert quick_names(template) is None
