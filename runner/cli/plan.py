"""``ingot plan``: what would be built, in which order, from what, and why."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace

from runner.cli import common
from runner.cli.output import Output, colored
from runner.diagnostics import Report
from runner.model.plan import Plan
from runner.planning.concealed import concealed

CHANGES = 3
STDOUT = "-"


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    common.configure_playbook(parser)
    common.configure_values(parser)
    common.configure_selection(parser)
    common.configure_format(parser)
    parser.add_argument("--json", action="store_true", help="print the plan as JSON (schemas/plan.json)")
    parser.add_argument("--out", metavar="FILE",
                        help="save the plan, for `ingot build FILE`; - is standard output, and input")
    parser.add_argument("--all", action="store_true", help="show also the options of steps and builds left out")
    parser.add_argument("--detailed-exitcode", action="store_true", help="exit with 3 when there is something to do")
    parser.add_argument("--no-cache", action="store_true", help="plan as if no build had been made before")
    parser.add_argument("--no-data", action="store_true", help="look no data source up; leave its values open")


def run(arguments: Namespace) -> int:
    """Make the plan and show it."""
    report = Report()
    output = Output(arguments.format)
    loaded = common.load(arguments, report, read_data=not arguments.no_data)
    plan: Plan | None = None
    if loaded is not None:
        output = output.with_secrets(loaded.secrets)
        if not report.failed:
            from runner.planning.planner import make_plan

            plan = make_plan(loaded.playbook, loaded.inputs, loaded.world, common.selection(arguments), report)
            output = output.with_secrets(loaded.secrets)  # the plan may have opened more of them
    if loaded is None or plan is None or report.failed or (arguments.strict and report.diagnostics):
        return common.finish(report, output, strict=arguments.strict) or common.INVALID
    output.diagnostics(report.diagnostics)
    if arguments.out:
        from runner.cli.saved import save_plan

        request = common.request(arguments, loaded)
        if not save_plan(plan._replace(request=request), arguments.out, output):
            return common.INVALID
    if arguments.out != STDOUT:
        if not arguments.no_cache:
            plan = _foreseen(plan, loaded, ask=not arguments.no_data)
        _show(concealed(plan, output.mask), arguments, output)
    work = any(build.action == "run" for build in plan.builds)
    return CHANGES if arguments.detailed_exitcode and work else 0


def _foreseen(plan: Plan, loaded: common.Loaded, *, ask: bool) -> Plan:
    """Return the plan with what a build would find done already; engines may be asked what has become of images."""
    from runner.store.cache.place import directory

    where = directory(loaded.world.environ)
    if not where.is_dir():
        return plan
    from runner.execution.remembering.foresight import foreseen, moved
    from runner.store.cache.cache import Cache
    from runner.store.cache.database import Database

    database = Database(where)
    try:
        root, cache = loaded.world.root, Cache(database)
        return foreseen(plan, root, cache, asyncio.run(moved(plan, root, cache)) if ask else {})
    finally:
        database.close()


def _show(plan: Plan, arguments: Namespace, output: Output) -> None:
    if arguments.json:
        from runner.model.encode import to_json

        output.raw(to_json(plan))
    elif not arguments.out or arguments.all:
        from runner.reports.plan import render_plan

        output.raw(render_plan(plan, color=colored(sys.stdout), every=arguments.all))
    else:
        output.line(f"saved to {arguments.out}; `ingot build {arguments.out}` makes it")
