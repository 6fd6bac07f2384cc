"""``ingot import``: templates of Packer become playbooks."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from runner.cli import common
from runner.cli.output import Output
from runner.diagnostics import Report
from runner.text import SourceFile

if TYPE_CHECKING:  # much is loaded for it, and asking for help needs none of it
    from runner.packer.coverage import Coverage
    from runner.packer.reading import Read
    from runner.packer.units import Unit

DIFFERS = 3
_PLAYBOOK, _VALUES = ".yml", ".vars.yml"


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("paths", metavar="PATH", nargs="+",
                        help="a template, a directory, a file of variables; - reads standard input")
    parser.add_argument("--output", "-o", metavar="PATH",
                        help="file (.yml) or directory to write to; standard output when it is left out")
    parser.add_argument("--force", action="store_true", help="write over files that are there")
    parser.add_argument("--report", metavar="FILE",
                        help="write what became of each field, as JSON (schemas/coverage.json)")
    parser.add_argument("--redact", action="store_true", help="make secrets sensitive variables without a value")
    parser.add_argument("--check", action="store_true",
                        help="write nothing; export the playbooks again, compare, and exit with 3 if they differ")
    common.configure_format(parser)


def run(arguments: Namespace) -> int:
    """Import the templates, and tell what their playbooks lack."""
    from runner.packer.coverage import Coverage
    from runner.packer.outcome import remarks
    from runner.packer.reading import read

    report = Report()
    output = Output(arguments.format, apart=arguments.output is None or arguments.check)
    units = list(dict.fromkeys(unit for path in arguments.paths for unit in _units(path, report)))
    found = [(unit, read(tuple(map(str, unit.files)), report)) for unit in units]
    if report.failed or not units:
        return common.finish(report, output) or common.INVALID
    whole = Coverage()
    texts: list[tuple[Unit, str, str]] = []
    differing = False
    for unit, read_ in found:
        if read_ is not None:
            template = _without_secrets(read_) if arguments.redact else _with_secrets(read_, report)
            text = _playbook(template)
            texts.append((unit, text, _VALUES if template.kind == "variables" else _PLAYBOOK))
            whole.findings += template.coverage.findings
            differing |= arguments.check and _differs(unit, template, text, output)
    remarks(whole, report, strict=arguments.strict, other="playbook")
    if not arguments.check and not report.failed:
        _written(texts, arguments, report, output)
    if arguments.report and not report.failed:
        _reported(whole, arguments.report, report)
    status = common.finish(report, output)
    if status == 0 and arguments.output:
        output.about(_summary(whole))
    return status or (DIFFERS if differing else 0)


def _units(path: str, report: Report) -> tuple[Unit, ...]:
    """Return the templates in a path, and the files of variables beside them."""
    from runner.packer.units import Unit, find_units, stem

    units = find_units(Path(path))
    if not units:
        place = SourceFile(path, "").start()
        report.add("E001", f"{path} holds no template of Packer", place, hint="it is a file or has files *.pkr.hcl")
        return ()
    if not Path(path).is_dir():
        return units
    values = dict.fromkeys(file for unit in units for file in unit.var_files)
    return (*units, *(Unit(stem(file), file.parent, (file,)) for file in values))


def _without_secrets(template: Read) -> Read:
    from runner.packer import secrets

    return template._replace(body=secrets.without_secrets(template.body))


def _with_secrets(template: Read, report: Report) -> Read:
    """Return a template as it is, and point out the secrets in it."""
    from runner.packer import secrets

    for secret in secrets.found_in(template.body):
        hint = "--redact makes it a sensitive variable without a value"
        report.add("W142", f"{secret.field} is a secret, and stands in the template", secret.place, hint=hint)
    return template


def _playbook(template: Read) -> str:
    """Return the playbook, or the file of variables, that a template becomes."""
    from runner.packer.importing import to_playbook, to_values

    if template.kind == "variables":
        return to_values(template.body, template.coverage)
    return to_playbook(template.body, template.coverage).text


def _differs(unit: Unit, template: Read, text: str, output: Output) -> bool:
    """Export a playbook again, and show in what it differs from the template."""
    from runner.packer.comparing import differences
    from runner.packer.exporting import to_template
    from runner.reading.playbook import read_document

    if template.kind == "variables":
        return False
    playbook = read_document(SourceFile(f"{unit.name}.yml", text), unit.directory, Report())
    again = to_template(playbook, unit.name).body if playbook else template.body._replace(items=())
    found = differences(template.body, again)
    output.line(f"{unit.name}: {'differs' if found else 'equal'}")
    for line in found:
        output.line(f"  {line}")
    return bool(found)


def _reported(whole: Coverage, path: str, report: Report) -> None:
    from runner.packer.outcome import write_files

    write_files({Path(path): json.dumps(whole.document(), indent=2) + "\n"}, report, force=True)


def _written(texts: list[tuple[Unit, str, str]], arguments: Namespace, report: Report, output: Output) -> None:
    """Write the playbooks to where they are wanted."""
    from runner.packer.outcome import write_files

    if arguments.output is None:
        if len(texts) > 1:
            names = ", ".join(unit.name for unit, _, _ in texts)
            place = SourceFile(arguments.paths[0], "").start()
            report.add("E143", f"there are {len(texts)} templates: {names}", place, hint="-o DIR takes them all")
            return
        for _, text, _ in texts:
            output.raw(text)
        return
    target = Path(arguments.output)
    one_file = target.suffix in (".yml", ".yaml") and not target.is_dir()
    if one_file and len(texts) > 1:
        place = SourceFile(arguments.output, "").start()
        report.add("E143", f"{len(texts)} templates do not go into one file", place, hint="-o DIR takes them all")
        return
    files: dict[Path, str] = {}
    for unit, text, ending in texts:
        path = target if one_file else target / f"{_name(unit)}{ending}"
        if path in files:
            hint = "a directory of its own for each keeps them apart"
            report.add("E143", f"another template becomes {path}, too", SourceFile(str(unit.files[0]), "").start(),
                       hint=hint)
        files[path] = text
    if write_files(files, report, force=arguments.force):
        _tell(files, output)


def _name(unit: Unit) -> str:
    return "playbook" if unit.name == "-" else unit.name


def _tell(paths: Iterable[Path], output: Output) -> None:
    for path in paths:
        output.about(str(path))


def _summary(whole: Coverage) -> str:
    counts = whole.counts()
    return f"{counts['mapped']} fields mapped, {counts['changed']} changed, {counts['unsupported']} unsupported"
