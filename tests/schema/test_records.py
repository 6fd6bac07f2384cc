"""Options records made from plain values."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Any, Literal

import pytest

from runner.schema.records import make
from runner.sdk import Alias, Mode, ModeValue, Separated, options


@options()
class Part:
    """A nested record."""

    size: int
    label: str = "none"


@options()
class Record:
    """A record with an option of each kind."""

    text: str | None = None
    number: int = 0
    share: float = 0.5
    flag: bool = False
    choice: Literal["a", "b"] = "a"
    words: list[str] = field(default_factory=list)
    cut: Annotated[list[str], Separated(), Alias("pieces")] = field(default_factory=list)
    pair: tuple[int, ...] = ()
    table: dict[str, int] | None = None
    part: Part | None = None
    parts: list[Part] | None = None
    mode: Mode | None = None
    either: int | list[str] | None = None
    from_: str | None = field(default=None, metadata={"name": "from"})
    anything: Any = None


@options(open_ended=True)
class Open:
    """A record that takes any name."""

    known: int = 0
    extra: dict[str, Any] = field(default_factory=dict)


@pytest.mark.parametrize(("given", "made"), [
    ({}, Record()),
    ({"text": "x"}, Record(text="x")),
    ({"text": 80}, Record(text="80")),
    ({"text": None}, Record()),
    ({"number": "80"}, Record(number=80)),
    ({"number": 80.0}, Record(number=80)),
    ({"share": "1.5"}, Record(share=1.5)),
    ({"share": 2}, Record(share=2.0)),
    *(({"flag": word}, Record(flag=True)) for word in (True, "yes", "YES", "on", "true", "1", 1)),
    *(({"flag": word}, Record(flag=False)) for word in (False, "no", "off", "false", "0", 0, "")),
    ({"choice": "b"}, Record(choice="b")),
    ({"words": "one, two"}, Record(words=["one, two"])),
    ({"words": ["one", 2]}, Record(words=["one", "2"])),
    ({"cut": "one, two,three"}, Record(cut=["one", "two", "three"])),
    ({"pieces": "one,two"}, Record(cut=["one", "two"])),
    ({"cut": ["one, two"]}, Record(cut=["one, two"])),
    ({"pair": 1}, Record(pair=(1,))),
    ({"pair": ["1", 2]}, Record(pair=(1, 2))),
    ({"table": {"a": "1"}}, Record(table={"a": 1})),
    ({"part": {"size": "3"}}, Record(part=Part(size=3))),
    ({"parts": [{"size": 1}, {"size": 2, "label": "x"}]}, Record(parts=[Part(size=1), Part(size=2, label="x")])),
    ({"parts": {"size": 1}}, Record(parts=[Part(size=1)])),
    ({"mode": "0644"}, Record(mode=ModeValue("0644"))),
    ({"either": "80"}, Record(either=80)),
    ({"either": ["80"]}, Record(either=["80"])),
    ({"from": "base"}, Record(from_="base")),
    ({"anything": {"a": [1]}}, Record(anything={"a": [1]})),
])
def test_values_become_what_their_fields_want(given: dict[str, Any], made: Record) -> None:
    assert make(Record, given) == made


def test_names_that_an_open_record_does_not_know_are_kept() -> None:
    assert make(Open, {"known": "1", "a": 1, "extra": "x"}) == Open(known=1, extra={"a": 1, "extra": "x"})


@pytest.mark.parametrize(("given", "message"), [
    ({"number": "many"}, "number: 'many' is no int"),
    ({"share": "half"}, "share: 'half' is no float"),
    ({"pair": ["x"]}, "pair: 'x' is no int"),
    ({"text": ["x"]}, "text: ['x'] is none of what is wanted"),
    ({"part": {"size": "x"}}, "part: {'size': 'x'} is none of what is wanted"),
])
def test_a_value_that_does_not_fit_says_which(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        make(Record, given)
    assert str(caught.value) == message
