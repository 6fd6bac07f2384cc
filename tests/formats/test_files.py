from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.diagnostics import Report
from runner.formats.files import LIMIT, read_source
from runner.text import SourceFile, Span

DECODED = [
    (b"", ""),
    (b"a: 1\n", "a: 1\n"),
    (b"a: 1\r\nb: 2", "a: 1\r\nb: 2"),
    ("\ufeffname: ünï".encode(), "name: ünï"),
    ("漢 \U0001f600".encode(), "漢 \U0001f600"),
    (b"x" * LIMIT, "x" * LIMIT),
]


@pytest.mark.parametrize(("data", "text"), DECODED, ids=range(len(DECODED)))
def test_what_a_file_holds(tmp_path: Path, data: bytes, text: str) -> None:
    path = tmp_path / "a.yml"
    path.write_bytes(data)
    report = Report()
    file = read_source(path, report)
    assert file is not None
    assert (file.path, file.text, report.diagnostics) == (str(path), text, ())


NOT_UTF_8 = [
    (b"\xff", "1:1", "byte 0xff", "save the file as UTF-8"),
    ("ü: 1\nb: ".encode() + b"\xe9t\xe9\n", "2:4", "byte 0xe9", "save the file as UTF-8"),
    ("\ufeffü: ".encode() + b"\xff", "1:4", "byte 0xff", "save the file as UTF-8"),
    (b"a: 1\r\n\xed\xa0\x80", "2:1", "byte 0xed", "save the file as UTF-8"),
    (b"a: \xf0\x9f\x98", "1:4", "byte 0xf0", "save the file as UTF-8"),
    ("a: 1".encode("utf-16"), "1:1", "byte 0xff", "the file looks like UTF-16; save it as UTF-8"),
]


@pytest.mark.parametrize(("data", "place", "message", "hint"), NOT_UTF_8)
def test_what_is_not_utf_8(tmp_path: Path, data: bytes, place: str, message: str, hint: str) -> None:
    path = tmp_path / "a.yml"
    path.write_bytes(data)
    report = Report()
    assert read_source(path, report) is None
    (found,) = report.diagnostics
    assert (found.code, str(found.span), found.hint) == ("E003", f"{path}:{place}", hint)
    assert found.message == f"{message} is not UTF-8"


@given(st.binary(max_size=60))
def test_any_bytes_are_a_text_or_a_diagnostic(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yml"
    path.write_bytes(data)
    report = Report()
    file = read_source(path, report)
    if file is not None:
        assert file.text.encode() in (data, data.removeprefix(b"\xef\xbb\xbf"))
        return
    (found,) = report.diagnostics
    assert found.code == "E003"
    assert found.span.text() != ""


def test_a_file_of_fifty_megabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "big.yml"
    with path.open("wb") as stream:
        stream.truncate(50 * 1024 * 1024)
    report = Report()
    assert read_source(path, report) is None
    assert [(d.code, d.message) for d in report.diagnostics] == [("E002", f"{path} is larger than 10 MiB")]


def test_one_byte_too_many(tmp_path: Path) -> None:
    path = tmp_path / "big.yml"
    path.write_bytes(b"x" * (LIMIT + 1))
    report = Report()
    assert read_source(path, report) is None
    assert [d.code for d in report.diagnostics] == ["E002"]


def test_an_endless_device_is_refused() -> None:
    report = Report()
    assert read_source("/dev/zero", report) is None
    assert [d.code for d in report.diagnostics] == ["E002"]


UNREADABLE = [
    ("missing.yml", "is not there"),
    ("", "cannot be read: Is a directory"),
    ("nul\0.yml", "cannot be read: embedded null byte"),
    ("x" * 300, "cannot be read: File name too long"),
    ("half\ud800.yml", "cannot be read: "),
]


@pytest.mark.parametrize(("name", "message"), UNREADABLE)
def test_what_cannot_be_read(tmp_path: Path, name: str, message: str) -> None:
    path = f"{tmp_path}/{name}"
    report = Report()
    assert read_source(path, report) is None
    (found,) = report.diagnostics
    assert (found.code, found.span.file.path) == ("E001", path)
    assert found.message.startswith(f"{path} {message}")


def test_the_place_that_asked_is_blamed(tmp_path: Path) -> None:
    asking = Span(SourceFile("web.yml", "include_tasks: more.yml"), 1, 16, 1, 24)
    report = Report()
    assert read_source(tmp_path / "more.yml", report, asked_at=asking) is None
    assert report.diagnostics[0].span == asking


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "secret.yml"
    path.touch(mode=0)
    report = Report()
    assert read_source(path, report) is None
    assert report.diagnostics[0].message == f"{path} cannot be read: Permission denied"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a: 1\n")))
    report = Report()
    file = read_source("-", report)
    assert file is not None
    assert (file.path, file.text) == ("<stdin>", "a: 1\n")


def test_standard_input_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    report = Report()
    assert read_source("-", report) is None
    assert [(d.code, d.message) for d in report.diagnostics] == [("E001", "<stdin> cannot be read: it is closed")]
