"""Mistakes in expressions point into the text they stand in, whatever it holds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.expand.error import ExpressionError
from runner.expand.names import check_expressions
from runner.expand.python_words import plain_words
from runner.expand.render import render, render_bare
from runner.expand.scope import Scope
from runner.text import Node, SourceFile, Span

PIECES = st.sampled_from([
    *("{{", "}}", "{%", "%}", "{#", "#}", " ", "x", "y", ".", "|", "(", ")", "[", "]", "'", '"', "=", "==", "~", "-"),
    *("if", "endif", "for", "in", "endfor", "else", "set", "is", "not", "lower", "defined", "1", "0", ",", "\n", "é"),
    *("{{ x", "}} ", " | nosuch", " is nosuch", ".__class__", "loop", "raw", "endraw", "&", "!", "?", "$", "%"),
])


def node_of(text: str) -> Node:
    lines = text.split("\n")
    file = SourceFile("x.yml", text)
    return Node(text, Span(file, 1, 1, len(lines), len(lines[-1]) + 1))


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=12).map("".join), st.booleans())
def test_any_text_is_explained_at_a_place_within_it(text: str, bare: bool) -> None:  # noqa: FBT001 - drawn
    node = node_of(text)
    scope = Scope({"x": {"a": 1}})
    found = list(check_expressions(node, frozenset({"x"}), bare=bare))
    try:
        (render_bare if bare else render)(node, scope)
    except ExpressionError as error:
        found.append(error.diagnostic)
    for each in found:
        assert each.message
        assert (1, 1) <= each.span[1:3] <= (node.span.end_line, max(node.span.end_column, 2))
        assert each.span[1:3] <= each.span[3:5]


def greet(name: str) -> str:
    return name


@pytest.mark.parametrize(("expression", "words"), [
    ("1 + 'x'", "+ does not work with a number and a text"),
    ("'x' + 1", "+ does not work with a text and a number"),
    ("'x' - []", "- does not work with a text and a list"),
    ("2 ** {}", "** does not work with a number and a mapping"),
    ("-'x'", "- does not work with a text"),
    ("1 < 'x'", "< does not compare a number with a text"),
    ("len(5)", "a number has no length"),
    ("(five := 5)()", "a number is no function"),
    ("list(5)", "a number is no list"),
    ("round('x')", "a text cannot be rounded"),
    ("greet()", "greet() needs the argument name"),
    ("greet('a', 'b')", "greet() is given too many arguments"),
    ("greet('a', x=1)", "greet() has no argument x"),
    ("1 / 0", "division by zero"),
])
def test_what_python_says_becomes_plain(expression: str, words: str) -> None:
    with pytest.raises((TypeError, ZeroDivisionError)) as raised:
        eval(expression, {"greet": greet})
    assert plain_words(str(raised.value)) == words
