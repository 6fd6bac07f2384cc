"""Find the templates that a path holds.

Packer reads all files of a directory as one template. Yet many directories hold a template in each file: then they
define the same things, and Packer is given the files one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from runner.diagnostics import Invalid, Report
from runner.formats.files import STDIN, read_source
from runner.formats.hcl.document import read as read_hcl
from runner.formats.hcl.tree import Block, Body
from runner.formats.json.reader import load
from runner.packer.hcl_json import read as read_json
from runner.text import SourceFile
from runner.text.paths import is_directory

TEMPLATES = (".pkr.hcl", ".pkr.json")
VARIABLES = (".pkrvars.hcl", ".pkrvars.json")
_DEFINING = {"variable": 1, "local": 1, "source": 2, "data": 2}
"""The blocks that define something once, and how many labels name it."""
BUILD = ("build",)
"""Stands for builds, of which there may be any number."""


class Unit(NamedTuple):
    """A template: its files, in their order, and the variable files beside them."""

    name: str
    directory: Path
    files: tuple[Path, ...]
    var_files: tuple[Path, ...] = ()


def find_units(path: Path) -> tuple[Unit, ...]:
    """Return the templates in ``path``: a file, a directory, or ``-`` for standard input."""
    if str(path) == STDIN:
        return (Unit(STDIN, Path(), (path,)),)
    if not is_directory(path):
        return (Unit(stem(path), path.parent, (path,), _ending_in(path.parent, VARIABLES)),)
    files, var_files = _ending_in(path, TEMPLATES), _ending_in(path, VARIABLES)
    if not files:
        return ()
    found = {file: _defined(file) for file in files}
    counted = Counter(name for names in found.values() for name in names if name != BUILD)
    twice = {name for name, times in counted.items() if times > 1}
    if not twice:
        return (Unit(path.resolve().name, path, files, var_files),)
    shared = {file for file in files if not found[file] & {*twice, BUILD}}
    return tuple(
        Unit(stem(file), path, tuple(each for each in files if each == file or each in shared), var_files)
        for file in files
        if file not in shared
    )


def _ending_in(directory: Path, suffixes: tuple[str, ...]) -> tuple[Path, ...]:
    try:
        return tuple(sorted(each for each in directory.iterdir() if each.name.endswith(suffixes) and each.is_file()))
    except OSError:
        return ()


def stem(file: Path) -> str:
    """Return the name of a file without the endings that say what it is."""
    endings = (suffix for suffix in (*TEMPLATES, *VARIABLES) if file.name.endswith(suffix))
    return file.name.removesuffix(next(endings, file.suffix))


def _defined(file: Path) -> set[tuple[str, ...]]:
    """Return the names of what a template defines, as far as it can be read."""
    source = read_source(file, Report())
    return set(_names(_body(source).blocks(*_DEFINING, "variables", "locals", "build"))) if source else set()


def _body(source: SourceFile) -> Body:
    if not source.path.endswith(".json"):
        return read_hcl(source, Report())
    try:
        return read_json(source, load(source), Report())
    except Invalid:
        return Body((), source.start())


def _names(blocks: Iterable[Block]) -> Iterator[tuple[str, ...]]:
    for block in blocks:
        if block.type in _DEFINING:
            yield block.type, *block.labels[: _DEFINING[block.type]]
        elif block.type == "build":
            yield BUILD
        else:
            yield from ((block.type.removesuffix("s"), attribute.name) for attribute in block.body.attributes())
