"""``ingot schema``: the JSON Schemas of playbooks, roles, plans and plugins, for editors and other programs."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from runner.cli.output import Output
from runner.diagnostics import Report
from runner.schema.check import unknown_word
from runner.schema.published import directory
from runner.text import SourceFile


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="playbook, plan, modules/apt ...; none lists them")
    parser.add_argument("--write", metavar="DIR", help="write all of them into a directory")
    parser.add_argument("--check", metavar="DIR", help="exit with 3 when those in a directory are not the newest")


def run(arguments: Namespace) -> int:
    """Print, list, write or compare schemas."""
    output = Output()
    if arguments.write or arguments.check:
        from runner.cli.publish import schemas
        from runner.cli.writing import bring_up_to_date

        target = Path(arguments.write or arguments.check)
        return bring_up_to_date(target, schemas(), output, what="schemas", write=bool(arguments.write))
    names = sorted(str(path.relative_to(directory()).with_suffix("")) for path in directory().rglob("*.json"))
    if arguments.name is None:
        for name in names:
            output.line(name)
        return 0
    wanted = arguments.name.removesuffix(".json")
    if wanted not in names:
        matching = [name for name in names if name.rpartition("/")[2] == wanted]
        if len(matching) != 1:
            report = Report()
            unknown_word("E701", "schema", wanted, names, SourceFile("NAME", wanted).first_line(), report,
                         otherwise="`ingot schema` lists them")
            output.diagnostics(report.diagnostics)
            return 2
        wanted = matching[0]
    output.line(json.dumps(json.loads((directory() / f"{wanted}.json").read_text()), indent=2, ensure_ascii=False))
    return 0
