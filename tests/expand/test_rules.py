"""What breaks the rules of a variable, in words that never repeat the value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.diagnostics import Report
from runner.expand.rule_check import mistakes_in_rules
from runner.expand.rule_words import within
from runner.expand.rules import apply_rules, validator_class
from runner.formats.yaml import reader as yaml
from runner.text import Node, SourceFile

SECRET = "hunter2"


def breaks(value: Any, rules: dict[str, Any]) -> list[str]:
    _, found = apply_rules("x", value, rules)
    return [f"x{within(path)} {words}" for path, words in found]


@pytest.mark.parametrize(("value", "rules", "expected"), [
    ("b", {"allowed": ["a", "c"]}, ["x is not one of a, c"]),
    (["a", "b"], {"allowed": ["a"]}, ["x holds something else than a"]),
    ("b", {"forbidden": ["b"]}, ["x must not be one of b"]),
    (0, {"min": 1}, ["x must be at least 1"]),
    (9, {"max": 5}, ["x must be at most 5"]),
    ("abc", {"minlength": 4}, ["x must be at least 4 long"]),
    ("abc", {"maxlength": 2}, ["x must be at most 2 long"]),
    ("", {"empty": False}, ["x must not be empty"]),
    (None, {"type": "string"}, ["x must not be null"]),
    (5, {"type": "string"}, ["x is not a text"]),
    (5, {"type": ["string", "list"]}, ["x is not a text or a list"]),
    ("five", {"coerce": "integer"}, ["x is not a whole number"]),
    ("maybe", {"coerce": "bool"}, ["x is not true or false"]),
    ([1], {"contains": 2}, ["x must contain 2"]),
    ([1], {"items": [{}, {}]}, ["x must have 2 items"]),
    ({}, {"schema": {"a": {"required": True}}}, ["x.a is missing"]),
    ({"b": 1}, {"schema": {"a": {}}}, ["x.b is not known"]),
    ({"a": 1}, {"schema": {"a": {"dependencies": "b"}, "b": {}}}, ["x.a needs 'b' too"]),
    ({"a": 1, "b": 1}, {"schema": {"a": {"excludes": "b"}, "b": {}}}, ["x.a must not stand beside 'b'"]),
    ([{"size": 0}], {"schema": {"type": "dict", "schema": {"size": {"min": 1}}}}, ["x[0].size must be at least 1"]),
    ({"k": 1}, {"keysrules": {"regex": "[0-9]+"}}, ["x.k does not match '[0-9]+'"]),
    ("b", {"anyof": [{"allowed": ["a"]}, {"minlength": 3}]},
     ["x fits none of the definitions (is not one of a; must be at least 3 long)"]),
    ("a", {"allowed": ["a"]}, []),
])
def test_what_breaks_a_rule(value: Any, rules: dict[str, Any], expected: list[str]) -> None:
    assert breaks(value, rules) == expected


def test_a_value_comes_back_as_its_rules_make_it() -> None:
    assert apply_rules("x", "5", {"coerce": "integer"}) == ((5,), [])
    assert apply_rules("x", {"a": "ON"}, {"schema": {"a": {"coerce": ["lower", "boolean"]}}}) == (({"a": True},), [])


def test_rules_that_are_none_cannot_be_applied() -> None:
    with pytest.raises(ValueError, match="nosuch: unknown rule"):
        apply_rules("x", 1, {"nosuch": 1})


VALUES = st.recursive(
    st.just(SECRET), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("key"), inner), max_leaves=4
)
RULES = st.fixed_dictionaries({}, optional={
    "type": st.sampled_from(sorted(validator_class().types_mapping)),
    "allowed": st.just(["a"]),
    "forbidden": st.just([1]),
    "regex": st.just("[0-9]+"),
    "minlength": st.just(9),
    "maxlength": st.just(0),
    "contains": st.just("a"),
    "coerce": st.sampled_from(["integer", "number", "boolean", "lower", "list"]),
    "anyof": st.just([{"allowed": ["a"]}, {"regex": "b"}]),
    "oneof_regex": st.just(["a", "b"]),
    "valuesrules": st.just({"regex": "[0-9]+"}),
    "schema": st.sampled_from([{"type": "integer"}, {"regex": "[0-9]+"}, {"key": {"type": "integer"}}]),
})


@given(VALUES, RULES)
def test_no_message_repeats_a_value(value: Any, rules: dict[str, Any]) -> None:
    try:
        found = breaks(value, rules)
    except ValueError as error:
        found = [str(error)]
    assert SECRET not in " ".join(found)


def rules_of(text: str) -> Node:
    report = Report()
    node = yaml.load(SourceFile("rules.yml", text), report)
    assert node is not None
    assert not report.diagnostics
    return node


@pytest.mark.parametrize(("text", "expected"), [
    ("{alowed: [a]}", ["1:2 unknown rule 'alowed'"]),
    ("{type: int}", ["1:8 unknown type 'int'"]),
    ("{type: [string, strin]}", ["1:8 unknown type 'strin'"]),
    ("{coerce: upcase}", ["1:10 unknown coercion 'upcase'"]),
    ('{regex: "("}', ["1:9 not a regular expression: missing ), unterminated subpattern at position 0"]),
    ("{min: low, maxlength: x}", ["1:7 the rule 'min' takes a number", "1:23 the rule 'maxlength' takes a number"]),
    ("{allowed: a}", ["1:11 the rule 'allowed' takes a list"]),
    ("{schema: {type: dict, schema: {a: {typ: x}}}}", ["1:36 unknown rule 'typ'"]),
    ("{schema: {a: {typ: x}, b: {type: string}}}", ["1:15 unknown rule 'typ'"]),
    ("{anyof: [{alowed: [a]}, {type: string}]}", ["1:11 unknown rule 'alowed'"]),
    ("{anyof_regex: [a, '(']}", ["1:19 not a regular expression: missing ), unterminated subpattern at position 0"]),
    ("{items: [{typ: x}], valuesrules: {typ: y}}", ["1:11 unknown rule 'typ'", "1:35 unknown rule 'typ'"]),
    ("[a]", ["1:1 rules are a mapping of a rule's name to what it wants"]),
    ("{type: list, minlength: 1, schema: {type: string, allowed: [a]}, required: true, nullable: false}", []),
    ("{schema: {type: {type: string}, min: {type: integer}}}", []),
])
def test_rules_that_are_none_are_pointed_at(text: str, expected: list[str]) -> None:
    found = [f"{each.span.line}:{each.span.column} {each.message}" for each in mistakes_in_rules(rules_of(text))]
    assert found == expected
