"""Read templates of Packer: in HCL, in HCL's JSON, in Packer's older JSON and in YAML that stands for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, NamedTuple

from runner.diagnostics import Report
from runner.formats import documents
from runner.formats.files import read_source
from runner.formats.hcl import document as hcl_document
from runner.formats.hcl.tree import Attribute, Body
from runner.formats.places import Places
from runner.packer.checking import check
from runner.packer.coverage import Coverage
from runner.packer.engine_calls import without_engine_calls
from runner.packer.hcl_json import read as read_hcl_json
from runner.packer.legacy import reader, var_files
from runner.packer.mending.template import mended
from runner.text import Node, SourceFile

Kind = Literal["template", "variables"]
_ERB = re.compile(r"<%(?!%).*?%>", re.DOTALL)


class Read(NamedTuple):
    """What files say, and whether that is a template or values of variables."""

    kind: Kind
    body: Body
    coverage: Coverage


def read(paths: tuple[str, ...], report: Report) -> Read | None:
    """Return what the files of one template say; nothing when it cannot be understood, which is reported."""
    coverage = Coverage()
    bodies: list[Body] = []
    kinds: set[Kind] = set()
    for path in paths:
        file = read_source(path, report)
        found = _read(file, coverage, report) if file is not None else None
        if found is not None:
            kinds.add(found[0])
            bodies.append(found[1])
    if report.failed or not bodies:
        return None
    items = tuple(item for body in bodies for item in body.items)
    end = tuple(line for body in bodies for line in body.end)
    whole = Read("template" if "template" in kinds else "variables", Body(items, bodies[0].place, end), coverage)
    if whole.kind == "template":
        check(whole.body, report)
    if report.failed:
        return None
    return whole._replace(body=mended(whole.body, coverage)) if whole.kind == "template" else whole


def _read(file: SourceFile, coverage: Coverage, report: Report) -> tuple[Kind, Body] | None:
    """Return what a file says; what its name does not tell, its first character does."""
    name = Path(file.path).name
    if name.endswith((".hcl", ".pkr", ".pkrvars")) or (file.path == "<stdin>" and not _is_json(file)):
        body = hcl_document.read(file, report)
        plain = any(isinstance(item, Attribute) for item in body.items) and not tuple(body.blocks())
        if plain or ".pkrvars" in name:
            return "variables", body
        return "template", without_engine_calls(body, coverage)
    root = _parsed(file, coverage, report)
    if root is None:
        return None
    if name.endswith(".pkr.json"):
        return "template", without_engine_calls(read_hcl_json(file, root, report), coverage)
    if _is_var_file(root):
        values = var_files.read(root, report)
        coverage.findings += values.findings
        return "variables", values.body
    legacy = reader.read(file, root, report)
    coverage.findings += legacy.findings
    return "template", legacy.body


def _parsed(file: SourceFile, coverage: Coverage, report: Report) -> Node | None:
    """Return the tree of a document in JSON or YAML, which Ruby's ERB may have to make first: that is told."""
    places = Places(file)
    tags = [places.span(*found.span()) for found in _ERB.finditer(file.text)]
    found = Report()
    root = documents.parse(file, found)
    if root is None and tags:
        message = f"the file is a template of ERB, with {len(tags)} tags, and no YAML yet"
        report.add("E146", message, tags[0], hint=f"let Ruby make YAML of it: erb {file.path} > made.yml")
        return None
    report.extend(found.diagnostics)
    for tag in tags:
        coverage.unsupported(tag, "a tag of ERB", f"Ruby would put something in the place of {tag.text()}")
    return root


def _is_json(file: SourceFile) -> bool:
    return file.text.lstrip().startswith("{")


def _is_var_file(root: Node) -> bool:
    """Return whether an object is values of variables: it has none of a template's parts."""
    return isinstance(root.value, dict) and not {"builders", "provisioners", "post-processors"} & root.value.keys()
