"""``ingot doc NAME``: the manual page of a plugin, a keyword, what expressions call by name, or a diagnostic."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
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
    what = "a plugin, keyword, function, filter, test or look-up, as NAME or KIND/NAME; a diagnostic; none: all plugins"
    parser.add_argument("name", nargs="?", metavar="NAME", help=what)
    parser.add_argument("--kind", choices=KINDS, help="when several kinds have a plugin of that name")
    parser.add_argument("--json", action="store_true", help="print the plugin's JSON Schema")
    parser.add_argument(
        "--policy", nargs="?", const="", metavar="PLAYBOOK",
        help="print the policy that builds on AWS need: for what a playbook says, or for anything",
    )
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
    if arguments.policy is not None:
        from runner.cli.policy import show

        return show(arguments.name, arguments.policy, output)
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
    plugins = [entry for each in KINDS if wanted in ("", each) and (entry := registry.find(each, short))]
    language = list(_language(wanted, short))
    if not plugins and not (language and not arguments.json):
        return _report_unknown(name, short, wanted, language, output)
    if arguments.json:
        import json

        output.line(json.dumps(plugins[0].schema, indent=2, ensure_ascii=False))
        return 0
    from runner.cli.reference import plugin_text

    output.raw("\n".join([*map(plugin_text, plugins), *language]))
    return 0


def _language(wanted: str, name: str) -> Iterator[str]:
    """Yield the pages of what the language itself calls by a name: keywords, functions, filters, tests, look-ups."""
    from runner.cli import reference_language
    from runner.cli.reference import keyword_text

    for kind in reference_language.KINDS:
        if wanted in ("", kind) and name in reference_language.names(kind):
            yield reference_language.language_text(kind, name, keyword_text)


def _report_unknown(name: str, short: str, wanted: str, language: list[str], output: Output) -> int:
    from runner.cli import reference_language

    report = Report()
    place = SourceFile("NAME", name).first_line()
    known = {each: registry.names(each) for each in KINDS}
    known |= {each: reference_language.names(each) for each in reference_language.KINDS}  # type: ignore[misc]  # more kinds
    others = [each for each, names in known.items() if short in names]
    if language:
        report.add("E701", f"{short!r} is no plugin, and only plugins have a schema", place)
    elif others:
        hint = f"see `ingot doc {others[0]}/{short}`"
        report.add("E701", f"{short!r} is in {', '.join(others)}, and not in {wanted}", place, hint=hint)
    else:
        words = {word for each, names in known.items() if wanted in ("", each) for word in names}
        hint = "`ingot doc` lists all plugins"
        unknown_word("E701", "name", name, words or known["modules"], place, report, otherwise=hint)
    output.diagnostics(report.diagnostics)
    return 2
