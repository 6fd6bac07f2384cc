"""``ingot fmt``: YAML in its canonical form; comments and groups of lines stay."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from itertools import zip_longest
from pathlib import Path

from runner.cli import common
from runner.cli.output import Output
from runner.diagnostics import Report
from runner.formats.files import read_source
from runner.text import SourceFile, Span

WOULD_CHANGE = 3
_SUFFIXES = (".yml", ".yaml")


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("paths", metavar="PATH", nargs="*", default=["."],
                        help="files or directories; - reads standard input and writes to standard output")
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 3 if something would change")
    parser.add_argument("--diff", action="store_true", help="show what changes, as a unified diff")
    parser.add_argument("--no-write", action="store_true", help="change nothing")
    parser.add_argument("--recursive", "-r", action="store_true", help="look into directories within directories too")
    common.configure_format(parser)


def run(arguments: Namespace) -> int:
    """Format the files; name those that change."""
    report = Report()
    output = Output(arguments.format)
    changed = False
    for path in _files(arguments.paths, report, recursive=arguments.recursive):
        changed |= _format(path, arguments, report, output)
    status = common.finish(report, output, strict=arguments.strict)
    return status or (WOULD_CHANGE if changed and arguments.check else 0)


def _files(paths: list[str], report: Report, *, recursive: bool) -> list[str]:
    found: list[str] = []
    for path in paths:
        directory = Path(path)
        if path == "-" or not directory.is_dir():
            found.append(path)
            continue
        inside = directory.rglob("*") if recursive else directory.glob("*")
        files = sorted(each for each in inside if each.suffix in _SUFFIXES and each.is_file())
        found += [str(each) for each in files if not _hidden(each.relative_to(directory))]
        if not files and not recursive:
            report.add("W002", f"{path} holds no YAML files", SourceFile(path, "").start(), hint="look deeper with -r")
    return found


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _format(path: str, arguments: Namespace, report: Report, output: Output) -> bool:
    """Format one file; return whether it changes."""
    file = read_source(path, report)
    if file is None or not _is_yaml(file, report):
        return False
    from runner.formats.yaml.format import CannotFormat, format_yaml

    try:
        text = format_yaml(file.text)
    except CannotFormat as error:
        place = Span(file, error.line, error.column, error.line, error.column + 1)
        report.add("E019", f"cannot be formatted: {error.message}", place)
        return False
    if path == "-":
        if shown := _answer(file, text, arguments):
            output.raw(shown)
        return text != file.text
    if text == _as_stored(path):
        return False
    if arguments.diff:
        output.raw(_diff(path, file.text, text))
    elif arguments.format == "text":
        output.line(path)
    elif arguments.check:
        report.add("W003", f"{path} is not in canonical form", _first_change(file, text), hint="`ingot fmt` writes it")
    else:
        output.remark(path)  # standard output is for the diagnostics, and programs read them
    if not (arguments.check or arguments.no_write):
        _write(Path(path), text)
    return True


def _answer(file: SourceFile, text: str, arguments: Namespace) -> str:
    """Return what goes to standard output when standard input is formatted."""
    if arguments.diff:
        return _diff(file.path, file.text, text)
    return "" if arguments.check else text


def _first_change(file: SourceFile, text: str) -> Span:
    """Return the first line that formatting changes; the whole file if only its line ends would."""
    for number, (old, new) in enumerate(zip_longest(file.lines, text.split("\n"), fillvalue=""), 1):
        if old != new:
            return Span(file, number, 1, number, len(old) + 1)
    return file.start()


def _as_stored(path: str) -> str:
    """Return the text with line ends and byte order mark, which formatting changes too."""
    return Path(path).read_bytes().decode("utf-8")


def _is_yaml(file: SourceFile, report: Report) -> bool:
    """Report syntax errors in the words of ``validate``; nothing else keeps a file from being formatted."""
    from runner.formats.yaml import reader as yaml

    own = Report()
    node = yaml.load(file, own)
    # Several documents and odd keys are no playbook, but they can be formatted.
    if node is None and not all(d.code in ("E010", "E014") for d in own.diagnostics):
        report.extend(own.diagnostics)
        return False
    return True


def _write(path: Path, text: str) -> None:
    """Replace a file at once, so that a crash never leaves half of it."""
    from runner.store.runs import write_whole

    write_whole(path.resolve(), text, mode=path.stat().st_mode & 0o7777)


def _diff(path: str, old: str, new: str) -> str:
    import difflib

    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), f"{path} (as it is)", f"{path} (formatted)"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
