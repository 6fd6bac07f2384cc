"""What holds for every text and value: round trips, and that odd input is refused, never a crash."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from typing import Any
from unicodedata import normalize

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.expand import functions
from runner.expand.functions.error import FunctionError
from runner.expand.functions.graphemes import graphemes
from runner.expand.functions.types import convert, type_of
from runner.expand.functions.typespec import parse_type
from runner.expand.functions.values import number_text, parse_number, tidy

TEXTS = st.text().map(lambda text: normalize("NFC", text))
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)).map(tidy)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)


def call(name: str, *args: Any) -> Any:
    found = functions.find(name)
    assert found is not None
    return found(*args)


def ordered(value: Any) -> Any:
    """Return ``value`` with its keys in order, as results have them."""
    if isinstance(value, list):
        return [ordered(each) for each in value]
    return {key: ordered(each) for key, each in sorted(value.items())} if isinstance(value, dict) else value


ODD = st.one_of(
    VALUES, st.text(max_size=6), st.integers(-3, 70), st.floats(), st.just(10**400), st.just(-(10**400)),
    st.sampled_from(["inf", "-Inf", "1e4000", "10.0.0.0/8", "::/0", "%d", "%5.3g", "2000-01-01T00:00:00Z", "UTF-16"]),
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(functions.names() - {"bcrypt", "rsadecrypt"}))
@settings(max_examples=60)
@given(args=st.lists(ODD, max_size=4))
def test_odd_arguments_are_refused_and_never_a_crash(name: str, args: list[Any]) -> None:
    if not functions.needs_context(name):
        try:
            call(name, *args)
        except FunctionError as error:
            assert error.function == name  # noqa: PT017 - either way is right


def test_steps_between_numbers_beyond_all_floats() -> None:
    assert call("range", 10**310, 10**310 - 1, -0.5) == [10**310, 10**310]  # the second one is rounded


@given(VALUES)
def test_json_survives(value: Any) -> None:
    written = call("jsonencode", value)
    assert json.dumps(call("jsondecode", written)) == json.dumps(ordered(value))
    assert not set(written) & set("<>&\u2028\u2029")


@given(VALUES)
def test_yaml_survives(value: Any) -> None:
    written = call("yamlencode", value)
    assert json.dumps(call("yamldecode", written)) == json.dumps(ordered(value))


@given(TEXTS)
def test_yaml_texts_are_what_pyyaml_reads(text: str) -> None:
    assert yaml.safe_load(call("yamlencode", {"k": [text]})) == {"k": [text]}


@given(st.lists(TEXTS.map(lambda text: text.replace("\r", "").replace("\0", "")), min_size=1, max_size=4))
def test_csv_reads_what_the_standard_library_writes(fields: list[str]) -> None:
    names = [str(number) for number in range(len(fields))]
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([names, fields])
    assert call("csvdecode", sheet.getvalue()) == [dict(zip(names, fields, strict=True))]


@given(TEXTS)
def test_base64_survives(text: str) -> None:
    assert call("base64decode", call("base64encode", text)) == text


@given(TEXTS, st.sampled_from(["UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "GB18030"]))
def test_encodings_of_all_characters_survive(text: str, encoding: str) -> None:
    encoded = call("textencodebase64", text, encoding)
    bom = encoding.startswith("UTF-16") and text.startswith(("\ufeff", "\ufffe"))
    if not bom:
        assert call("textdecodebase64", encoded, encoding) == text


@given(st.text())
def test_graphemes_are_the_whole_text(text: str) -> None:
    parts = graphemes(text)
    assert "".join(parts) == text
    assert all(parts)
    assert call("length", text) == len(graphemes(normalize("NFC", text)))


@given(TEXTS)
def test_strrev_keeps_every_character(text: str) -> None:
    assert sorted(call("strrev", text)) == sorted(normalize("NFC", "".join(reversed(graphemes(text)))))


@given(NUMBERS)
def test_numbers_survive_being_written(number: float) -> None:
    assert parse_number(number_text(number)) == number
    assert "e" not in number_text(number)


@given(st.floats(-1e300, 1e300), st.integers(0, 12))
def test_fixed_and_scientific_notation_are_near_the_number(number: float, places: int) -> None:
    half = 0.51 * 10.0**-places
    assert math.isclose(float(call("format", f"%.{places}f", number)), number, abs_tol=half, rel_tol=1e-15)
    assert math.isclose(float(call("format", f"%.{places}e", number)), number, rel_tol=half)
    assert float(call("format", "%g", number)) == number


@given(st.integers(), st.sampled_from("bodxX"))
def test_whole_numbers_are_written_as_python_does(number: int, verb: str) -> None:
    assert call("format", f"%{verb}", number) == format(number, verb)


@given(st.integers(), st.integers(2, 62))
def test_parseint_reads_every_base(number: int, base: int) -> None:
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    digits, left = "", abs(number)
    while left or not digits:
        digits, left = alphabet[left % base] + digits, left // base
    assert call("parseint", ("-" if number < 0 else "") + digits, base) == number


@given(st.text(max_size=20), st.lists(VALUES, max_size=3))
def test_any_format_is_poured_or_refused(template: str, values: list[Any]) -> None:
    try:
        assert isinstance(call("format", template, *values), str)
    except FunctionError as error:
        assert error.function == "format"  # noqa: PT017 - either way is right


@given(st.text("ab(|)*+?{},01[]^$.\\dwsbzQE:-PU<>i=!pL", max_size=14), st.text("ab01\n é", max_size=6))
def test_any_pattern_is_understood_or_refused(pattern: str, text: str) -> None:
    try:
        matches = call("regexall", pattern, text)
    except FunctionError as error:
        assert error.argument == "pattern"  # noqa: PT017 - either way is right
    else:
        assert isinstance(matches, list)


@given(TEXTS.filter(bool), TEXTS)
def test_quoted_patterns_are_literal(needle: str, hay: str) -> None:
    if "\\E" not in needle and not needle.endswith("\\"):
        assert call("regexall", f"\\Q{needle}\\E", hay) == re.findall(re.escape(needle), hay)


@given(st.text(max_size=30))
def test_any_yaml_json_csv_is_read_or_refused(text: str) -> None:
    for name in ("yamldecode", "jsondecode", "csvdecode", "base64decode"):
        try:
            call(name, text)
        except FunctionError as error:
            assert error.function == name  # noqa: PT017 - either way is right


@given(st.text('listmapobjec(){}[],=:" anyrgb1 ', max_size=20))
def test_any_type_is_understood_or_refused(text: str) -> None:
    try:
        call("convert", None, text)
    except FunctionError as error:
        assert error.function == "convert"  # noqa: PT017 - either way is right


NAMES = st.from_regex("[a-z]{1,3}", fullmatch=True)
NAMED = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)


@given(NAMED)
def test_a_value_has_the_type_that_is_worked_out_for_it(value: Any) -> None:
    found = type_of(value)
    assert convert(value, found) == value
    assert parse_type(str(found)) == found


@pytest.mark.parametrize("depth", [50, 100_000])
def test_deep_nesting_is_read_or_refused(depth: int) -> None:
    for name, text in (("jsondecode", "[" * depth + "]" * depth), ("yamldecode", "[" * depth + "]" * depth)):
        try:
            assert call(name, text) is not None
        except FunctionError as error:
            assert "nested too deeply" in str(error) or "valid" in str(error)  # noqa: PT017 - either way is right


def test_huge_numbers_are_refused_not_computed() -> None:
    for text in ("1e999999999", "9" * 5000):
        with pytest.raises(FunctionError):
            call("abs", text)
        with pytest.raises(FunctionError):
            call("parseint", "9" * 5000, 10)
    with pytest.raises(FunctionError):
        call("jsondecode", "1e999999999")
