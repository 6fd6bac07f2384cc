"""YAML that is written reads as if a person had written it, and says what it was made of."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runner.diagnostics import Report
from runner.formats.yaml import reader as yaml
from runner.formats.yaml.format import format_yaml
from runner.formats.yaml.write import Entry, Map, Seq, Value, scalar, write, write_list
from runner.text import SourceFile


def read(text: str) -> Any:
    report = Report()
    node = yaml.load(SourceFile("x.yml", text), report)
    assert [each.message for each in report.diagnostics] == [], text
    assert node is not None
    return node.plain()


def plain(value: Value) -> Any:
    """A value without what stands around it."""
    if isinstance(value, Map):
        return {key: plain(entry.value) for key, entry in value.entries}
    if isinstance(value, Seq):
        return [plain(entry.value) for entry in value.items]
    return value


def made(value: Any) -> Value:
    """Plain data as what is written."""
    if isinstance(value, dict):
        return Map(tuple((key, Entry(made(each))) for key, each in value.items()))
    if isinstance(value, list):
        return Seq(tuple(Entry(made(each)) for each in value))
    assert value is None or isinstance(value, str | bool | int | float)
    return value


SCALARS = [
    ("plain", "plain"),
    ("two words", "two words"),
    ("", '""'),
    (" a", '" a"'),
    ("a ", '"a "'),
    ("it's", "it's"),
    ('say "x"', 'say "x"'),
    ('"x"', "'\"x\"'"),
    ("C:\\Users", "C:\\Users"),
    ("C:\\Users: all", "'C:\\Users: all'"),
    ("'\"", "'''\"'"),
    ("a: b", '"a: b"'),
    ("a:b", "a:b"),
    ("a #b", '"a #b"'),
    ("a#b", "a#b"),
    ("# a", '"# a"'),
    ("- a", '"- a"'),
    ("-a", "-a"),
    ("--flag", "--flag"),
    ("---", '"---"'),
    ("...", '"..."'),
    (".hidden", ".hidden"),
    ("<wait>", "<wait>"),
    ("=", '"="'),
    ("<<", '"<<"'),
    ("~", '"~"'),
    ("~/x", "~/x"),
    ("*", '"*"'),
    ("*.deb", '"*.deb"'),
    ("&a", '"&a"'),
    ("!x", '"!x"'),
    ("%x", '"%x"'),
    ("@x", '"@x"'),
    ("`x`", '"`x`"'),
    ("{{ name }}", '"{{ name }}"'),
    ("a {{ name }}", '"a {{ name }}"'),
    ("{{ 'a' if b else 'c' }}", "\"{{ 'a' if b else 'c' }}\""),
    ('{{ "a" }}', "'{{ \"a\" }}'"),
    ("a,b", "a,b"),
    ("yes", '"yes"'),
    ("No", '"No"'),
    ("true", '"true"'),
    ("null", '"null"'),
    ("0644", '"0644"'),
    ("1.5", '"1.5"'),
    ("1.2.3", "1.2.3"),
    ("22:22", '"22:22"'),
    ("2024-01-02", '"2024-01-02"'),
    ("1_000", '"1_000"'),
    ("tab\tbed", '"tab\\tbed"'),
    ("bell\x07", '"bell\\x07"'),
    ("a\nb", '"a\\nb"'),
    ("é", "é"),
    ("\u2028", '"\\u2028"'),
    ("\ufeff", '"\\ufeff"'),
    (None, "null"),
    (True, "true"),
    (0, "0"),
    (-1.5, "-1.5"),
    (1e30, "1.0e+30"),
]


@pytest.mark.parametrize(("value", "expected"), SCALARS)
def test_a_scalar(value: str | float | None, expected: str) -> None:
    assert scalar(value) == expected
    assert read(f"k: {expected}\n") == {"k": value}


INSIDE = [("a b", "a b"), ("a:b", '"a:b"'), ("a?", '"a?"'), ("-x", "-x"), ("-", '"-"'), (".x", '".x"'), ("~x", '"~x"')]


@pytest.mark.parametrize(("value", "expected"), INSIDE)
def test_a_scalar_inside_the_brackets_of_a_list(value: str, expected: str) -> None:
    assert scalar(value, inside=True) == expected
    assert read(f"k: [{expected}, {expected}]\n") == {"k": [value, value]}


LAYOUTS = [
    ({"a": {}, "b": [], "c": {"d": None}}, "a: {}\nb: []\nc:\n  d: null\n"),
    ({"a": ["b", "c", 1, True]}, "a: [b, c, 1, true]\n"),
    ({"a": ["two words", "b"]}, "a:\n  - two words\n  - b\n"),
    ({"a": [["two words", "b"]]}, "a:\n  - [two words, b]\n"),
    ({"a": ["x" * 60, "y" * 60]}, f"a:\n  - {'x' * 60}\n  - {'y' * 60}\n"),
    ({"a": [{"b": 1, "c": {"d": 2}}, {"e": [{"f": 3}]}]},
     "a:\n  - b: 1\n    c:\n      d: 2\n  - e:\n      - f: 3\n"),
    ({"a": "one\ntwo\n"}, "a: |\n  one\n  two\n"),
    ({"a": "one\ntwo"}, "a: |-\n  one\n  two\n"),
    ({"a": "one\n\n\n"}, "a: |+\n  one\n\n\n"),
    ({"a": "one\n"}, "a: |\n  one\n"),
    ({"a": "  deep\nless\n"}, "a: |2\n    deep\n  less\n"),
    ({"a": "\nlate\n"}, "a: |2\n\n  late\n"),
    ({"a": ["one\ntwo\n", "b"]}, "a:\n  - |\n    one\n    two\n  - b\n"),
    ({"a": "\n"}, 'a: "\\n"\n'),
    ({"a": "tab\tbed\nb\n"}, "a: |\n  tab\tbed\n  b\n"),
    ({"a": "cr\r\nb\n"}, 'a: "cr\\r\\nb\\n"\n'),
    ({"a": "{{ x\n }}b\n"}, 'a: "{{ x\\n }}b\\n"\n'),
    ({"a b": 1, "yes": 2, "c: d": 3, "": 4}, 'a b: 1\n"yes": 2\n"c: d": 3\n"": 4\n'),
]


@pytest.mark.parametrize(("value", "expected"), LAYOUTS)
def test_the_layout_is_the_one_of_a_person(value: Any, expected: str) -> None:
    document = made(value)
    assert isinstance(document, Map)
    assert write(document) == expected
    assert read(expected) == value
    assert format_yaml(expected) == expected


COMMENTED = Map(
    (
        ("a", Entry(1, beside="one")),
        ("b", Entry(
            Map((("c", Entry("x\ny\n", ("above c",), "a text")),), ("after c",)),
            ("apart", "", "above b"), "b", gap=True,
        )),
        ("d", Entry(Seq((
            Entry("e", (), "e"),
            Entry(Map((("f", Entry(1, ("above f",))), ("g", Entry(2, beside="g")))), ("above an item",), "an item"),
            Entry(Map((("h", Entry(Map((("i", Entry(3)),)))),)), gap=True),
        ), ("after the items",)), gap=True)),
    ),
    ("the end",),
)  # fmt: skip
WRITTEN = """\
# top

a: 1  # one

# apart

# above b
b:  # b
  # above c
  c: |  # a text
    x
    y
  # after c

d:
  - e  # e
  # above an item
  # above f
  # an item
  - f: 1
    g: 2  # g

  - h:
      i: 3
  # after the items
# the end
"""


def test_comments_and_blank_lines() -> None:
    assert write(COMMENTED, ("top", "")) == WRITTEN
    assert read(WRITTEN) == plain(COMMENTED)
    assert format_yaml(WRITTEN) == WRITTEN


def test_a_comment_in_an_empty_collection_stands_above_it() -> None:
    inner = Entry(Map((), ("inner",)))
    document = Map((("a", Entry(Seq((), ("c",)), ("above",))), ("b", Entry(Seq((inner,))))))
    assert write(document) == "# above\n# c\na: []\nb:\n  # inner\n  - {}\n"


def test_a_document_that_is_a_list() -> None:
    text = write_list(Seq((Entry(Map((("hosts", Entry("all")), ("tasks", Entry(Seq((Entry("a b"),))))))),)))
    assert text == "- hosts: all\n  tasks:\n    - a b\n"


PIECES = [
    *("a", "b", " ", "\n", "#", ":", "-", "{{ x }}", "{% if a %}", '"', "'", "\\", "\t", "1", ".", "0", ",", "[", "]"),
    *("{", "}", "é", "|", ">", "&", "*", "!", "%", "yes", "~", "=", "<", "?", "\r", "\x07", "null", "\u2028", "😀"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
LINES = st.lists(st.sampled_from(["c", "# d", "e: f", "- g"]), max_size=2).map(tuple)
BESIDE = st.sampled_from(["", "", "", "x", "y: # z"])
KEYS = st.sampled_from(PIECES).map(lambda text: text.strip() or "key") | st.from_regex(r"[a-z_]{1,6}", fullmatch=True)


def collections(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    entries = st.builds(Entry, inner, LINES, BESIDE, st.booleans())
    return st.builds(Seq, st.lists(entries, max_size=4).map(tuple), LINES) | maps(entries)


def maps(entries: st.SearchStrategy[Entry], least: int = 0) -> st.SearchStrategy[Map]:
    pairs = st.dictionaries(KEYS, entries, min_size=least, max_size=4).map(lambda found: tuple(found.items()))
    return st.builds(Map, pairs, LINES)


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | st.text(max_size=6), collections, max_leaves=10
)
DOCUMENTS = maps(st.builds(Entry, VALUES, LINES, BESIDE, st.booleans()), least=1)


def is_writable(text: str) -> bool:
    """Whether a text can be in a file: what is half a character cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


@settings(max_examples=400)
@given(DOCUMENTS)
@example(Map((("a", Entry(Seq((), ("c",)))),)))
@example(Map((("a", Entry(Seq((Entry(Map((), ("c",))),)))),)))
@example(Map((("a", Entry(Map((), ("c",)))),)))
def test_what_is_written_says_the_same_in_the_layout_of_fmt(document: Map) -> None:
    text = write(document)
    if not is_writable(text):
        return
    assert read(text) == plain(document)
    assert format_yaml(text) == text
