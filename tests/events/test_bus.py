from __future__ import annotations

import base64
import html
import json
import logging
import re
import shlex
import subprocess
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, quote_plus
from xml.sax import saxutils

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from runner.events.bus import Bus
from runner.events.event import (
    ArtifactMade,
    BuildFinished,
    CommandOutput,
    Event,
    Failure,
    MadeFile,
    RunFinished,
    Said,
)
from runner.events.secrets import MASK, Masker, _forms
from runner.reports.jsonl import JsonLines

SECRET = 'päss "word"&/+\\1234'
QUOTED = "it's \"$HOME\" <b>`x`</b>"
KEY = "-----BEGIN KEY-----\nAbCdEfGh12345678\n-----END KEY-----\n"


def test_events_come_in_order_to_everyone() -> None:
    first: list[Event] = []
    second: list[Event] = []
    bus = Bus(first.append, second.append)
    events = [Said("a", 1, str(number)) for number in range(5)]
    for event in events:
        bus.emit(event)
    assert first == second == events


def test_a_subscriber_that_raises_is_dropped_and_noted(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Event] = []
    calls: list[Event] = []

    def bad(event: Event) -> None:
        calls.append(event)
        raise ValueError("no more")

    bus = Bus(bad, heard.append)
    with caplog.at_level(logging.WARNING):
        bus.emit(Said("a", 1, "one"))
        bus.emit(Said("a", 1, "two"))
    assert len(calls) == 1
    assert len(heard) == 2
    assert "ValueError: no more" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_subscriber_that_cannot_write_is_dropped_and_noted(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Event] = []
    with Path("/dev/full").open("w") as full:
        bus = Bus(JsonLines(full), heard.append)
        with caplog.at_level(logging.WARNING):
            bus.emit(Said("a", 1, "one"))
            bus.emit(Said("a", 1, "two"))
        with suppress(OSError):
            full.close()
    assert len(heard) == 2
    assert [record.getMessage() for record in caplog.records] == [
        "what happens is no longer written to /dev/full: No space left on device"
    ]


FORMS = {
    "as it is": SECRET,
    "in a text": f"the password is {SECRET}.",
    "JSON": json.dumps({"password": SECRET}),
    "JSON, not only ASCII": json.dumps({"password": SECRET}, ensure_ascii=False),
    "a URL": f"https://user:{quote(SECRET, safe='')}@example.com",
    "a path of a URL": f"https://example.com/{quote(SECRET)}",
    "a form": f"password={quote_plus(SECRET)}&more=1",
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "base64 without padding": base64.b64encode(SECRET.encode()).decode().rstrip("="),
    **{
        f"in the middle of base64, after {size} bytes": base64.b64encode(b"u" * size + SECRET.encode() + b"\n").decode()
        for size in range(4)
    },
    "a line of a key": "it says AbCdEfGh12345678 here",
    "a whole key": KEY,
    "a key in base64": base64.b64encode(KEY.encode()).decode(),
}


IN_SHELLS = {
    "quoted by Python": shlex.quote(QUOTED),
    "quoted by bash": subprocess.run(["bash", "-c", 'printf %q "$1"', "bash", QUOTED], capture_output=True, text=True,
                                     check=True).stdout,
    "traced by bash": subprocess.run(["bash", "-xc", ': "$1"', "bash", QUOTED], capture_output=True, text=True,
                                     check=True).stderr,
    "traced by sh": subprocess.run(["sh", "-xc", ': "$1"', "sh", QUOTED], capture_output=True, text=True,
                                   check=True).stderr,
    "between double quotes": "echo \"it's \\\"\\$HOME\\\" <b>\\`x\\`</b>\"",
    "in JSON with slashes escaped": json.dumps(QUOTED).replace("/", "\\/"),
    "in JSON for HTML": json.dumps(QUOTED).replace("<", "\\u003c").replace(">", "\\u003e"),
    "quoted by Python, in JSON": json.dumps({"cmd": f"echo {shlex.quote(QUOTED)}"}),
    "quoted by Python, in JSON within JSON": json.dumps(json.dumps({"cmd": f"echo {shlex.quote(QUOTED)}"})),
    "in HTML of Jinja": str(escape(QUOTED)),
    "in HTML of Python": html.escape(QUOTED),
    "in XML": saxutils.escape(QUOTED),
    "in a URL with small digits": quote(QUOTED).replace("%3C", "%3c").replace("%3E", "%3e"),
}


@pytest.mark.parametrize("text", IN_SHELLS.values(), ids=IN_SHELLS)
def test_a_secret_is_masked_however_it_is_quoted(text: str) -> None:
    masked = Masker([QUOTED, "other"])(text)
    assert MASK in masked
    assert [part for part in ("HOME", "<b>", "%3cb", "u003c", "&lt;b") if part in masked] == []


LONG = "correct-horse/battery+staple?"
LINE = {
    "xxd -p": LONG.encode().hex(),
    "xxd -u -p": LONG.encode().hex().upper(),
    "xxd": "00000000: 636f 7272 6563 742d 686f 7273 652f 6261  correct-horse/ba",
    "hexdump -C": "00000000  63 6f 72 72 65 63 74 2d  68 6f 72 73 65 2f 62 61  |correct-horse/ba|",
    "hexdump": "0000000 6f63 7272 6365 2d74 6f68 7372 2f65 6162",
    "od -An -tx1": " 63 6f 72 72 65 63 74 2d 68 6f 72 73 65 2f 62 61",
    "with colons": "63:6f:72:72:65:63:74:2d:68:6f:72:73:65",
}


@pytest.mark.parametrize("line", LINE.values(), ids=LINE)
def test_a_secret_is_masked_in_hexadecimal_digits(line: str) -> None:
    masked = Masker([LONG])(line)
    assert MASK in masked
    assert [part for part in ("7272", "72 72", "72:72", "652f", "65 2f", "2f65") if part in masked.lower()] == []


@pytest.mark.parametrize("width", [8, 9, 12, 20, 76])
@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_a_secret_is_masked_in_base64_of_any_width(width: int, before: int) -> None:
    whole = base64.b64encode(b"u" * before + LONG.encode()).decode()
    lines = [whole[at : at + width] for at in range(0, len(whole), width)]
    masker = Masker([LONG])
    inside = [line for line in lines[1:-1] if len(line) >= 8]
    assert [masker(line) for line in inside] == [MASK] * len(inside)
    for text in ("\n".join(lines), json.dumps("\n".join(lines))):
        assert whole[8:24] not in masker(text).replace("\\n", "").replace("\n", "")
        assert MASK in masker(text)


@pytest.mark.parametrize("text", [
    "/usr/lib/python3/dist-packages", "74657374 hour", "sha256:94191d276e2e9f0d3a1bb1c7a8d1f45c",
    "a be added face deed", "AAAAAAAAAAAAAAAA", "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00",
])
@pytest.mark.parametrize("secret", ["hour", "abc", "12345", "aaaaaaaaaaaaaaaa", LONG])
def test_what_only_looks_like_an_encoding_stays(text: str, secret: str) -> None:
    assert Masker([secret])(text.replace(secret, "")) == text.replace(secret, "")


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_a_secret_is_masked_in_every_form(text: str) -> None:
    masked = Masker([SECRET, KEY])(text)
    assert MASK in masked
    for part in (SECRET, "AbCdEfGh12345678", SECRET[4:10], base64.b64encode(SECRET.encode()).decode()[4:16]):
        assert part not in masked


def test_a_text_without_secrets_stays() -> None:
    assert Masker([SECRET, ""])("nothing to see") == "nothing to see"
    assert Masker([])("nothing to see") == "nothing to see"


def test_the_longer_of_two_secrets_is_masked_first() -> None:
    assert Masker(["abc", "abcdef"])("abcdef abc") == f"{MASK} {MASK}"


@given(st.text(min_size=3), st.text(), st.text())
def test_no_secret_is_left_wherever_it_stands(secret: str, before: str, after: str) -> None:
    masked = Masker([secret])(before + secret + after)
    assert secret not in masked or secret in MASK or secret in (before + MASK) or secret in (MASK + after)


def test_texts_are_masked_however_deep_and_numbers_stay() -> None:
    heard: list[Event] = []
    bus = Bus(heard.append, secrets=["s3cret", "1"])
    bus.emit(ArtifactMade("a", "file", "s3cret", "", (MadeFile("/s3cret/x", 1),), at=1))
    bus.emit(BuildFinished("a", "failed", 1.5, (Failure("E802", "with s3cret", "p.yml:3:2"),), at=1))
    bus.emit(RunFinished("r", 1.0, {"s3cret": "ok"}, at=1))
    bus.emit(CommandOutput("a", 1, "stdout", "s3cret", at=1))
    made, finished, run, output = heard
    assert made == ArtifactMade("a", "file", MASK, "", (MadeFile(f"/{MASK}/x", 1),), at=1)
    assert isinstance(finished, BuildFinished)
    assert finished.failures[0].message == f"with {MASK}"
    assert isinstance(run, RunFinished)
    assert run.outcomes == {MASK: "ok"}
    assert isinstance(output, CommandOutput)
    assert (output.step, output.line) == (1, MASK)


@given(st.lists(st.text(min_size=3, max_size=9), max_size=5), st.text(max_size=30))
def test_masks_are_those_of_the_longest_forms(secrets: list[str], text: str) -> None:
    forms = sorted({form for secret in secrets for form in _forms(secret)}, key=len, reverse=True)
    for whole in (text, "".join((text, *secrets, text))):
        plain = re.sub("|".join(map(re.escape, forms)), MASK, whole) if forms else whole
        assert Masker(secrets)(whole) == plain
