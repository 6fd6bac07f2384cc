from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runner.diagnostics import Diagnostic, Invalid
from runner.formats.json.reader import MAX_DEPTH, load
from runner.text import Node, SourceFile

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
DOCUMENTS = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=30)
STYLES = st.fixed_dictionaries({
    "indent": st.sampled_from([None, 0, 2, "\t"]),
    "ensure_ascii": st.booleans(),
    "separators": st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : "), (",\r\n", "\n:")]),
})
TOKENS = st.sampled_from([
    *'{}[],:"\\ \n/', '"a"', '"b"', '"a":', "1", "0", "-", ".5", "e3", "true", "null", "NaN", "Infinity",
    r"\u00e9", r"\ud83d", r"\ude00", r"\n", r"\x", "\t", "1e999", "\ufeff", "é", "\u2028", "\x00",
])  # fmt: skip
MIXED = st.lists(TOKENS, max_size=15).map("".join)


def read(text: str) -> Node:
    return load(SourceFile("x.json", text))


def mistakes(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(Invalid) as caught:
        read(text)
    return caught.value.diagnostics


def same(left: Any, right: Any) -> bool:
    """Equality that tells true from 1 and 1 from 1.0."""
    return bool(left == right) and repr(left) == repr(right)


def nodes(node: Node) -> list[Node]:
    inside = node.value.values() if isinstance(node.value, dict) else node.elements()
    return [node] if inside == (node,) else [node, *(found for child in inside for found in nodes(child))]


def strict(text: str) -> Any:
    """What the standard library reads; ValueError for what it should not."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(found)) != len(found):
            raise ValueError("a key twice")
        return dict(found)

    def finite(number: str) -> float:
        if float(number) in (float("inf"), float("-inf")):
            raise ValueError(number)
        return float(number)

    def refuse(constant: str) -> Any:
        raise ValueError(constant)

    text = text.removeprefix("\ufeff")
    value = json.loads(text, object_pairs_hook=pairs, parse_float=finite, parse_constant=refuse)
    json.dumps(value, ensure_ascii=False).encode()  # a UnicodeEncodeError is a ValueError
    return value


@given(DOCUMENTS, STYLES)
def test_reads_what_the_standard_library_reads(document: Any, style: dict[str, Any]) -> None:
    assert same(read(json.dumps(document, **style)).plain(), document)


@given(MIXED | st.text())
@example('{"a": {"b": [1, {"c": "\\ud83d\\ude00"}]}, "d": -0.0}')
@example("\ufeff[1]")
@example('["\\ud83dx"]')
@example('["\\')
@example('{"a": 1, "a": 2}')
@example("9" * 4300)
@example("-" + "9" * 4300)
def test_accepts_what_the_standard_library_accepts_and_nothing_else(text: str) -> None:
    try:
        expected = strict(text)
    except ValueError:
        for _, line, column, end_line, end_column in (found.span for found in mistakes(text)):
            lines = SourceFile("x.json", text).lines
            assert 1 <= line <= end_line <= len(lines)
            assert 1 <= column <= len(lines[line - 1]) + 1
            assert 1 <= end_column <= len(lines[end_line - 1]) + 1
    else:
        assert same(read(text).plain(), expected)


@given(DOCUMENTS, STYLES)
def test_every_place_holds_the_text_of_its_value(document: Any, style: dict[str, Any]) -> None:
    for node in nodes(read(json.dumps(document, **style))):
        assert same(json.loads(node.span.text()), node.plain())
        assert node.raw in (None, node.span.text())
        if isinstance(node.value, dict):
            for key, child in node.items():
                assert child.key_span
                assert json.loads(child.key_span.text()) == key


def test_places_count_lines_and_characters_from_one() -> None:
    root = read('{\r\n  "é😀": [1,\r    "x"]\n}')
    value = root.at(["é😀"])
    assert value.key_span
    assert value.key_span[1:] == (2, 3, 2, 7)
    assert value.span[1:] == (2, 9, 3, 9)
    assert value.at([1]).span[1:] == (3, 5, 3, 8)
    assert [node.key_span for node in value.elements()] == [None, None]
    assert root.span[1:] == (1, 1, 4, 2)


def test_scalars_without_quotes_keep_their_text() -> None:
    assert [node.raw for node in read('[1.50, true, null, "1"]').elements()] == ["1.50", "true", "null", None]


MISTAKES = [
    ("", "1:1 E022 not JSON: expected a value, found the end of the file"),
    (" \n ", "2:2 E022 not JSON: expected a value, found the end of the file"),
    ("[1, 2", "1:6 E022 not JSON: expected ',' or ']', found the end of the file; 1:1 opened here"),
    ('{"a": [1}', "1:9 E022 not JSON: expected ',' or ']', found '}'; 1:7 opened here"),
    ('{"a": 1', "1:8 E022 not JSON: expected ',' or '}', found the end of the file; 1:1 opened here"),
    ("[1 2]", "1:4 E022 not JSON: expected ',' or ']', found '2'"),
    ('["a" "b"]', "1:6 E022 not JSON: expected ',' or ']', found '\"b\"'"),
    ('{"a" 1}', "1:6 E022 not JSON: expected ':', found '1'"),
    ('{"a" "b"}', "1:6 E022 not JSON: expected ':', found '\"b\"'"),
    ("[1,]", "1:4 E022 not JSON: expected a value, found ']' (remove the comma before it); 1:1 opened here"),
    ('{"a": 1,}', "1:9 E022 not JSON: expected a key, found '}' (remove the comma before it); 1:1 opened here"),
    ('{"a": }', "1:7 E022 not JSON: expected a value, found '}'; 1:1 opened here"),
    ("[,1]", "1:2 E022 not JSON: expected a value or ']', found ','"),
    ("{,}", "1:2 E022 not JSON: expected a key or '}', found ','"),
    ("[1]]", "1:4 E022 not JSON: expected the end of the file, found ']'"),
    ("1\n2", "2:1 E022 not JSON: expected the end of the file, found '2'"),
    ("{a: 1}", "1:2 E022 not JSON: expected a key or '}', found 'a' (a text stands in double quotes)"),
    ("{1: 1}", "1:2 E022 not JSON: expected a key or '}', found '1'"),
    ("['a']", """1:2 E022 not JSON: expected a value or ']', found "'" (JSON quotes with double quotes only)"""),
    ("[True]", "1:2 E022 not JSON: expected a value or ']', found 'True' (write true)"),
    ("truex", "1:1 E022 not JSON: expected a value, found 'truex' (a text stands in double quotes)"),
    ("NaN", "1:1 E022 not JSON: expected a value, found 'NaN' (JSON has only finite numbers; use null or a string)"),
    ("-Infinity", "1:1 E022 not JSON: expected a value, found '-Infinity' (JSON has only finite numbers; ...)"),
    ("[01]", "1:2 E022 not JSON: 01 is not how a number is written (...)"),
    ("[1.]", "1:2 E022 not JSON: 1. is not how a number is written (...)"),
    ("[+1]", "1:2 E022 not JSON: +1 is not how a number is written (...)"),
    ("[.5]", "1:2 E022 not JSON: .5 is not how a number is written (...)"),
    ("[1.2.3]", "1:2 E022 not JSON: 1.2.3 is not how a number is written (...)"),
    ("[0x1F]", "1:2 E022 not JSON: 0x1F is not how a number is written (...)"),
    ("[1, // one\n2]", "1:5 E022 not JSON: expected a value, found a comment (JSON has no comments; ...)"),
    ("# x\n[]", "1:1 E022 not JSON: expected a value, found a comment (JSON has no comments; ...)"),
    ("[1 /* x */]", "1:4 E022 not JSON: expected ',' or ']', found a comment (JSON has no comments; ...)"),
    ('["a', '1:2 E022 not JSON: the string is not closed on its line (close it with "; ...)'),
    ('{"a\nb": 1}', '1:2 E022 not JSON: the string is not closed on its line (close it with "; ...)'),
    ('["a\tb"]', "1:4 E022 not JSON: the control character U+0009 in a string (write \\t)"),
    ('["a\x1b"]', "1:4 E022 not JSON: the control character U+001B in a string (write \\u001b)"),
    (r'["C:\Temp"]', r"1:5 E022 not JSON: '\T' is no escape sequence (a backslash is written \\; ...)"),
    (r'["\u12"]', r"1:3 E022 not JSON: '\u' is no escape sequence (...)"),
    (r'["\ud800"]', r"1:3 E022 \ud800 is half a character: no text can hold it (...)"),
    (r'["\udc00\ud800", 1]', r"1:3 E022 \udc00 is ... (...) | 1:9 E022 \ud800 is ... (...)"),
    ("[\n1e999]", "2:1 E022 1e999 is larger than any floating-point number (use a string)"),
    ("9" * 4301, "1:1 E022 a number of more than 4300 digits (use a string)"),
    ("[\x00]", r"1:2 E022 not JSON: expected a value or ']', found '\x00'"),
    ("[\u00a01]", r"1:2 E022 not JSON: expected a value or ']', found '\xa0'"),
    ('{"a": 1, "b": 2,\n "a": 3}', "2:2 E021 the key 'a' stands twice; 1:2 first set here"),
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
    found = mistakes('{"a": {"b": 1, "\\u0062": "\\ud800"},\n "a": 3, "a": 4, }')
    assert [shown(each).partition(" (")[0] if "\\" in shown(each) else shown(each) for each in found] == [
        "1:16 E021 the key 'b' stands twice; 1:8 first set here",
        "1:27 E022 \\ud800 is half a character: no text can hold it",
        "2:2 E021 the key 'a' stands twice; 1:2 first set here",
        "2:10 E021 the key 'a' stands twice; 1:2 first set here",
        "2:18 E022 not JSON: expected a key, found '}' (remove the comma before it); 1:1 opened here",
    ]


def test_points_at_the_whole_of_what_is_wrong() -> None:
    assert [found.span.text() for found in mistakes(r'{"a": 1, "a": "\ud800", "b": 0x1F}')] == [
        '"a"', r"\ud800", "0x1F",
    ]  # fmt: skip


@pytest.mark.parametrize(("opener", "closer"), [("[", "]"), ('{"a":', "}"), ('[{"a": ', "}]")])
def test_nesting_has_a_limit(opener: str, closer: str) -> None:
    brackets = len(re.findall(r"[\[{]", opener))
    times = MAX_DEPTH // brackets
    assert read(opener * times + "1" + closer * times)
    for text in (opener * (times + 1) + "1" + closer * (times + 1), opener * 10_000):
        found, = mistakes(text)
        assert (found.code, found.span.text()) == ("E023", opener[0])
        assert found.span.column == text.index("[" if opener[0] == "[" else "{", len(opener) * times) + 1
