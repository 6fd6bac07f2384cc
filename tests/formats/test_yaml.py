from __future__ import annotations

import datetime as dt
import string
from collections.abc import Iterator
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from runner.diagnostics import Report
from runner.formats.yaml import reader as yaml
from runner.text import Node, SourceFile


def load(text: str) -> tuple[Node | None, Report]:
    report = Report()
    return yaml.load(SourceFile("a.yml", text), report), report


def sound(text: str) -> Node:
    node, report = load(text)
    assert report.diagnostics == ()
    assert node is not None
    return node


def found(text: str) -> list[str]:
    """Return what is reported for a text, as ``CODE line:column``."""
    _, report = load(text)
    return [f"{d.code} {d.span.line}:{d.span.column}" for d in report.diagnostics]


# ---------------------------------------------------------------- values

VALUES: list[tuple[str, Any]] = [
    ("", None),
    ("# nothing but a comment\n", None),
    ("---\n", None),
    ("text", "text"),
    ("a: 1\nb: [x, 2.5, ~]\n", {"a": 1, "b": ["x", 2.5, None]}),
    ("a: 1\r\nb:\r\n  - x\r\n", {"a": 1, "b": ["x"]}),
    ("[yes, No, ON, off, true, FALSE, y, n]", [True, False, True, False, True, False, "y", "n"]),
    ("[0644, 0o644, 0x1F, 0b11, 1_000, 22:22, 190:20:30]", [420, "0o644", 31, 3, 1000, 1342, 685230]),
    ("[1.10, 1e3, 1.0e+3, .5, .inf, -.inf]", [1.1, "1e3", 1000.0, 0.5, float("inf"), float("-inf")]),
    ("[null, Null, ~, '']", [None, None, None, ""]),
    ("['no', \"no\", 'it''s', \"a\\tb\"]", ["no", "no", "it's", "a\tb"]),
    ("2024-12-24", dt.date(2024, 12, 24)),
    ("2024-12-24 10:00:00", dt.datetime(2024, 12, 24, 10)),  # noqa: DTZ001 - a time without a zone is the case
    ("2024-12-24T10:00:00Z", dt.datetime(2024, 12, 24, 10, tzinfo=dt.UTC)),
    ("a: |\n  one\n  two\nb: >-\n  one\n  two\n", {"a": "one\ntwo\n", "b": "one two"}),
    ("a: one\n  two\n", {"a": "one two"}),
    ("{a: , b: {}}", {"a": None, "b": {}}),
    ("? a\n: 1\n? b\n", {"a": 1, "b": None}),
    ("1: a\n2.5: b\nfalse: c\nnull: d\n", {1: "a", 2.5: "b", False: "c", None: "d"}),
    ("2024-12-24: a\n", {"2024-12-24": "a"}),
    ("! 12", 12),
    ("[!!str 12, !!int '12', !!float 1, !!bool 'yes', !!null '']", ["12", 12, 1.0, True, None]),
    ("!!binary aGVsbG8=", b"hello"),
    ("[!!seq [a], !!map {a: 1}]", [["a"], {"a": 1}]),
    ("a: &x [1, 2]\nb: *x\n", {"a": [1, 2], "b": [1, 2]}),
    ("[&x a, *x, &x b, *x]", ["a", "a", "b", "b"]),
    ("{&x k: v, other: *x}", {"k": "v", "other": "k"}),
    ("%YAML 1.1\n---\na: 1\n...\n", {"a": 1}),
    ("=", "="),
    ("- <<\n- '<<'\n", ["<<", "<<"]),
    ("{'<<': 1}", {"<<": 1}),
    ("a: b\u2028", {"a": "b"}),
    ("[\ta,\tb\t]", ["a", "b"]),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_values(text: str, value: Any) -> None:
    plain = sound(text).plain()
    assert plain == value
    assert repr(plain) == repr(value), "1 and True are equal, and not the same"


@pytest.mark.parametrize("tag", ["!vault", "!vault-encrypted", "!unsafe"])
def test_texts_with_a_meaning_of_ansibles(tag: str) -> None:
    node = sound(f"a: {tag} |\n  12{{{{ x }}}}\n").value
    assert isinstance(node, dict)
    assert node["a"].value == "12{{ x }}\n"
    assert node["a"].tag == {"!unsafe": "!unsafe"}.get(tag, "!vault")


MERGES: list[tuple[str, Any]] = [
    ("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\n", {"a": 1, "b": 3}),
    ("x: &x {a: 1, b: 2}\ny: {b: 3, <<: *x}\n", {"a": 1, "b": 3}),
    ("x: &x {a: 1}\nz: &z {a: 2, c: 4}\ny: {<<: [*x, *z]}\n", {"a": 1, "c": 4}),
    ("x: &x {a: 1}\nz: &z {<<: *x, b: 2}\ny: {<<: *z}\n", {"a": 1, "b": 2}),
    ("y: {<<: {a: 1}}\n", {"a": 1}),
    ("y: {<<: []}\n", {}),
]


@pytest.mark.parametrize(("text", "value"), MERGES)
def test_merge_keys(text: str, value: Any) -> None:
    assert sound(text).plain()["y"] == value == pyyaml.safe_load(text)["y"]


def test_a_merged_value_is_placed_where_it_is_written() -> None:
    merged = sound("x: &x {a: 1}\ny: {<<: *x}\n").at(["y", "a"])
    assert [str(merged.span), str(merged.key_span)] == ["a.yml:1:11", "a.yml:1:8"]


# ---------------------------------------------------------------- places

PLACES: list[tuple[str, list[Any], str, str | None]] = [
    ("name: web\n", ["name"], "web", "name"),
    ("plays:\n  - name: a b\n    tasks: [x]\n", ["plays", 0, "name"], "a b", "name"),
    ("plays:\n  - name: a b\n    tasks: [x]\n", ["plays", 0], "name: a b\n    tasks: [x]", None),
    ("a: {b: 'q''q', c: \"d\"}\n", ["a", "b"], "'q''q'", "b"),
    ("a: {b: 'q''q', c: \"d\"}\n", ["a"], "{b: 'q''q', c: \"d\"}", "a"),
    ("a:\n- x\n- y\n\n\nb: 1\n", ["a"], "- x\n- y", "a"),
    ("ü: 漢字 # comment\n", ["ü"], "漢字", "ü"),
    ("a: 0644\r\nb: 22:22\r\n", ["b"], "22:22", "b"),
    ("a: one\u2028b: x\nc: two\n", ["c"], "two", "c"),
    ("a: x\rb: y\r", ["b"], "y", "b"),
    ("a: &x one\nb: *x\n", ["b"], "&x one", "b"),
    ("deep: " + "[" * 100 + "x" + "]" * 100, ["deep"] + [0] * 100, "x", None),
]


@pytest.mark.parametrize(("text", "path", "value", "key"), PLACES)
def test_places(text: str, path: list[Any], value: str, key: str | None) -> None:
    node = sound(text).at(path)
    assert node.span.text() == value
    assert (node.key_span.text() if node.key_span else None) == key


def test_an_unquoted_scalar_remembers_how_it_was_written() -> None:
    nodes = sound("[0644, yes, 22:22, ~, text, '0644', 2024-12-24]").elements()
    assert [node.raw for node in nodes] == ["0644", "yes", "22:22", "~", None, None, "2024-12-24"]


# ---------------------------------------------------------------- mistakes

MISTAKES: list[tuple[str, list[str]]] = [
    ("a: \x00b\n", ["E003 1:4"]),
    ("a: 1\n\u00fc: \x1b[0m\n", ["E003 2:4"]),
    ("a: \ud800\n", ["E003 1:4"]),
    ("a: 1\n\tb: 2\n", ["E004 2:1"]),
    ("a:\n\t- b\n", ["E004 2:1"]),
    ('a: "never closed\nb: 1\n', ["E005 1:4"]),
    ("a: 'never closed", ["E005 1:4"]),
    ("a: b: c\n", ["E006 1:5"]),
    ("a: 1\n  b: 2\n", ["E006 2:4"]),
    ("a: @b\n", ["E007 1:4"]),
    ("a: `b`\n", ["E007 1:4"]),
    ("a: %b\n", ["E007 1:4"]),
    ("%YAML 3.0\n---\na\n", ["E008 1:1"]),
    ("a: {{ b }}c\n", ["E015 1:5"]),
    ("a: [1, 2\nb: 3\n", ["E009 2:2"]),
    ("a: 'b' c\n", ["E009 1:8"]),
    ("- a\nb: 1\n", ["E009 2:1"]),
    ("a: *nowhere\n", ["E010 1:4"]),
    ("a: &a [*a]\n", ["E010 1:8"]),
    ("a: 2024-13-45\n", ["E012 1:4"]),
    ("a: !!int many\n", ["E012 1:4"]),
    ("a: !!python/object:os.system x\n", ["E013 1:4"]),
    ("a: !mine {b: 1}\n", ["E013 1:4"]),
    ("a: !!set {b, c}\n", ["E013 1:4"]),
    ("a: 1\n---\nb: 2\n", ["E014 2:1"]),
    ("a: {{ b }}\n", ["E015 1:5"]),
    ("? [a]\n: 1\n", ["E015 1:3"]),
    ("a: 1\nb: 2\na: 3\n", ["E016 3:1"]),
    ("{a: 1, a: 2, 'a': 3}", ["E016 1:8", "E016 1:14"]),
    ("<<: [1, {a: 1}, x]\n", ["E017 1:1"]),
    ("<<: text\n", ["E017 1:1"]),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_mistakes(text: str, expected: list[str]) -> None:
    assert found(text) == expected


HINTS = [
    ("a: {{ b }}\n", 'an expression at the start of a value is quoted: "{{ ... }}"'),
    ("a: [1, 2\nb: 3\n", "a closing bracket or a comma is missing"),
    ("a: 'b' c\n", "text goes on after a closing quote; quote the whole value"),
    ("a: b: c\n", "quote a text that holds ': '; or mend the indentation of this line"),
    ("a: 2024-13-45\n", 'quote it: "2024-13-45"'),
]


@pytest.mark.parametrize(("text", "hint"), HINTS)
def test_hints(text: str, hint: str) -> None:
    _, report = load(text)
    assert hint in [d.hint for d in report.diagnostics]


def test_what_is_set_twice_shows_both_places() -> None:
    _, report = load("a: 1\nb:\n  c: 1\n  c: 2\n")
    (mistake,) = report.diagnostics
    assert mistake.message == "'c' is set twice"
    assert [str(note.span) for note in mistake.notes] == ["a.yml:3:3"]


def test_a_mistake_in_a_value_keeps_the_rest() -> None:
    node, report = load("a: 2024-13-45\nb: 1\nb: 2\nc: !mine x\n")
    assert [d.code for d in report.diagnostics] == ["E012", "E016", "E013"]
    assert node is not None
    assert node.plain() == {"a": "2024-13-45", "b": 1, "c": "x"}


# ---------------------------------------------------------------- limits

LAUGHS = "a0: &a0 [lol]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 10)
)
MERGING_LAUGHS = "a0: &a0 {k: v}\n" + "".join(
    f"a{level}: &a{level} {{x: *a{level - 1}, y: *a{level - 1}, z: *a{level - 1}}}\n" for level in range(1, 20)
)
LIMITS = {
    "flow lists, 900 deep": ("[" * 900, ["E011 1:201"]),
    "flow mappings, 10,000 deep": ("{a: " * 10_000, ["E011 1:801"]),
    "block lists, 10,000 deep": ("- " * 10_000, ["E011 1:401"]),
    "block mappings, 1,000 deep": (
        "\n".join(" " * level + "a:" for level in range(1_000)), ["E011 201:201"]
    ),
    "billion laughs": (LAUGHS, ["E010 6:5"]),
    "laughing mappings": (MERGING_LAUGHS, ["E010 12:6"]),
    "an integer of 5,000 digits": ("9" * 5_000, ["E012 1:1"]),
}  # fmt: skip


def test_the_limit_of_libyaml_is_told_as_ours() -> None:
    assert [each.split()[0] for each in found("[" * 10_000)] == ["E011"]  # where it is reached depends on the version


@pytest.mark.parametrize(("text", "expected"), LIMITS.values(), ids=LIMITS)
def test_limits(text: str, expected: list[str]) -> None:
    assert [each.split()[0] for each in found(text)] == [each.split()[0] for each in expected]
    assert found(text) == expected


def test_what_is_within_the_limits() -> None:
    depth = yaml.MAX_DEPTH
    node = sound("[" * depth + "]" * depth)
    for _ in range(depth - 1):
        (node,) = node.elements()
    assert node.plain() == []


# ---------------------------------------------------------------- for any document

# Bytes and texts that PyYAML's own emitter or resolver treats specially are in the tables above.
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.binary(max_size=10)
    | st.dates() | st.datetimes() | st.text(max_size=20)
    | st.text("0123456789:.-+_eEx,[]{}&*#!|>'\"%@` \n\t", max_size=8)
    | st.sampled_from(["yes", "no", "~", "null", "0644", "22:22", "1e3", "<<", "\x85", "\u2028", "a\u2029b", "\ufeff"])
)  # fmt: skip
KEYS = st.text(max_size=10) | st.sampled_from(["yes", "0644", "on", "<<", "a\u2028"])
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)
LAYOUT = st.fixed_dictionaries({
    "default_flow_style": st.sampled_from([None, True, False]),
    "default_style": st.sampled_from([None, None, "'", '"', "|", ">"]),
    "allow_unicode": st.booleans(),
    "width": st.sampled_from([10, 80, 10_000]),
    "indent": st.sampled_from([None, 4]),
    "line_break": st.sampled_from([None, "\r\n", "\r"]),
    "explicit_start": st.booleans(),
})


@given(DATA, LAYOUT)
def test_values_are_those_of_pyyaml(data: Any, layout: dict[str, Any]) -> None:
    text = pyyaml.safe_dump(data, **layout)
    plain = sound(text).plain()
    assert plain == pyyaml.safe_load(text)
    assert repr(plain) == repr(pyyaml.safe_load(text))


class WithoutAliases(pyyaml.SafeDumper):
    """Writes what occurs twice as often as it occurs; the place of what has a name begins with the name."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the name is PyYAML's
        return True


def scalars(node: Node) -> Iterator[Node]:
    if isinstance(node.value, dict | tuple):
        for child in node.value.values() if isinstance(node.value, dict) else node.value:
            yield from scalars(child)
    else:
        yield node


@given(DATA, LAYOUT)
def test_under_the_span_of_a_scalar_is_its_text(data: Any, layout: dict[str, Any]) -> None:
    for node in scalars(sound(pyyaml.dump(data, Dumper=WithoutAliases, **layout))):
        written = node.span.text()
        if "\n" not in written and written[:1] not in ("'", '"', "|", ">", "!"):
            assert written == (node.value if node.raw is None else node.raw)


YAML_PIECES = st.sampled_from([
    *string.printable, "\n  ", "\n- ", ": ", "- ", "? ", "\r\n", "\x85", "\u2028", "\ufeff", "\x00", "é", "漢",
    "<<: ", "*a", "&a ", "!vault ", "!!int ", "!!binary ", "!!set ", "! ", "null", "yes", "1:30", "2001-01-01",
    "---\n", "...\n", "|\n", ">-\n", "{{ x }}", "\ud800", "%YAML 1.1\n",
])  # fmt: skip


@given(st.lists(YAML_PIECES, max_size=40).map("".join) | st.text())
def test_any_text_is_a_document_or_a_diagnostic(text: str) -> None:
    node, report = load(text)
    assert node is not None or report.failed
    if node is not None:
        node.plain()
    for diagnostic in report.diagnostics:
        assert 1 <= diagnostic.span.line <= len(diagnostic.span.file.lines)
        assert diagnostic.span.column >= 1


# What is read here on purpose, and not by PyYAML: Ansible's tags, "=" and "<<" as texts, a name given twice.
OURS = ("!vault", "!unsafe", "=", "<<", "&a")


@given(st.lists(YAML_PIECES, max_size=20).map("".join))
def test_nothing_is_accepted_that_pyyaml_refuses(text: str) -> None:
    node, report = load(text)
    if node is not None and not report.failed and not any(each in text for each in OURS):
        read = pyyaml.load(text, pyyaml.CSafeLoader)
        if not isinstance(read, dict | list):
            assert repr(node.plain()) == repr(read)
