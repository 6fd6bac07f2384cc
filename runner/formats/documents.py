"""Read a document, whatever it is written in."""

from __future__ import annotations

from pathlib import Path

from runner.diagnostics import Invalid, Report
from runner.formats.files import read_source
from runner.text import Node, SourceFile, Span


def load(path: str | Path, report: Report, *, asked_at: Span | None = None) -> tuple[SourceFile | None, Node | None]:
    """Read a YAML, JSON or HCL file (by its name; anything else is YAML); report what is wrong with it.

    Returns the text, if it could be read, and the tree, if it is usable.
    """
    file = read_source(path, report, asked_at=asked_at)
    return file, None if file is None else parse(file, report)


def parse(file: SourceFile, report: Report) -> Node | None:
    """Return the tree of a document that has been read; report what is wrong with it."""
    name = file.path
    if not name.endswith((".json", ".hcl")):
        from runner.formats import yaml

        return yaml.load(file, report)
    try:
        if name.endswith(".json"):
            from runner.formats import json

            return json.load(file)
        from runner.formats import hcl

        return hcl.load_values(file)
    except Invalid as error:
        report.extend(error.diagnostics)
        return None
