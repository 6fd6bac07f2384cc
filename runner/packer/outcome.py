"""What an import or export comes to: findings as remarks, files that are written together."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from runner.diagnostics import Report
from runner.packer.coverage import Coverage
from runner.text import SourceFile


def remarks(coverage: Coverage, report: Report, *, strict: bool, other: str) -> None:
    """Point out what the ``other`` side cannot say, and what was mended: errors if it is to be ``strict``."""
    lost, mended = ("E140", "E145") if strict else ("W140", "W145")
    for each in coverage.findings:
        if each.became == "unsupported":
            report.add(lost, f"{each.field} is not in the {other}: {each.why}", each.place)
        elif each.mistake:
            report.add(mended, f"{each.field} is wrong in the template: {each.why}", each.place)


def write_files(files: Mapping[Path, str], report: Report, *, force: bool) -> bool:
    """Write files, all of them or none; return whether they were written.

    One that is there is written over only by ``force``.
    """
    for path in files:
        if path.exists() and not force:
            place = SourceFile(str(path), "").start()
            report.add("E141", f"{path} is there already", place, hint="--force writes over it")
    if report.failed:
        return False
    written: list[tuple[Path, Path]] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            written.append((beside, path))
            beside.write_text(text, encoding="utf-8")
        for beside, path in written:
            os.replace(beside, path)  # noqa: PTH105 - it is atomic, and says so
    except OSError as error:
        for beside, _ in written:
            beside.unlink(missing_ok=True)
        place = SourceFile(str(path), "").start()
        report.add("E001", f"the files cannot be written: {error.strerror or error}", place)
        return False
    return True
