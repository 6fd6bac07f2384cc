"""``ingot init``: install the roles that a playbook requires."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from runner.cli import common
from runner.cli.output import Output
from runner.diagnostics import Report

if TYPE_CHECKING:
    from runner.requirements.wanted import Wanted

_SERVER = "INGOT_GALAXY_SERVER"


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("playbook", metavar="PLAYBOOK", nargs="?",
                        help="YAML file or directory of *.ingot.yml whose 'requires' names roles")
    parser.add_argument("--requirements", "-r", metavar="FILE", action="append", default=[],
                        help="file of roles as ansible-galaxy reads it")
    parser.add_argument("--upgrade", action="store_true", help="take roles as they are now, and write ingot.lock anew")
    parser.add_argument("--server", metavar="URL", default=os.environ.get(_SERVER),
                        help=f"Galaxy server for roles that are named OWNER.NAME; or set {_SERVER}")
    common.configure_format(parser)


def run(arguments: Namespace) -> int:
    """Install roles below ``.ingot/roles`` beside the playbook; return 2 when one cannot be had."""
    report, output = Report(), Output(arguments.format)
    wanted: list[Wanted] = []
    root = Path()
    from runner.reading.playbook import read_requirements
    from runner.requirements.installing import Installer
    from runner.requirements.lock import FILE
    from runner.requirements.wanted import of_file, of_playbook

    if arguments.playbook is not None:
        found = read_requirements(arguments.playbook, report)
        if found is None:
            return common.finish(report, output) or common.INVALID
        root, requirements = found
        wanted += of_playbook(requirements, report)
    for path in arguments.requirements:
        wanted += of_file(Path(path), report)
    if arguments.playbook is None and not arguments.requirements:
        output.line("nothing is named: ingot init PLAYBOOK, or --requirements FILE")
        return common.INVALID
    if report.failed:
        return common.finish(report, output)
    text = Installer(root, arguments.server, arguments.upgrade, output.line).install(wanted, report)
    if text is not None:
        from runner.store.runs import write_whole

        try:
            write_whole(root / FILE, text)
        except OSError as error:
            output.line(f"{root / FILE} cannot be written: {error.strerror or error}")
            return common.INVALID
    if not wanted:
        output.line("no roles are required")
    return common.finish(report, output, strict=arguments.strict)

