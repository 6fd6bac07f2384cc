from __future__ import annotations

from pathlib import Path

import pytest

from runner.formats.yaml.format import CannotFormat, format_yaml

CASES = Path(__file__).parents[1] / "cases" / "fmt"
NAMES = sorted(path.name.removesuffix(".in.yml") for path in CASES.glob("*.in.yml"))


def read(name: str) -> str:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return file.read()


def test_every_case_is_a_pair() -> None:
    assert sorted(path.name.removesuffix(".out.yml") for path in CASES.glob("*.out.yml")) == NAMES
    assert len(NAMES) >= 40


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str) -> None:
    assert format_yaml(read(f"{name}.in.yml")) == read(f"{name}.out.yml")


@pytest.mark.parametrize("name", NAMES)
def test_canonical_text_is_left_alone(name: str) -> None:
    canonical = read(f"{name}.out.yml")
    assert format_yaml(canonical) == canonical


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        pytest.param("", "", id="empty"),
        pytest.param("\n \n\n", "", id="blank"),
        pytest.param("a: 1", "a: 1\n", id="no line end at the end"),
        pytest.param("a: 1\n\n\n", "a: 1\n", id="blank lines at the end"),
        pytest.param("#a", "# a\n", id="comment without line end"),
        pytest.param("a: 1 #b", "a: 1  # b\n", id="comment at the end of the last line"),
        pytest.param("a: 1\r\n\r\nb: |\r\n    x\r\n    y\r\n", "a: 1\n\nb: |\n  x\n  y\n", id="CRLF"),
        pytest.param("a:\r- 1\r", "a:\n  - 1\n", id="CR"),
        pytest.param("a: 1\x85b:  2\x85", "a: 1\nb: 2\n", id="NEL"),
        pytest.param('a: "x\u2028y"\nb:  1\n', 'a: "x\u2028y"\nb: 1\n', id="line separator in quotes"),
        pytest.param("a: [1]\u2028b:  2\u2028", "a: [1]\nb: 2\n", id="line separator between entries"),
        pytest.param("\ufeffa:  1\n", "a: 1\n", id="byte order mark"),
        pytest.param("\ufeff# a\n", "# a\n", id="byte order mark and comment"),
        pytest.param("a: 1\n---\n\ufeffb:  2\n", "a: 1\n---\nb: 2\n", id="byte order mark of a later document"),
        pytest.param("a: 1\n---\n\ufeff#b\nc: 2\n", "a: 1\n---\n# b\nc: 2\n", id="byte order mark and later comment"),
        pytest.param("a: |\n    x", "a: |-\n  x\n", id="block scalar cut short by the end"),
        pytest.param("a: |+\n    x", "a: |-\n  x\n", id="kept block scalar cut short by the end"),
        pytest.param("a: >1+\n  x", "a: >1-\n  x\n", id="indicated block scalar cut short by the end"),
        pytest.param("abcd: 1 # x\nb: |    # y\n z", "abcd: 1  # x\nb: |-    # y\n  z\n", id="cut short, aligned"),
        pytest.param("a: |-\n    x", "a: |-\n  x\n", id="stripped block scalar cut short by the end"),
        pytest.param("a: |\n    x\n   ", "a: |\n  x\n", id="block scalar and blanks at the end"),
        pytest.param("a: |+  #b", "a: |+  # b\n", id="block scalar of nothing at the end"),
        pytest.param("a: |+\n  x\n\n\n", "a: |+\n  x\n\n\n", id="kept blank lines at the end"),
        pytest.param("  '--- a\n  --- b'\n", '"--- a\n  --- b"\n', id="quoted text that looks like documents"),
    ],
)
def test_ends_of_lines_and_files(text: str, formatted: str) -> None:
    assert format_yaml(text) == formatted


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: [1, 2\nb: 3\n", 2, 2, "did not find expected ',' or ']'"),
        ("a: b: c\n", 1, 5, "mapping values are not allowed"),
        ("a:\n\t- b\n", 2, 1, "cannot start any token"),
        ("a: 'b\n", 2, 1, "unexpected end of stream"),
        ("a: 1\nb: é\x01\n", 2, 5, r"U\+0001 is not allowed"),
        ("a: 1\nbé: \ud800\n", 2, 5, r"U\+D800 is not allowed"),
        ("a: {{ b }}\n c", 2, 2, "did not find expected key"),
        ("%FOO\na", 1, 5, "unknown directive"),
    ],
)
def test_what_is_not_yaml_is_refused_with_its_place(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(CannotFormat, match=message) as caught:
        format_yaml(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value) == f"{line}:{column}: {caught.value.message}"


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        pytest.param(" --- b\n", 1, 2, "would say something else from here on", id="other data"),
        pytest.param("\n ---\n[a]]\n", 1, 1, "would not be YAML", id="no YAML"),
    ],
)
def test_a_form_that_would_say_something_else_is_refused(text: str, line: int, column: int, message: str) -> None:
    """An indented `---` is text. In the first column, where the value of a document starts, it would be a marker."""
    with pytest.raises(CannotFormat, match=message) as caught:
        format_yaml(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_long_playbook_keeps_every_line() -> None:
    tasks = [f"- name:   Task {number} # {number}\n  apt: {{name: a}}\n\n" for number in range(2000)]
    formatted = format_yaml("tasks:\n" + "".join(tasks))
    assert formatted.count("\n") == 1 + 3 * 2000 - 1
    assert formatted.endswith("  - name: Task 1999  # 1999\n    apt: {name: a}\n")
