"""``ingot build``: make the images."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from runner.cli import common
from runner.cli.output import Output, colored
from runner.diagnostics import Diagnostic, Note, Report
from runner.text import SourceFile

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Mapping

    from runner.events.bus import Bus, Subscriber
    from runner.execution.remembering.kit import Kit
    from runner.execution.run import Ran
    from runner.execution.workshop import Workshop
    from runner.planning.planner import Prepared

_FAILED, _PARTLY, _INTERRUPTED = 1, 4, 130
_WELL = ("ok", "changed")
_NOT_STARTED = ("E811", "W813")
"""The codes of diagnostics that name their build themselves."""


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    common.configure_playbook(parser)
    common.configure_values(parser)
    common.configure_selection(parser)
    parser.add_argument("--parallel", "--parallel-builds", metavar="N", type=_count, default=0,
                        help="how many builds run at once; 0, which is usual, means all that can")
    parser.add_argument("--fail-fast", action="store_true", help="let the first build that fails stop all others")
    parser.add_argument("--on-error", choices=("cleanup", "keep", "ask"), default="cleanup",
                        help="whether what a failed build has made so far is removed or kept, or you are asked")
    parser.add_argument("--check", action="store_true",
                        help="tell what the tasks would change on machines that are started, and make no image")
    parser.add_argument("--diff", action="store_true", help="tell how files change")
    memory = parser.add_mutually_exclusive_group()
    memory.add_argument("--no-cache", action="store_true", help="do everything anew, whatever earlier runs have done")
    memory.add_argument("--resume", action="store_true",
                        help="go on where an earlier run ended; builds do so without being told")
    parser.add_argument("--force", action="store_true", help="replace what earlier runs made")
    parser.add_argument("--manifest", metavar="FILE",
                        help="file for the manifest, beside the one in the record of the run")
    parser.add_argument("--no-record", action="store_true", help="keep no record of the run in .ingot/runs")
    parser.add_argument("--junit", metavar="FILE", help="write a report as JUnit XML, for CI servers")
    parser.add_argument("--verbose", action="store_true",
                        help="at a terminal, show what commands say also while all is well")
    parser.add_argument("--profile", action="store_true", help="tell in the end which steps took longest")
    parser.add_argument("--timestamps", action="store_true", help="begin each line with the time")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print what happens as lines of JSON")
    shape.add_argument("--machine-readable", action="store_true", help="print what happens in Packer's lines")
    common.configure_format(parser)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is no number of builds")
    return int(text)


def run(arguments: Namespace) -> int:
    """Plan, refuse what cannot be done, and make the builds."""
    report, output, path = Report(), Output(arguments.format), arguments.playbook
    arguments, saved = _asked(arguments, report)
    _check_attendance(arguments, report)
    loaded = prepared = None
    if not report.failed:
        request = saved["request"] if saved else {}
        epoch, seed = request.get("epoch"), request.get("seed")
        loaded = common.load(arguments, report, read_data=True, epoch=epoch, seed=seed)
    if loaded is not None:
        output = output.with_secrets(loaded.secrets)
        if not report.failed:
            prepared = _plan(arguments, loaded, report)
    if prepared is not None and not report.failed:
        report.extend(_refused(path, saved, prepared, output))
    empty = any(each.code == "W617" for each in report.diagnostics)
    status = common.finish(report, output, strict=arguments.strict or empty)
    if status or loaded is None or prepared is None:
        return status or common.INVALID
    secrets = (*loaded.secrets, *_secret_options(prepared))
    ran = _run(arguments, loaded, prepared, secrets)
    _settle()
    output.with_secrets(secrets).diagnostics(_diagnostics(ran))
    return _status(ran)


def _settle() -> None:
    """Forget what standard output does not take: the images are made, and the exit status tells of them."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _diagnostics(ran: Ran) -> list[Diagnostic]:
    """Return what went wrong, each thing once, with the builds in which it did."""
    builds: dict[Diagnostic, list[str]] = {}
    for name, result in ran.results.items():
        for each in result.diagnostics:
            builds.setdefault(each, []).append(name)
    several = len(ran.results) > 1
    found = [
        each._replace(notes=(*each.notes, Note(f"in the build{'s' * (len(names) > 1)} {', '.join(names)}")))
        if several and each.code not in _NOT_STARTED else each
        for each, names in builds.items()
    ]
    return [*found, *ran.diagnostics]


def _asked(arguments: Namespace, report: Report) -> tuple[Namespace, Mapping[str, Any] | None]:
    """Return the command line, and the saved plan that it names; its own command line counts then."""
    from runner.cli.saved import is_saved_plan, load_plan

    if not is_saved_plan(arguments.playbook):
        return arguments, None
    return load_plan(arguments.playbook, arguments, report) or (arguments, None)


def _check_attendance(arguments: Namespace, report: Report) -> None:
    """Refuse to ask where nobody can answer."""
    if arguments.on_error == "ask" and not (sys.stdin is not None and sys.stdin.isatty()):
        place = SourceFile("--on-error", "ask").first_line()
        report.add("E700", "nobody can be asked, for standard input is no terminal", place,
                   hint="write --on-error keep or cleanup")


def _plan(arguments: Namespace, loaded: common.Loaded, report: Report) -> Prepared:
    """Return the plan and what it stands on."""
    from runner.planning.planner import prepare

    return prepare(loaded.playbook, loaded.inputs, loaded.world, common.selection(arguments), report)


def _refused(path: str, saved: Mapping[str, Any] | None, prepared: Prepared, output: Output) -> Iterable[Diagnostic]:
    """Return why the plan is not carried out: a saved one has to come out the same, and all of it to be possible."""
    from runner.cli.saved import differences
    from runner.execution.clashes import clashes
    from runner.execution.refusals import refusals

    changed = differences(path, saved, prepared.plan, output) if saved is not None else []
    return changed or [*refusals(prepared.grounds), *clashes(prepared.grounds)]


def _secret_options(prepared: Prepared) -> Iterable[str]:
    from runner.execution.secrets import secret_options

    return secret_options(prepared.plan)


def _run(arguments: Namespace, loaded: common.Loaded, prepared: Prepared, secrets: Iterable[str]) -> Ran:
    """Make the builds in an event loop of their own."""
    import asyncio
    import uuid

    from runner.events.bus import Bus
    from runner.execution.interrupts import no_more_interrupts
    from runner.execution.local import LocalCommands
    from runner.execution.run import run_plan
    from runner.execution.scratch import Scratch
    from runner.execution.workshop import Workshop
    from runner.sdk.reaper import Reaper
    from runner.store.journal import Journal, directory

    world, run = loaded.world, str(uuid.uuid4())
    bus = Bus(_subscriber(arguments), secrets=secrets)
    kit = _kit(arguments, world.environ, bus)
    journal = Journal(directory(world.environ), run)
    scratch, reaper = Scratch(journal, run), Reaper()
    shop = Workshop(
        run=run,
        bus=bus, kit=kit,
        world=world, commands=LocalCommands(world.environ, world.root, scratch, reaper), journal=journal, kept=[],
        force=arguments.force, on_error=arguments.on_error, asking=asyncio.Lock(),
        checking=arguments.check, showing=arguments.diff,
        roles_path=tuple(Path(path) for path in arguments.roles_path), sources=tuple(loaded.playbook.sources),
    )
    if world.vaults is not None:
        world.vaults.heard = shop.bus.hide
    if arguments.junit:
        from runner.reports.junit import JUnit

        shop.bus.subscribe(JUnit(Path(arguments.junit)))
    # Not asyncio.run: at its end it would finish the generators that hold what a failed build is to keep.
    loop = asyncio.new_event_loop()
    with ExitStack() as stack:
        try:
            record, complaints = (None, ()) if arguments.no_record else _recorded(prepared, shop, stack)
            shop = shop._replace(record=record.parent if record else None)
            ran = loop.run_until_complete(run_plan(
                prepared, shop, parallel=arguments.parallel, fail_fast=arguments.fail_fast,
                record=record, manifest=Path(arguments.manifest) if arguments.manifest else None,
            ))
            if kit.grown.is_set():
                loop.run_until_complete(_within_limit(kit, world.environ))
        finally:
            loop.run_until_complete(loop.shutdown_default_executor())
            with no_more_interrupts():
                _let_go(loop)
                loop.close()
            kit.cache.settle()
            kit.leases.close()
            kit.cache.database.close()
            reaper.close()
            scratch.remove()
            journal.close()
    return ran._replace(diagnostics=(*ran.diagnostics, *complaints, *_forgetful(kit)))


def _kit(arguments: Namespace, environ: Mapping[str, str], bus: Bus) -> Kit:
    """Return what the builds of the run remember with."""
    from functools import partial

    from runner.execution.remembering.kit import kit_of
    from runner.planning.digests import local_key
    from runner.store.cache.cache import Cache
    from runner.store.cache.database import Database
    from runner.store.cache.leases import Leases
    from runner.store.cache.place import directory

    where = directory(environ)
    return kit_of(
        Cache(Database(where)), Leases(where), lambda: bus.secrets, partial(local_key, environ),
        reading=not arguments.no_cache,
    )


async def _within_limit(kit: Kit, environ: Mapping[str, str]) -> None:
    """Make room in the cache; what cannot be removed stays known for the next time."""
    from runner.execution.remembering.housekeeping import trimmed
    from runner.store.cache.place import limit

    with suppress(ValueError):  # `ingot cache gc` tells what is wrong with the limit
        async for _ in trimmed(kit.cache, kit.leases, limit(environ)):
            pass


def _forgetful(kit: Kit) -> tuple[Diagnostic, ...]:
    """Return why something is not remembered, if so."""
    if kit.cache.complaint is None:
        return ()
    place = SourceFile(str(kit.cache.database.path), "").start()
    return (Diagnostic("W814", kit.cache.complaint, place),)


def _let_go(loop: asyncio.AbstractEventLoop) -> None:
    """End what still listens to machines that are kept; these stay as they are."""
    import asyncio

    left = asyncio.all_tasks(loop)
    for each in left:
        each.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left))


def _recorded(
    prepared: Prepared, shop: Workshop, stack: ExitStack
) -> tuple[Path | None, tuple[Diagnostic, ...]]:
    """Begin the record of a run, which is closed with ``stack``; return where its manifest goes, or why there is none.

    No build is given up for it.
    """
    from datetime import UTC, datetime

    from runner.model.encode import to_json
    from runner.planning.concealed import concealed
    from runner.reports.jsonl import JsonLines
    from runner.store.runs import MANIFEST, begin, directory_of

    where = directory_of(shop.world.root, shop.run, datetime.now(UTC))
    try:
        events = begin(where, to_json(concealed(prepared.plan, shop.bus.mask)))
    except OSError as error:
        message = f"this run keeps no record: {error.strerror or error}"
        place = SourceFile(str(where.parent), "").start()
        return None, (Diagnostic("W812", message, place, hint="--no-record does without one"),)
    stack.callback(_closed, events)
    shop.bus.subscribe(JsonLines(events))
    return where / MANIFEST, ()


def _closed(stream: IO[str]) -> None:
    """Close a stream, whatever could not be written to it: the bus has told so."""
    with suppress(OSError):
        stream.close()


def _subscriber(arguments: Namespace) -> Subscriber:
    """Return who tells of the run on standard output."""
    if arguments.json:
        from runner.reports.jsonl import JsonLines

        return JsonLines(sys.stdout)
    if arguments.machine_readable:
        from runner.reports.machine_readable import MachineReadable

        return MachineReadable(sys.stdout)
    color = colored(sys.stdout)
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        from runner.reports.live import Live

        return Live(sys.stdout, color=color, timestamps=arguments.timestamps, verbose=arguments.verbose,
                    profile=arguments.profile)
    from runner.reports.console import Console

    return Console(sys.stdout, color=color, timestamps=arguments.timestamps, profile=arguments.profile)


def _status(ran: Ran) -> int:
    """Return the exit status of the run."""
    outcomes = [
        "ok" if each.outcome == "skipped" and all(found.severity == "warning" for found in each.diagnostics)
        else each.outcome for each in ran.results.values()
    ]
    if ran.interrupted:
        return _INTERRUPTED
    if all(outcome in _WELL for outcome in outcomes):
        return _FAILED if any(each.severity == "error" for each in ran.diagnostics) else 0
    return _PARTLY if any(outcome in _WELL for outcome in outcomes) else _FAILED
