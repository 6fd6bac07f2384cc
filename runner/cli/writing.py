"""Bring a directory of generated files up to date, or say which of its files are not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from runner.cli.output import Output

STALE = 3


def bring_up_to_date(target: Path, files: Mapping[str, str], output: Output, *, what: str, write: bool) -> int:
    """Make ``target`` hold ``files`` (path -> text) and no other files of their kinds; with ``write`` false, compare.

    Returns the exit status: 0, or 3 when a comparison finds differences.
    """
    suffixes = {Path(name).suffix for name in files}
    wanted = {target / name: text for name, text in files.items()}
    here = {path for path in target.rglob("*") if path.suffix in suffixes}
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    extra = sorted(here - wanted.keys())
    if not write:
        for path in (*stale, *extra):
            output.line(f"{path} is not the newest")
        return STALE if stale or extra else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    for path in extra:
        path.unlink()
    output.line(f"{len(wanted)} {what} in {target}: {len(stale)} written, {len(extra)} removed")
    return 0
