"""Foresee what a build will do again, from what was remembered of the last one and from the record of its run."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from runner import registry
from runner.execution.remembering.changes import why_changed
from runner.model.plan import Build, Plan, Step
from runner.sdk import Failed
from runner.sdk.durations import seconds_of
from runner.store.cache.cache import Cache
from runner.store.runs import Recorded, recorded


def plan_key(root: Path, build: str) -> str:
    """Return by which key it is noted what is remembered of a build of a playbook in ``root``."""
    return hashlib.sha256(f"{root.resolve()}\0{build}".encode()).hexdigest()


def foreseen(plan: Plan, root: Path, cache: Cache, moved: Mapping[str, str]) -> Plan:
    """Return the plan with what a build of it would find done already, and why it would do anything again.

    ``moved`` has the builds whose base is known to be another one, and what has become of it.
    """
    builds = tuple(
        _foreseen(build, plan, root, cache, moved.get(build.name)) if build.action == "run" else build
        for build in plan.builds
    )
    return plan._replace(builds=builds)


async def moved(plan: Plan, root: Path, cache: Cache) -> dict[str, str]:
    """Return the builds whose base is another one than in their last run, and what has become of it."""
    found = {}
    for build in plan.builds:
        entry = cache.get("plans", plan_key(root, build.name)) if build.action == "run" else None
        plugin = registry.find("builders", build.builder)
        if entry is None or plugin is None or not (seen := entry.content.get("seen")):
            continue
        loaded: Any = plugin.load()
        with suppress(Failed):  # nobody can tell now
            if (why := await loaded.moved(build.options, seen)) is not None:
                found[build.name] = why
    return found


class _Last(NamedTuple):
    """The last build of the same name."""

    steps: Mapping[str, float]
    """The keys of the steps that are remembered, and since when each is."""
    run: str
    record: Recorded | None


def _foreseen(build: Build, plan: Plan, root: Path, cache: Cache, moved: str | None) -> Build:
    entry = cache.get("plans", plan_key(root, build.name))
    if entry is None:
        return build
    last = _Last(entry.content["steps"], str(entry.content["run"])[:8], recorded(root, entry.content["run"]))
    steps = tuple(_steps(build, plan, last, moved))
    return build._replace(steps=steps, estimate=_estimate(build, steps, last))


def _steps(build: Build, plan: Plan, last: _Last, moved: str | None) -> Iterator[Step]:
    """Yield the steps; the first that is done again has those after it done again, too."""
    former = _former(last.record, build.name)
    again: Step | None = None
    for index, step in enumerate(build.steps):
        if step.action == "skip":
            yield step
            continue
        if again is not None:
            done = former is None or any(each["name"] == step.name for each in former["steps"])
            yield step._replace(action="rerun" if done else "run", reason=f"after {again.name!r}")
            continue
        found = _found(step, index, build, plan, last, former)
        if found.action == "cached" and moved is not None:
            found = step._replace(action="rerun", reason=moved)
        if found.action != "cached":
            again = found
        yield found


def _found(
    step: Step, index: int, build: Build, plan: Plan, last: _Last, former: Mapping[str, Any] | None
) -> Step:
    rule = step.keywords.get("cache")
    if rule in (False, "false", "no"):
        return step._replace(action="run", reason="cache: false")
    if step.key in last.steps:
        ttl = rule.get("ttl") if isinstance(rule, Mapping) else None
        if ttl is not None and last.steps[step.key] + _seconds(ttl) < time.time():
            return step._replace(action="rerun", reason=f"ttl {ttl} passed")
        return step._replace(action="cached", reason=f"as in the run {last.run}")
    if former is None or last.record is None:
        return step._replace(action="rerun", reason="it has changed since, or never ended well")
    why = why_changed(step, index, build, plan, former, last.record.plan)
    if why is None:
        return step._replace(reason="it is new")
    return step._replace(action="rerun", reason=why)


def _seconds(ttl: Any) -> float:
    try:
        return seconds_of(ttl)
    except ValueError:  # an expression: the build will know
        return float("inf")


def _former(record: Recorded | None, build: str) -> Mapping[str, Any] | None:
    if record is None:
        return None
    found: Iterator[Mapping[str, Any]] = (each for each in record.plan.get("builds", ()) if each.get("name") == build)
    return next(found, None)


def _estimate(build: Build, steps: tuple[Step, ...], last: _Last) -> float | None:
    """Return how long the build will take, in seconds, by how long its steps took the last time they were done."""
    manifest = last.record.manifest if last.record is not None else None
    told = next((each for each in (manifest or {}).get("builds", ()) if each.get("name") == build.name), None)
    if told is None:
        return None
    took: dict[str, float] = {}
    for each in told["steps"]:
        took[each["name"]] = max(took.get(each["name"], 0.0), each["took"])
    doing = [step for step in steps if step.action in ("run", "rerun")]
    around = took.get("Launch", 0.0) + took.get("Capture", 0.0) if doing else 0.0
    return round(around + sum(took.get(step.name, 0.0) for step in doing), 1)
