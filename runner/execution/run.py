"""Run a plan from its first build to its manifest."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from runner.diagnostics import Diagnostic
from runner.events.event import ManifestWritten, RunFinished, RunStarted
from runner.execution.build import make_build
from runner.execution.interrupts import Interrupts
from runner.execution.record import Steps, manifest_of
from runner.execution.sessions import WORK
from runner.execution.supervisor import Job, Supervisor
from runner.execution.workshop import Finished, Workshop
from runner.model.encode import masked, to_json
from runner.planning.planner import Ground, Prepared
from runner.sdk import Artifact
from runner.store.runs import write_whole
from runner.text import SourceFile


class Ran(NamedTuple):
    """How a run went."""

    results: Mapping[str, Finished]
    """Build -> how it ended, in the order of the plan."""
    interrupted: bool
    diagnostics: tuple[Diagnostic, ...] = ()
    """What went wrong beside the builds."""


async def run_plan(
    prepared: Prepared, shop: Workshop, *, parallel: int = 0, fail_fast: bool = False,
    record: Path | None = None, manifest: Path | None = None,
) -> Ran:
    """Make the builds of a plan; then write their manifest to ``record``, and to ``manifest`` if anything was made."""
    began = time.monotonic()
    names = [name for wave in prepared.plan.order for name in wave]
    steps = Steps()
    shop.bus.subscribe(steps)
    shop.bus.emit(RunStarted(shop.run, prepared.plan.playbook, tuple(names)))
    supervisor = Supervisor(shop.bus, parallel=parallel, fail_fast=fail_fast, checking=shop.checking)
    running = asyncio.ensure_future(supervisor.run([_job(prepared.grounds[name], shop) for name in names]))
    interrupts = Interrupts(running, shop.bus, shop.commands.kill)
    interrupts.install()
    try:
        await running
    except asyncio.CancelledError:
        if not interrupts.times:
            raise
    _tidied(shop.world.root)
    results = {name: supervisor.results[name] for name in names}
    made = any(artifact.made for each in results.values() for artifact in each.artifacts)
    wanted = ((record if names else None, "W812"), (manifest if made else None, "E812"))
    paths = {path: code for path, code in wanted if path}
    diagnostics = tuple(_recorded(prepared, shop, results, steps, paths))
    outcomes = {name: each.outcome for name, each in results.items()}
    shop.bus.emit(RunFinished(shop.run, round(time.monotonic() - began, 6), outcomes))
    return Ran(results, interrupts.times > 0, diagnostics)


def _tidied(root: Path) -> None:
    """Remove the directory that builds worked in, and the one above it, unless something is left there."""
    for each in (root / WORK, (root / WORK).parent):
        with suppress(OSError):
            each.rmdir()


def _job(ground: Ground, shop: Workshop) -> Job:
    def make(start_from: Artifact | None) -> Awaitable[Finished]:
        return make_build(ground, start_from, shop)

    build = ground.build
    return Job(build.name, build.builder, ground.use.place, build.start_from, make)


def _recorded(
    prepared: Prepared, shop: Workshop, results: Mapping[str, Finished], steps: Steps, paths: Mapping[Path, str]
) -> Iterator[Diagnostic]:
    """Write the manifest to each of ``paths``; yield why that cannot be, by the codes that are said for them."""
    for path, code in paths.items():
        try:
            manifest = manifest_of(shop.run, prepared.plan, results.values(), shop.world.root, steps)
            write_whole(path, to_json(masked(manifest, shop.bus.mask)))
        except OSError as error:
            message = f"the manifest cannot be written: {error.strerror or error}"
            yield Diagnostic(code, message, SourceFile(str(path), "").start())
        else:
            shop.bus.emit(ManifestWritten(str(path)))
