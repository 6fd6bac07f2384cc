"""``ingot validate``: every check that needs no machine and no network."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from runner.cli import common
from runner.cli.output import Output
from runner.diagnostics import Report


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    common.configure_playbook(parser)
    common.configure_values(parser)
    common.configure_selection(parser)
    common.configure_format(parser)
    parser.add_argument("--syntax-only", action="store_true", help="check neither values nor the plan")


def run(arguments: Namespace) -> int:
    """Check the playbook; say what is wrong with it, or that nothing is."""
    report = Report()
    output = Output(arguments.format)
    if arguments.syntax_only:
        common.read(arguments, report)
    else:
        loaded = common.load(arguments, report, read_data=False, complete=False)
        if loaded is not None:
            output = output.with_secrets(loaded.secrets)
            if not report.failed:
                from runner.planning.planner import check_plan

                check_plan(loaded.playbook, loaded.inputs, loaded.world, common.selection(arguments), report)
    status = common.finish(report, output, strict=arguments.strict)
    if status == 0 and arguments.format == "text":
        output.line(f"{'standard input' if arguments.playbook == '-' else arguments.playbook} is valid")
    return status
