from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from runner.events.bus import Bus
from runner.events.event import BuildFinished, Event
from runner.execution.supervisor import Job, Supervisor
from runner.execution.workshop import Finished
from runner.sdk import Artifact
from runner.text import SourceFile

PLACE = SourceFile("p.yml", "x").start()
Make = Callable[[Artifact | None], Awaitable[Finished]]


class Shop:
    """Makes builds that only note when they begin and end."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.running = 0
        self.most = 0

    def job(self, name: str, needs: str | None = None, *, fails: bool = False, turns: int = 3) -> Job:
        async def make(start_from: Artifact | None) -> Finished:
            self.log.append(f"{name} from {start_from.id}" if start_from else name)
            self.running += 1
            self.most = max(self.most, self.running)
            try:
                for _ in range(turns):
                    await asyncio.sleep(0)
            except asyncio.CancelledError:
                self.log.append(f"{name} cancelled")
                raise
            finally:
                self.running -= 1
            artifacts = () if fails else (Artifact("fake", name, (Path(name),)),)
            return Finished(name, "fake", "failed" if fails else "ok", 1, 2, artifacts)

        return Job(name, "fake", PLACE, needs, make)


def outcomes(jobs: list[Job], **settings: object) -> dict[str, str]:
    heard: list[Event] = []
    supervisor = Supervisor(Bus(heard.append), **settings)  # type: ignore[arg-type]  # whatever a test wants
    results = asyncio.run(supervisor.run(jobs))
    unstarted = {each.build: each.outcome for each in heard if isinstance(each, BuildFinished)}
    assert all(results[name].outcome == outcome for name, outcome in unstarted.items())
    return {name: each.outcome for name, each in results.items()}


def test_all_run_at_once_unless_there_are_few_slots() -> None:
    for parallel, most in ((0, 5), (1, 1), (2, 2)):
        shop = Shop()
        assert set(outcomes([shop.job(str(n)) for n in range(5)], parallel=parallel).values()) == {"ok"}
        assert shop.most == most


def test_a_build_waits_for_the_one_it_starts_from_and_gets_its_image() -> None:
    shop = Shop()
    outcomes([shop.job("base", turns=9), shop.job("other", turns=1), shop.job("web", "base"), shop.job("top", "web")])
    assert shop.log == ["base", "other", "web from base", "top from web"]


@pytest.mark.parametrize("parallel", [0, 1])
def test_a_failure_stops_only_what_starts_from_it(parallel: int) -> None:
    shop = Shop()
    jobs = [shop.job("base", fails=True), shop.job("other"), shop.job("web", "base"), shop.job("top", "web")]
    found = outcomes(jobs, parallel=parallel)
    assert found == {"base": "failed", "other": "ok", "web": "skipped", "top": "skipped"}


def test_fail_fast_stops_everything() -> None:
    shop = Shop()
    jobs = [shop.job("slow", turns=99), shop.job("bad", fails=True), shop.job("next", "slow")]
    assert outcomes(jobs, fail_fast=True) == {"slow": "cancelled", "bad": "failed", "next": "cancelled"}
    assert shop.log == ["slow", "bad", "slow cancelled"]


def test_a_cancelled_run_knows_how_every_build_ended() -> None:
    shop = Shop()
    supervisor = Supervisor(Bus(), parallel=2)

    async def cancelled() -> None:
        jobs = [shop.job("quick", turns=0), shop.job("slow", turns=999), shop.job("late"), shop.job("child", "slow")]
        running = asyncio.create_task(supervisor.run(jobs))
        for _ in range(20):
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(cancelled())
    found = {name: each.outcome for name, each in supervisor.results.items()}
    assert found["quick"] == "ok"
    assert found["slow"] == found["child"] == "cancelled"
    assert "slow cancelled" in shop.log
