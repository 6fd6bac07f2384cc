from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.sdk.durations import seconds_of
from runner.sdk.threads import held

GOOD = {
    "90": 90, "1.5": 1.5, "0": 0, "5m": 300, "1h30m": 5400, "1m20.5s": 80.5, "250ms": 0.25, "10us": 1e-5, "1ns": 1e-9,
    " 3s ": 3, 7: 7, 0.5: 0.5,
}


@pytest.mark.parametrize(("text", "seconds"), GOOD.items())
def test_durations_are_read_as_go_reads_them(text: object, seconds: float) -> None:
    assert seconds_of(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "soon", "5x", "m5", "-1", "nan", "inf", "5 m", "1h30", None])
def test_what_is_no_duration(text: object) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        seconds_of(text)


@given(st.text())
def test_any_text_is_a_length_of_time_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert seconds_of(text) >= 0


def test_a_held_call_is_finished_before_a_cancellation_is_delivered() -> None:
    made: list[str] = []

    def create() -> str:
        time.sleep(0.05)
        made.append("it")
        return "it"

    async def body() -> None:
        made.append(f"{await held(create)} is known")
        await asyncio.sleep(600)

    async def main() -> None:
        task = asyncio.create_task(body())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert made == ["it", "it is known"]


def test_what_a_held_call_raises_is_raised() -> None:
    def bad() -> None:
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        asyncio.run(held(bad))
