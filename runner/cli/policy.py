"""``ingot doc BUILDER --policy``: what builds have to be allowed to do."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from runner.cli import common
from runner.cli.output import Output
from runner.diagnostics import Report
from runner.text import SourceFile


def show(builder: str, playbook: str, output: Output) -> int:
    """Print the policy that a builder needs for a playbook, or for anything when none is named."""
    from runner.builders.amazon.parts.policy import BUILDERS, actions, policy

    report = Report()
    if builder not in BUILDERS:
        place = SourceFile("NAME", builder).first_line()
        hint = f"these builders have one: {', '.join(BUILDERS)}"
        report.add("E701", f"there is no policy for {builder!r}", place, hint=hint)
        output.diagnostics(report.diagnostics)
        return common.INVALID
    needed: set[str] = set(() if playbook else actions(builder, None))
    if playbook:
        found = _options(builder, playbook, report)
        if found is None:
            return common.finish(report, output, strict=False) or common.INVALID
        needed |= {action for options in found for action in actions(builder, options)}
    import json

    output.line(json.dumps(policy(needed), indent=2))
    return 0


def _options(builder: str, playbook: str, report: Report) -> list[Mapping[str, Any]] | None:
    """Return the options of the builds of a playbook that use a builder; nothing when it is not sound."""
    from runner.planning.planner import make_plan

    parser = ArgumentParser()
    common.configure_playbook(parser)
    common.configure_values(parser)
    common.configure_selection(parser)
    common.configure_format(parser)
    arguments = parser.parse_args([playbook])
    loaded = common.load(arguments, report, read_data=False)
    if loaded is None or report.failed:
        return None
    plan = make_plan(loaded.playbook, loaded.inputs, loaded.world, common.selection(arguments), report)
    if plan is None or report.failed:
        return None
    return [build.options for build in plan.builds if build.builder == builder]
