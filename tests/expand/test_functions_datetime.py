"""Functions of date and time: the clock, Go's layouts, strftime, the parts of a time.

What ``clock/*.json`` records is what Packer 1.6.6 answered to ``isotime`` and ``strftime`` at that moment.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from function_cases import DIRECTORY
from hypothesis import given
from hypothesis import strategies as st

from runner.expand import functions
from runner.expand.functions.context import Context
from runner.expand.functions.error import FunctionError
from runner.expand.functions.golayout import written
from runner.expand.functions.instant import Instant, parse


def context(now: dt.datetime) -> Context:
    return Context(root=Path(), cwd=Path(), now=now, render=lambda text, _: text, environ={})


def call(name: str, *args: Any, now: dt.datetime | None = None) -> Any:
    found = functions.find(name)
    assert found is not None
    return found(*args, context=context(now)) if now else found(*args)


def clock(name: str) -> list[dict[str, str]]:
    cases: list[dict[str, str]] = json.loads((DIRECTORY / "clock" / f"{name}.json").read_text(encoding="utf-8"))
    return cases


@pytest.mark.parametrize("case", clock("go_layouts"), ids=lambda case: case["layout"])
def test_go_layouts(case: dict[str, str]) -> None:
    assert written(parse(case["now"]), case["layout"]) == case["want"]


@pytest.mark.parametrize("case", clock("strftime"), ids=lambda case: case["layout"])
def test_strftime(case: dict[str, str]) -> None:
    now = dt.datetime.fromisoformat(case["now"])
    assert call("legacy_strftime", case["layout"], now=now) == case["want"]


@pytest.mark.parametrize(
    ("moment", "layout", "wanted"),
    [
        ("2009-11-10T23:00:00Z", "3:04 PM pm 03", "11:00 PM pm 11"),
        ("2009-11-10T12:00:00Z", "3PM", "12PM"),
        ("2009-11-10T00:00:00Z", "3AM 03:04PM", "12AM 12:00AM"),
        ("2009-02-01T01:02:03Z", "1/2/06 _2 __2 002", "2/1/09  1  32 032"),
        ("2009-02-01T01:02:03.12Z", ".000 .999 .9 ,99", ".120 .12 .1 ,12"),
        ("2009-02-01T01:02:03Z", "5.999 5.000", "3 3.000"),
        ("2009-02-01T01:02:03+05:30", "-07 -0700 -07:00 Z0700 Z07:00 MST", "+05 +0530 +05:30 +0530 +05:30 +0530"),
        ("2009-02-01T01:02:03-08:00", "-07 -07:00:00 -070000 Z07", "-08 -08:00:00 -080000 -08"),
    ],
)
def test_go_layouts_at_other_times(moment: str, layout: str, wanted: str) -> None:
    # Packer shows its own clock only; these follow from https://pkg.go.dev/time#Layout
    assert written(parse(moment), layout) == wanted


NOW = dt.datetime(2021, 4, 9, 15, 6, 7, 89_000, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("name", "args", "wanted"),
    [
        ("timestamp", (), "2021-04-09T15:06:07Z"),
        ("plantimestamp", (), "2021-04-09T15:06:07Z"),
        ("legacy_isotime", (), "2021-04-09T15:06:07Z"),
        ("legacy_isotime", ("2006-01-02 15:04:05.000",), "2021-04-09 15:06:07.089"),
        ("legacy_strftime", ("%Y-%m-%d %H:%M:%S%L %%j",), "2021-04-09 15:06:07.089 %j"),
    ],
)
def test_the_clock_stands_where_the_run_says(name: str, args: tuple[str, ...], wanted: str) -> None:
    assert call(name, *args, now=NOW) == wanted
    elsewhere = NOW.astimezone(dt.timezone(dt.timedelta(hours=9)))
    assert call(name, *args, now=elsewhere) == wanted


def test_too_many_layouts_are_refused() -> None:
    with pytest.raises(FunctionError, match="at most 1 argument"):
        call("legacy_isotime", "2006", "01", now=NOW)


PARTS = {
    "day": 25, "hour": 23, "iso_week": 30, "iso_year": 2023, "minute": 43, "month": 7, "month_name": "July",
    "second": 16, "unix": 1690328596, "weekday": 2, "weekday_name": "Tuesday", "year": 2023, "year_day": 206,
}  # fmt: skip


@pytest.mark.parametrize(
    "timestamp",
    ["2023-07-25T23:43:16Z", "2023-07-25 23:43:16Z", "2023-07-25T23:43:16.75Z", "2023-07-25 23:43:16.1+00:00"],
)
def test_parts_of_a_time(timestamp: str) -> None:
    assert call("rfc3339_parse", timestamp) == PARTS


def test_parts_are_those_of_the_times_own_zone() -> None:
    parts = call("rfc3339_parse", "2023-07-25T23:43:16-07:00")
    assert (parts["hour"], parts["day"], parts["unix"]) == (23, 25, 1690328596 + 7 * 3600)


def test_parts_of_a_unix_time() -> None:
    wanted = {key: value for key, value in PARTS.items() if key != "unix"} | {"rfc3339": "2023-07-25T23:43:16Z"}
    assert call("unix_timestamp_parse", 1690328596) == wanted
    assert call("unix_timestamp_parse", "-1")["rfc3339"] == "1969-12-31T23:59:59Z"


@pytest.mark.parametrize("given_time", [1.5, "x", None, 2**63, 2**62, True])
def test_unix_times_are_whole_and_sensible(given_time: Any) -> None:
    with pytest.raises(FunctionError, match="unix_timestamp"):
        call("unix_timestamp_parse", given_time)


@pytest.mark.parametrize(
    "timestamp", ["2023-07-25", "2023-07-25t23:43:16Z", "2023-07-25  23:43:16Z", "", "2023-02-30T00:00:00Z"]
)
def test_malformed_times_are_refused(timestamp: str) -> None:
    with pytest.raises(FunctionError, match="argument 'timestamp'"):
        call("rfc3339_parse", timestamp)


@pytest.mark.parametrize(
    ("verb", "hint"),
    [
        ("YYY", "'Y' is written YYYY or YY"),
        ("EE", "'E' is written EEEE or EEE"),
        ("A", "'A' is written AA"),
        ("T", "put literal letters in single quotes"),
    ],
)
def test_unknown_verbs_come_with_a_way_out(verb: str, hint: str) -> None:
    with pytest.raises(FunctionError, match=hint):
        call("formatdate", verb, "2018-01-02T23:12:01Z")


ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))


FIRST, LAST = dt.datetime(1, 1, 3), dt.datetime(9999, 12, 29)  # noqa: DTZ001 - bounds of times in any zone


@given(st.datetimes(FIRST, LAST, timezones=ZONES))
def test_agrees_with_pythons_calendar(moment: dt.datetime) -> None:
    parsed = parse(moment.isoformat())
    assert parsed.date == (moment.year, moment.month, moment.day)
    assert parsed.time == (moment.hour, moment.minute, moment.second)
    assert parsed.nanosecond == moment.microsecond * 1000
    assert parsed.weekday == moment.isoweekday() % 7
    assert parsed.year_day == moment.timetuple().tm_yday
    assert parsed.iso_week == tuple(moment.isocalendar())[:2]
    assert parsed.unix == (moment - dt.datetime.fromtimestamp(0, dt.UTC)) // dt.timedelta(seconds=1)


@given(st.integers(-(10**12), 10**12), st.integers(-86_000, 86_000).map(lambda seconds: seconds // 60 * 60))
def test_a_time_survives_being_written(unix: int, offset: int) -> None:
    moment = Instant(unix, 0, offset)
    if 0 <= moment.date[0] <= 9999:
        assert parse(str(moment)) == moment


@given(st.integers(-(2**40), 2**40), st.integers(-(10**6), 10**6))
def test_timeadd_is_undone_by_its_negative(unix: int, seconds: int) -> None:
    start = str(Instant(unix))
    if not 0 <= Instant(unix).date[0] <= 9999 or not 0 <= Instant(unix + seconds).date[0] <= 9999:
        return
    later = call("timeadd", start, f"{seconds}s")
    assert call("timeadd", later, f"{-seconds}s") == start
    assert call("timecmp", later, start) == (seconds > 0) - (seconds < 0)
