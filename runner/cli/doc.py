"""``ingot doc NAME``: the manual page of a builder, module, post-processor, data source or diagnostic."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import get_args

from runner import registry
from runner.cli.output import Output
from runner.diagnostics import Report
from runner.schema.check import unknown_word
from runner.sdk.plugin import Kind
from runner.text import SourceFile

KINDS: tuple[Kind, ...] = get_args(Kind)


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="a plugin, KIND/NAME, or a diagnostic; none lists all")
    parser.add_argument("--kind", choices=KINDS, help="when several kinds have a plugin of that name")
    parser.add_argument("--json", action="store_true", help="print the plugin's JSON Schema")
    parser.add_argument("--write", metavar="DIR", help="write the whole reference as Markdown into a directory")
    parser.add_argument("--check", metavar="DIR", help="exit with 3 when a reference is not the newest")


def run(arguments: Namespace) -> int:
    """Print, list or write manual pages."""
    output = Output()
    if arguments.write or arguments.check:
        from runner.cli.reference import pages
        from runner.cli.writing import bring_up_to_date

        return bring_up_to_date(
            Path(arguments.write or arguments.check), pages(), output, what="pages", write=bool(arguments.write)
        )
    if arguments.name is None:
        _list(output, arguments.kind)
        return 0
    return _show(arguments, output)


def _list(output: Output, kind: Kind | None) -> None:
    for each in KINDS if kind is None else (kind,):
        output.line(each)
        for entry in registry.entries(each):
            summary = entry.schema["description"].partition("\n")[0]
            output.line(f"  {entry.name:28}  {summary}")


def _show(arguments: Namespace, output: Output) -> int:
    name = arguments.name
    if name[:1] in "EW" and name[1:].isdigit():
        from runner.diagnostics.catalogue import CATALOGUE

        known = CATALOGUE.get(name)
        if known is not None:
            from runner.cli.reference import diagnostic_page

            output.raw(diagnostic_page(known))
            return 0
    kind, _, short = name.rpartition("/")
    wanted = arguments.kind or kind
    found = [entry for each in KINDS if wanted in ("", None, each) and (entry := registry.find(each, short))]
    if not found:
        report = Report()
        kinds = [each for each in KINDS if wanted in ("", None, each)] or KINDS
        words = {word for each in kinds for word in registry.names(each)}
        others = [each for each in KINDS if registry.find(each, short)]
        place = SourceFile("NAME", name).first_line()
        if others:
            hint = f"see `ingot doc {others[0]}/{short}`"
            report.add("E701", f"{short!r} is in {', '.join(others)}, and not in {wanted}", place, hint=hint)
        else:
            unknown_word("E701", "plugin or diagnostic", name, words, place, report, otherwise="`ingot doc` lists all")
        output.diagnostics(report.diagnostics)
        return 2
    if arguments.json:
        import json

        output.line(json.dumps(found[0].schema, indent=2, ensure_ascii=False))
        return 0
    from runner.cli.reference import plugin_text

    for index, entry in enumerate(found):
        output.raw(("\n" if index else "") + plugin_text(entry))
    return 0
