"""``ingot export``: a playbook becomes a template of Packer."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from runner.cli import common
from runner.cli.output import Output
from runner.diagnostics import Report
from runner.text import SourceFile


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    common.configure_playbook(parser)
    parser.add_argument("--to", choices=("hcl", "json"), default="hcl", help="HCL, or Packer's older JSON")
    parser.add_argument("--required-plugins", action="store_true",
                        help="require the plugins of Packer whose components the template uses")
    parser.add_argument("--output", "-o", metavar="FILE", help="file to write to; standard output when it is left out")
    parser.add_argument("--force", action="store_true", help="write over files that are there")
    parser.add_argument("--report", metavar="FILE",
                        help="write what became of each part, as JSON (schemas/coverage.json)")
    common.configure_format(parser)


def run(arguments: Namespace) -> int:
    """Export the playbook, and tell what its template lacks."""
    report = Report()
    output = Output(arguments.format, apart=arguments.output is None)
    playbook = common.read(arguments, report)
    if playbook is None or report.failed:
        return common.finish(report, output) or common.INVALID
    from runner.formats.hcl import write as hcl_write
    from runner.packer.exporting import to_template
    from runner.packer.legacy import writer
    from runner.packer.outcome import remarks, write_files
    from runner.packer.plugins import with_required_plugins

    target = Path(arguments.output) if arguments.output else None
    stem = (target.name if target else Path(playbook.path).name).split(".")[0].strip("-") or "playbook"
    made = to_template(playbook, stem)
    coverage = made.coverage
    body = with_required_plugins(made.body) if arguments.required_plugins else made.body
    if arguments.to == "json":
        written = writer.write(body)
        text = written.text
        coverage.findings += written.findings
    else:
        text = hcl_write.write(body)
    remarks(coverage, report, strict=arguments.strict, other="template")
    if made.files and target is None:
        place = SourceFile(str(arguments.playbook), "").start()
        names = ", ".join(made.files)
        report.add("E143", f"files go with the template: {names}", place, hint="-o FILE writes them beside it")
    if not report.failed and not (arguments.strict and report.diagnostics):
        files = {} if target is None else {target: text, **{target.parent / n: t for n, t in made.files.items()}}
        if write_files(files, report, force=arguments.force):
            for path in files:
                output.about(str(path))
            if target is None:
                output.raw(text)
            if arguments.report:
                document = json.dumps(coverage.document(), indent=2) + "\n"
                write_files({Path(arguments.report): document}, report, force=True)
    return common.finish(report, output, strict=arguments.strict)
