"""What holds for every YAML text: the same data, comments, groups of blank lines; a second time changes nothing."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path

import yaml
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from runner.formats.yaml.format import CannotFormat, format_yaml

CASES = [path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parents[1].glob("cases/fmt/*.in.yml"))]
SNIPPETS = [
    *(" ", "  ", "\n", "\n\n", "\n\n\n\n", " \n", "\t", "#", " #c\n", "\n# c\n", "\n      #c\n", "\r\n", "é"),
    *("\\", "\\ \n", "- ", "\n- ", "? ", "\n? a\n", ": ", "\n: a\n", ", ", "[", "]", "{", "}", "a: b", "'", '"'),
    *("''", "|\n", "|+\n", ">2-\n", "&a ", "*a ", "!t ", "--- ", "\n---\n", "\n...\n", "%"),
]
# Indented dashes or dots that are a text: in the first column they would be a marker, so formatting is refused.
INDENTED_MARKER = re.compile(r"^[ \ufeff]+(---|\.\.\.)", re.MULTILINE)

MEANING = ("value", "tag", "anchor", "implicit", "explicit", "version", "tags", "flow_style")

examples = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def meaning(text: str) -> list[tuple[object, ...]] | None:
    """Return all that a YAML text says; None when it is not YAML."""
    try:
        return [
            (type(event), *(getattr(event, name, None) for name in MEANING))
            for event in yaml.parse(text, Loader=yaml.CSafeLoader)
        ]
    except (yaml.YAMLError, UnicodeEncodeError):
        return None


def blank_line_groups(text: str) -> int:
    lines = [line.strip() for line in text.strip().split("\n")]
    return sum(1 for before, line in zip(["", *lines], lines, strict=False) if before and not line)


def assert_nothing_is_lost(text: str, formatted: str) -> None:
    assert meaning(formatted) == meaning(text)
    assert format_yaml(formatted) == formatted
    assert blank_line_groups(formatted) == blank_line_groups(text)
    assert "\r" not in formatted
    assert formatted.endswith("\n") or not formatted


class Writer:
    """Writes YAML in a random layout. Comments are numbered, so that each can be found again."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.numbers = count()

    def one_of(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def chance(self, one_in: int) -> bool:
        return self.draw(st.integers(0, one_in - 1)) == one_in - 1

    def comment(self) -> str:
        start = self.one_of("#", "# ", "##", "#  ", "#- ", "#!", "#--")
        return f"{start}c{next(self.numbers)}{self.one_of('', ' ', ':')}"

    def line_end(self) -> str:
        if self.chance(4):
            return self.one_of(" ", "  ", "     ", "\t") + self.comment()
        return self.one_of("", "", "", " ")

    def gap(self) -> list[str]:
        """Write the lines between two entries: blank ones, and comments in any column."""
        if not self.chance(3):
            return []
        column = " " * self.draw(st.integers(0, 9))
        line = st.sampled_from(["", "", "  "]) | st.builds(lambda: column + self.comment())
        return self.draw(st.lists(line, min_size=1, max_size=4))

    def scalar(self) -> str:
        return self.one_of(
            *("a", "no", "0644", "~", "é x", "it's", "'single'", "'it''s'", "'\"'", '"double"'),
            *(r'"\x41\\"', "''", "-1", "a:b", "x#y", "!!str 5", "!t &x z", "http://x", "'# text'", "名前", "22:22"),
        )

    def flow(self, depth: int) -> str:
        """Write a flow collection, over one line or several."""
        if depth == 0 or self.chance(3):
            return self.scalar()
        pad = self.one_of("", " ", "\n  ", "\n     ", "\n\n ")
        if "\n" in pad and self.chance(3):
            pad = f" {self.comment()}{pad}"
        items = [self.flow(depth - 1) for _ in range(self.draw(st.integers(0, 3)))]
        comma = self.one_of(",", ", ", " ,  ", ",\n ", ", #\n   ")
        if self.chance(2):
            return f"[{pad}{comma.join(items)}{pad}]"
        pairs = (f"k{number}{self.one_of(': ', ' : ')}{item}" for number, item in enumerate(items))
        return f"{{{pad}{comma.join(pairs)}{pad}}}"

    def literal(self) -> list[str]:
        indicator = self.one_of("", "", "2")
        indent = " " * (2 if indicator else self.draw(st.integers(2, 5)))
        row = st.sampled_from(["text", "  deeper", "# c", "- a: b  ", "end\\", "{{ x }}"])
        rows = self.draw(st.lists(row, max_size=4))
        if rows and not indicator:
            rows[0] = rows[0].lstrip()
        lines = [f" {self.one_of('|', '>')}{indicator}{self.one_of('', '-', '+')}{self.line_end()}"]
        for text in rows:
            lines += [indent + text, *([""] if self.chance(4) else [])]
        return lines

    def value(self) -> list[str]:
        """Write what may follow a dash or a colon; the first line stands beside it."""
        kind = self.one_of("scalar", "scalar", "flow", "literal", "lines", "nothing")
        if kind == "literal":
            return self.literal()
        if kind == "flow":
            first, *rest = self.flow(3).split("\n")
            return [" " + first + ("" if rest else self.line_end()), *(" " + line for line in rest)]
        if kind == "lines":
            mark = self.one_of("", "'", '"')
            blank = [""] if self.chance(4) else []
            return [f" {mark}one  ", *blank, f"   two{mark}{self.line_end()}"]
        return [(" " + self.scalar() if kind == "scalar" else "") + self.line_end()]

    def block(self, depth: int) -> list[str]:
        return self.mapping(depth) if self.chance(2) else self.sequence(depth)

    def below(self, lines: list[str], least: int) -> list[str]:
        pad = " " * self.draw(st.integers(least, 5))
        return [pad + line if line else "" for line in lines]

    def mapping(self, depth: int) -> list[str]:
        lines: list[str] = []
        for number in range(self.draw(st.integers(1, 3))):
            lines += self.gap() if number else []
            form = self.one_of("{}:", "'{}':", '"{}" :', "&{0} {0}:", "? {}\n:")
            *before, key = form.format(f"k{number}").split("\n")
            lines += before
            if depth and self.chance(2):
                is_sequence = self.chance(2)
                inner = self.sequence(depth - 1) if is_sequence else self.mapping(depth - 1)
                lines += [key + self.line_end(), *self.gap(), *self.below(inner, 0 if is_sequence else 1)]
            else:
                first, *rest = self.value()
                lines += [key + first, *rest]
        return lines

    def sequence(self, depth: int) -> list[str]:
        lines: list[str] = []
        for number in range(self.draw(st.integers(1, 3))):
            lines += self.gap() if number else []
            if depth and self.chance(2):
                pad = " " * self.draw(st.integers(1, 4))
                first, *rest = self.block(depth - 1)
                if self.chance(4):
                    lines += ["-" + self.line_end(), *self.gap(), pad + first]
                else:
                    lines.append("-" + pad + first)
                    pad = " " + pad
                lines += [pad + line if line else "" for line in rest]
            else:
                first, *rest = self.value()
                lines += ["-" + first, *rest]
        return lines

    def document(self) -> list[str]:
        head = ["---" + self.line_end()] if self.chance(2) else []
        return [*self.gap(), *head, *self.gap(), *self.below(self.block(3), 0), *self.gap()]

    def text(self) -> str:
        lines = self.document()
        if self.chance(4):
            lines += [self.one_of("---", "...\n---"), *self.below(self.block(2), 0), *self.gap()]
        return self.one_of("\n", "\n", "\r\n").join(lines) + self.one_of("\n", "\n", "", "\n\n\n")


@st.composite
def yaml_texts(draw: st.DrawFn) -> str:
    return Writer(draw).text()


@st.composite
def changed_cases(draw: st.DrawFn) -> str:
    """A text that may have become something else than YAML."""
    text = draw(st.sampled_from(CASES))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(SNIPPETS)) + text[at + draw(st.integers(0, 3)) :]
    return text


@examples
@given(yaml_texts())
def test_nothing_is_lost_from_a_written_text(text: str) -> None:
    assume(meaning(text) is not None)
    formatted = format_yaml(text)
    assert_nothing_is_lost(text.replace("\r\n", "\n").replace("\r", "\n"), formatted)
    numbered = re.compile(r"#\W*(c\d+)")
    assert numbered.findall(formatted) == numbered.findall(text)


@examples
@given(changed_cases())
@example("[ ? ]   ]\n")
@example("a: |+2\n  x")
@example("- |+ # c")
@example("s\r\r\n\nome text\n")
@example("-\r \n -1\n- b\n")
def test_a_changed_text_is_refused_or_keeps_all(text: str) -> None:
    assume(not INDENTED_MARKER.search(text))
    try:
        formatted = format_yaml(text)
    except CannotFormat:
        assert meaning(text) is None
    else:
        assert_nothing_is_lost(text.replace("\r\n", "\n").replace("\r", "\n"), formatted)


@examples
@given(st.text(st.sampled_from("ab \n\t#-:?,[]{}'\"|>&*!%2+.\\\r\x85\u2028\ufeff\x00\ud800"), max_size=30))
def test_any_text_is_refused_or_means_the_same(text: str) -> None:
    try:
        formatted = format_yaml(text)
    except CannotFormat as refusal:
        place = (refusal.line, refusal.column)
        assert min(place) >= 1, place
    else:
        assert format_yaml(formatted) == formatted
        assert meaning(formatted) == meaning(text)
