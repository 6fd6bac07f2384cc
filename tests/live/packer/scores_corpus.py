"""The templates of a corpus: a folder with ``INDEX.tsv``, the files it lists, and what Packer says of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

BASELINES = {
    "json": ("baseline-json.tsv", "validate_syntax"),
    "hcl": ("baseline-hcl.tsv", "validate_syntax_dir_stripped"),
}
"""The file that says what Packer 1.6.6 thinks of the templates of a kind, and the column."""


class Case(NamedTuple):
    """A JSON or YAML template, or a directory of templates in HCL."""

    kind: str
    repository: str
    path: str
    """The file, or the directory, inside the repository."""
    class_: str
    packer: str
    """``ok`` or ``fail``: what Packer 1.6.6 says; ``-`` when that is not known."""


def cases(directory: Path) -> Iterator[Case]:
    """Yield the templates that a corpus holds."""
    said = {kind: dict(_said(directory, kind)) for kind in BASELINES}
    seen = set()
    for row in _rows(directory / "INDEX.tsv"):
        if row["role"] != "template":
            continue
        path = row["unit"] if row["kind"] == "hcl" else row["path"]
        verdict = said.get(row["kind"], {}).get((row["repo"], path), "-")
        found = Case(row["kind"], row["repo"], path, row["class"], verdict)
        if found[:3] not in seen:
            seen.add(found[:3])
            yield found


def _said(directory: Path, kind: str) -> Iterator[tuple[tuple[str, str], str]]:
    name, column = BASELINES[kind]
    if (directory / name).exists():
        yield from (((row["repo"], row["unit"]), row[column]) for row in _rows(directory / name))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")
