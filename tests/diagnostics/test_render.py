from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.diagnostics import Diagnostic, Note
from runner.diagnostics.excerpt import WIDTH, excerpt
from runner.diagnostics.render import Format, render, summary
from runner.text import SourceFile, Span

TEXT = "name: web\nplays:\n\ttga: ünï\n漢字: wide\ne\u0301te\u0301: x\nblock: |\n  one\n  two\n\nesc: \x1b[31m \u202e\n"
WEB = SourceFile("web.yml", TEXT)


def at(line: int, column: int, end_line: int, end_column: int, file: SourceFile = WEB) -> Span:
    return Span(file, line, column, end_line, end_column)


TEXT_CASES = {
    "one word": (
        Diagnostic("E101", "unknown keyword 'plays'", at(2, 1, 2, 6)),
        ["web.yml:2:1: error[E101]: unknown keyword 'plays'", "  |", "2 | plays:", "  | ^^^^^"],
    ),
    "warning": (
        Diagnostic("W110", "a number", at(1, 7, 1, 10)),
        ["web.yml:1:7: warning[W110]: a number", "  |", "1 | name: web", "  |       ^^^"],
    ),
    "after a tab": (
        Diagnostic("E101", "m", at(3, 2, 3, 5)),
        ["web.yml:3:2: error[E101]: m", "  |", "3 |     tga: ünï", "  |     ^^^"],
    ),
    "the tab itself": (
        Diagnostic("E004", "m", at(3, 1, 3, 2)),
        ["web.yml:3:1: error[E004]: m", "  |", "3 |     tga: ünï", "  | ^^^^"],
    ),
    "wide characters": (
        Diagnostic("E101", "m", at(4, 2, 4, 3)),
        ["web.yml:4:2: error[E101]: m", "  |", "4 | 漢字: wide", "  |   ^^"],
    ),
    "combining characters": (
        Diagnostic("E101", "m", at(5, 8, 5, 9)),
        ["web.yml:5:8: error[E101]: m", "  |", "5 | e\u0301te\u0301: x", "  |      ^"],
    ),
    "several lines are marked on the first": (
        Diagnostic("E101", "m", at(6, 1, 8, 6)),
        ["web.yml:6:1: error[E101]: m", "  |", "6 | block: |", "  | ^^^^^^^^"],
    ),
    "an empty line": (
        Diagnostic("E101", "m", at(9, 1, 9, 1)),
        ["web.yml:9:1: error[E101]: m", "  |", "9 |", "  | ^"],
    ),
    "past the end of the line": (
        Diagnostic("E101", "m", at(2, 7, 2, 8)),
        ["web.yml:2:7: error[E101]: m", "  |", "2 | plays:", "  |       ^"],
    ),
    "what would steer a terminal is shown": (
        Diagnostic("E003", "\x1b[2J", at(10, 6, 10, 7)),
        ["web.yml:10:6: error[E003]: ␛[2J", "   |", "10 | esc: ␛[31m \ufffd", "   |      ^"],
    ),
    "no such line": (Diagnostic("E101", "m", at(99, 1, 99, 2)), ["web.yml:99:1: error[E101]: m"]),
    "no text": (
        Diagnostic("E001", "x.yml is not there", SourceFile("x.yml", "").start()),
        ["x.yml:1:1: error[E001]: x.yml is not there"],
    ),
    "notes and a hint": (
        Diagnostic(
            "E016", "'a' is set twice", at(10, 1, 10, 4), "remove one",
            (Note("first set here", at(1, 1, 1, 5)), Note("the later would win\nin Ansible")),
        ),
        [
            "web.yml:10:1: error[E016]: 'a' is set twice",
            "   |",
            "10 | esc: ␛[31m \ufffd",
            "   | ^^^",
            "   = note: first set here (web.yml:1:1)",
            " 1 | name: web",
            "   = note: the later would win",
            "           in Ansible",
            "   = hint: remove one",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("diagnostic", "lines"), TEXT_CASES.values(), ids=TEXT_CASES)
def test_text(diagnostic: Diagnostic, lines: list[str]) -> None:
    assert render([diagnostic], "text").split("\n") == [*lines, ""]


LONG = "".join(f"{number:04d}" for number in range(500))
LONG_CASES = {
    "the beginning": (LONG, 1, 5, "0000", False, True),
    "the middle": (LONG, 1001, 1005, "0250", True, True),
    "the end": (LONG, 1997, 2001, "0499", True, False),
    "wide": ("漢" * 500 + "字" + "漢" * 500, 501, 502, "字", True, True),
    "one too many": ("x" * WIDTH + "y", 1, 2, "x", False, True),
    "just fits": ("x" * (WIDTH - 1) + "y", WIDTH, WIDTH + 1, "y", False, False),
}


@pytest.mark.parametrize(
    ("line", "column", "end", "marked", "cut_before", "cut_after"), LONG_CASES.values(), ids=LONG_CASES
)
def test_long_line_is_cut_around_the_marked_place(
    line: str, column: int, end: int, marked: str, cut_before: bool, cut_after: bool  # noqa: FBT001 - a table's columns
) -> None:
    found = excerpt(at(1, column, 1, end, SourceFile("long.yml", line)))
    assert found is not None
    assert found.text.startswith("…") is cut_before
    assert found.text.endswith("…") is cut_after
    assert columns(found.text) <= WIDTH + 2
    assert under(found.text, found.start, found.width) == marked


def test_a_mark_longer_than_the_excerpt_ends_with_it() -> None:
    found = excerpt(at(1, 1, 1, 2000, SourceFile("long.yml", LONG)))
    assert found is not None
    assert found.start + found.width <= columns(found.text)


def columns(text: str) -> int:
    return sum(width(char) for char in text)


def width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def under(text: str, start: int, length: int) -> str:
    """Return what stands in a range of a terminal's columns."""
    found, column = "", 0
    for char in text:
        if start <= column < start + length:
            found += char
        column += width(char)
    return found


TOOL_FORMATS: tuple[Format, ...] = ("json", "sarif", "github")


def test_colours_only_when_asked_for() -> None:
    diagnostics = [diagnostic for diagnostic, _ in TEXT_CASES.values()]
    colored = render(diagnostics, "text", color=True)
    assert "\x1b[1;31merror[E101]\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render(diagnostics, "text")
    for format_ in TOOL_FORMATS:
        assert render(diagnostics, format_, color=True) == render(diagnostics, format_)


SUMMARIES = [
    ([], ""),
    (["E101"], "1 error"),
    (["E101", "W110", "E102"], "2 errors, 1 warning"),
    (["W110", "W111"], "2 warnings"),
]


@pytest.mark.parametrize(("codes", "expected"), SUMMARIES)
def test_summary(codes: list[str], expected: str) -> None:
    assert summary([Diagnostic(code, "m", WEB.start()) for code in codes]) == expected


TWICE = Diagnostic(
    "E016", "'{{ a }}' is set twice", at(3, 2, 3, 5), "remove one", (Note("first", at(1, 1, 1, 5)), Note("no place"))
)


def test_json() -> None:
    (record,) = json.loads(render([TWICE], "json"))
    assert record == {
        "code": "E016",
        "severity": "error",
        "message": "'{{ a }}' is set twice",
        "path": "web.yml",
        "line": 3,
        "column": 2,
        "end_line": 3,
        "end_column": 5,
        "hint": "remove one",
        "notes": [
            {"message": "first", "path": "web.yml", "line": 1, "column": 1, "end_line": 1, "end_column": 5},
            {"message": "no place", "path": None, "line": None, "column": None, "end_line": None, "end_column": None},
        ],
    }


def test_nothing_to_say() -> None:
    assert render([], "text") == render([], "github") == ""
    assert json.loads(render([], "json")) == []
    assert json.loads(render([], "sarif"))["runs"][0]["results"] == []


def test_sarif() -> None:
    other = Diagnostic("W110", "a number", at(1, 7, 1, 10))
    log = json.loads(render([TWICE, other, TWICE], "sarif"))
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert (log["version"], run["tool"]["driver"]["name"], run["columnKind"]) == ("2.1.0", "ingot", "unicodeCodePoints")
    assert [rule["id"] for rule in rules] == ["E016", "W110"]
    assert rules[0]["shortDescription"]["text"] == "a name is set twice"
    assert [(rules[r["ruleIndex"]]["id"], r["ruleId"], r["level"]) for r in run["results"]] == [
        ("E016", "E016", "error"), ("W110", "W110", "warning"), ("E016", "E016", "error"),
    ]  # fmt: skip
    result = run["results"][0]
    assert result["message"] == {"text": "'{{{{ a }}}}' is set twice\nno place\nhint: remove one"}
    assert [each["physicalLocation"] for each in result["locations"]] == [physical(3, 2, 3, 5)]
    assert result["relatedLocations"] == [{"physicalLocation": physical(1, 1, 1, 5), "message": {"text": "first"}}]


def physical(line: int, column: int, end_line: int, end_column: int) -> dict[str, Any]:
    region = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
    return {"artifactLocation": {"uri": "web.yml"}, "region": region}


URIS = [
    ("plays/web server.yml", "plays/web%20server.yml"),
    ("a:b.yml", "a%3Ab.yml"),
    ("<stdin>", "%3Cstdin%3E"),
    ("/srv/ü.yml", "file:///srv/%C3%BC.yml"),
]


@pytest.mark.parametrize(("path", "uri"), URIS)
def test_sarif_uri(path: str, uri: str) -> None:
    log = json.loads(render([Diagnostic("E001", "m", SourceFile(path, "").start())], "sarif"))
    assert log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_sarif_knows_no_explanation_of_a_plugins_own_code() -> None:
    log = json.loads(render([Diagnostic("E999", "m", WEB.start())], "sarif"))
    assert log["runs"][0]["tool"]["driver"]["rules"] == [{"id": "E999"}]


GITHUB_CASES = [
    (
        Diagnostic("E101", "unknown: a,b", at(2, 1, 2, 6)),
        "::error file=web.yml,line=2,endLine=2,col=1,endColumn=6,title=E101::unknown: a,b",
    ),
    (
        Diagnostic("W110", "100%\r\nsure", SourceFile("a,b:%", "").start(), "quote it"),
        "::warning file=a%2Cb%3A%25,line=1,endLine=1,col=1,endColumn=1,title=W110::100%25%0D%0Asure%0Ahint: quote it",
    ),
    (
        Diagnostic("E016", "twice", at(6, 1, 8, 6), None, (Note("first", at(1, 1, 1, 5)), Note("no place"))),
        "::error file=web.yml,line=6,endLine=8,title=E016::twice%0Afirst (web.yml:1:1)%0Ano place",
    ),
]


@pytest.mark.parametrize(("diagnostic", "line"), GITHUB_CASES)
def test_github(diagnostic: Diagnostic, line: str) -> None:
    assert render([diagnostic], "github") == line + "\n"


ANY_TEXT = st.text(st.characters() | st.sampled_from("\t\n\r漢\u0301\x1b\u202e\ud800"), max_size=300)
NUMBER = st.integers(-3, 400)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    file = SourceFile(draw(ANY_TEXT), draw(ANY_TEXT) * draw(st.sampled_from([1, 1, 20])))
    return Span(file, draw(NUMBER), draw(NUMBER), draw(NUMBER), draw(NUMBER))


DIAGNOSTICS = st.builds(
    Diagnostic, st.sampled_from(["E101", "W110", "X1"]), ANY_TEXT, spans(), st.none() | ANY_TEXT,
    st.lists(st.builds(Note, ANY_TEXT, st.none() | spans()), max_size=3).map(tuple),
)  # fmt: skip


@given(st.lists(DIAGNOSTICS, max_size=3), st.booleans())
def test_any_diagnostic_can_be_written(diagnostics: list[Diagnostic], color: bool) -> None:  # noqa: FBT001 - drawn
    text = render(diagnostics, "text", color=color)
    text.encode()
    assert not re.search(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert ("\x1b" in text) <= color
    assert len(json.loads(render(diagnostics, "json"))) == len(diagnostics)
    json.loads(render(diagnostics, "sarif"))
    assert render(diagnostics, "github").encode().count(b"\n") == len(diagnostics)


@given(spans())
def test_the_mark_is_within_the_excerpt(span: Span) -> None:
    found = excerpt(span)
    if found is not None:
        assert columns(found.text) <= WIDTH + 2
        assert found.width >= 1
        assert found.start + found.width <= WIDTH + 2
