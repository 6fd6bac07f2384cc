"""Write down what a run made: its manifest, at once or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from runner import __version__
from runner.execution.workshop import Finished
from runner.model.encode import masked, to_json
from runner.model.manifest import Manifest, ManifestBuild, ManifestFile, Status
from runner.model.plan import Plan
from runner.planning.planner import last_key

NAME = "ingot-manifest.json"
"""What the manifest is called unless the user says otherwise; it lies beside the playbook."""


def manifest_of(run: str, plan: Plan, results: Iterable[Finished], directory: Path) -> Manifest:
    """Return the record of a run. Raises ``OSError`` when a file that was made cannot be read."""
    finished = {each.name: each for each in results}
    builds = tuple(
        _build(finished[build.name], build.start_from, last_key(build), directory)
        for build in plan.builds if build.name in finished
    )
    times = [moment for each in finished.values() for moment in (each.started, each.finished)]
    return Manifest(run, __version__, plan.playbook, _time(min(times)), _time(max(times)), builds)


def _build(each: Finished, start_from: str | None, key: str, directory: Path) -> ManifestBuild:
    status: Status = "ok" if each.outcome == "changed" else each.outcome
    made = [artifact for artifact in each.artifacts if artifact.made]
    files = dict.fromkeys(path for artifact in made for file in artifact.files for path in _files(file))
    return ManifestBuild(
        name=each.name, builder=each.builder, status=status,
        started=_time(each.started), finished=_time(each.finished),
        artifact=made[0].id if made else None,
        files=tuple(_file(path, directory) for path in files),
        parents=(start_from,) if start_from else (), key=key,
        errors=tuple(f"{each.span}: {each.code}: {each.message}" for each in each.diagnostics),
    )


def _files(path: Path) -> Iterator[Path]:
    """Yield a file, or all those below a directory; nothing for what is gone."""
    if path.is_dir():
        yield from (each for each in sorted(path.rglob("*")) if each.is_file())
    elif path.exists():
        yield path


def _file(path: Path, directory: Path) -> ManifestFile:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    whole, base = path.resolve(), directory.resolve()
    shown = whole.relative_to(base) if whole.is_relative_to(base) else whole
    return ManifestFile(str(shown), path.stat().st_size, digest)


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write_manifest(manifest: Manifest, path: Path, mask: Callable[[str], str]) -> None:
    """Write the record to ``path``, without secrets. Raises ``OSError`` when it cannot be written."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_text(to_json(masked(manifest, mask)), encoding="utf-8")
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
