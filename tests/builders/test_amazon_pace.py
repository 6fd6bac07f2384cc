"""How fast AWS is asked, by one build and by many."""

from __future__ import annotations

import asyncio

import pytest
from aws_cloud import Cloud

from runner.builders.amazon.shared.access import AwsAccess
from runner.builders.amazon.shared.client import account_of
from runner.builders.amazon.shared.pace import Pace, pace_of


class Clock:
    """A time that is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def waits(pace: Pace, count: int) -> list[float]:
    return [pace.turn() for _ in range(count)]


def test_a_burst_goes_at_once_and_the_rest_one_after_the_other() -> None:
    clock = Clock()
    found = waits(Pace(clock), 54)
    assert found[:50] == [0] * 50
    assert found[50:] == pytest.approx([0.05, 0.10, 0.15, 0.20])
    clock.now = 100


def test_tokens_come_back_with_time() -> None:
    clock = Clock()
    pace = Pace(clock)
    waits(pace, 50)
    clock.now = 0.5
    assert waits(pace, 11) == pytest.approx([0] * 10 + [0.05])


def test_it_slows_down_once_for_a_crowd_and_recovers() -> None:
    clock = Clock()
    pace = Pace(clock)
    for _ in range(5):
        pace.heard("RequestLimitExceeded")
    assert pace.turn() == pytest.approx(1 / 10)
    clock.now = 2
    pace.heard("Throttling")
    assert waits(pace, 2)[1] == pytest.approx(2 / 5)
    for _ in range(100):
        pace.heard(None)
    clock.now = 60
    assert waits(pace, 51)[50] == pytest.approx(1 / 20)


def test_other_refusals_do_not_slow_it_down() -> None:
    pace = Pace(Clock())
    pace.heard("InvalidAMIID.NotFound")
    assert waits(pace, 50) == [0] * 50


def test_it_is_one_for_an_account_a_service_and_a_region() -> None:
    assert pace_of("a", "ec2", "us-east-1") is pace_of("a", "ec2", "us-east-1")
    assert pace_of("a", "ec2", "us-east-1") is not pace_of("a", "ec2", "eu-west-1")
    assert pace_of("a", "ec2", "us-east-1") is not pace_of("b", "ec2", "us-east-1")


def test_fifty_at_once_are_all_served(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """They have several clients, as builds have; every fifth or so is refused for being too many."""
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    cloud.set({"action": "DescribeKeyPairs", "code": "RequestLimitExceeded", "status": 503, "times": 12})

    async def builds() -> None:
        clients = [(await account_of(AwsAccess(region="us-west-2")))("ec2") for _ in range(3)]
        await asyncio.gather(*(clients[number % 3]("describe_key_pairs") for number in range(50)))

    try:
        asyncio.run(builds())
        statuses = [each["status"] for each in cloud.called("DescribeKeyPairs")]
        assert (statuses.count(200), statuses.count(503)) == (50, 12)
    finally:
        cloud.set()
