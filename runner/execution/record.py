"""What a run made, as its manifest tells it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from runner import __version__
from runner.events.event import Event, FileRead, StepFinished, StepStarted
from runner.execution.workshop import Finished
from runner.model.manifest import Manifest, ManifestBuild, ManifestFile, ManifestStep, Status
from runner.model.plan import Plan
from runner.planning.digests import Digests
from runner.planning.planner import last_key
from runner.reading.context import shown


class Steps:
    """Notes the steps of all builds and the files they read, as the events tell them."""

    def __init__(self) -> None:
        self._started: dict[tuple[str, int], StepStarted] = {}
        self.files: dict[str, None] = {}
        """The files that tasks stand in, and those that they read."""
        self.of: dict[str, list[ManifestStep]] = {}
        """Build -> its steps, in the order in which they ended."""

    def __call__(self, event: Event) -> None:
        """Take in an event."""
        match event:
            case StepStarted():
                self._started[event.build, event.step] = event
                self.files[event.place.rpartition(":")[0]] = None
            case FileRead():
                self.files[event.path] = None
            case StepFinished():
                started = self._started.pop((event.build, event.step))
                step = ManifestStep(
                    event.name, event.section, started.module, event.outcome, event.took, started.role, event.ignored,
                    event.cached, event.reason,
                )
                self.of.setdefault(event.build, []).append(step)
            case _:
                pass


def manifest_of(run: str, plan: Plan, results: Iterable[Finished], directory: Path, steps: Steps) -> Manifest:
    """Return the record of a run; paths in it are relative to ``directory`` where that is possible.

    Raises ``OSError`` when a file that was made cannot be read.
    """
    finished = {each.name: each for each in results}
    builds = tuple(
        _build(finished[build.name], build.start_from, last_key(build), directory)._replace(
            steps=tuple(steps.of.get(build.name, ()))
        )
        for build in plan.builds if build.name in finished
    )
    times = [moment for each in finished.values() for moment in (each.started, each.finished)]
    variables = {name: each.value for name, each in plan.variables.items() if not each.sensitive}
    inputs = _inputs(plan, finished, steps)
    return Manifest(run, __version__, plan.playbook, _time(min(times)), _time(max(times)), builds, inputs, variables)


def _inputs(plan: Plan, finished: Mapping[str, Finished], noted: Steps) -> dict[str, str]:
    """Return the files that were read: for the plan, by what it was made of, and those that only the builds named."""
    found = dict(plan.files)
    for build in plan.builds:
        if build.name in finished:
            links = (link for chain in build.post_processors for link in chain)
            steps = (*build.steps, *build.handlers, *build.verify, *build.on_error)
            for files in (build.files, *(step.files for step in steps), *(link.files for link in links)):
                found |= files
    known, digests = {Path(name).resolve() for name in found}, Digests()
    for path in map(Path, noted.files):
        if path.resolve() not in known:
            with suppress(OSError):  # it is gone since, or stands for standard input
                found[shown(path)] = digests.file(path)
    return dict(sorted(found.items()))


def _build(each: Finished, start_from: str | None, key: str, directory: Path) -> ManifestBuild:
    status: Status = "ok" if each.outcome == "changed" else each.outcome
    made = [artifact for artifact in each.artifacts if artifact.made]
    files = dict.fromkeys(path for artifact in made for file in artifact.files for path in _files(file))
    return ManifestBuild(
        name=each.name, builder=each.builder, status=status,
        started=_time(each.started), finished=_time(each.finished),
        artifact=made[0].id if made else None, description=made[0].description if made else "",
        size=made[0].size if made else None,
        files=tuple(_file(path, directory) for path in files),
        parents=(start_from,) if start_from else (), key=key,
        errors=tuple(f"{each.span}: {each.code}: {each.message}" for each in each.diagnostics),
    )


def _files(path: Path) -> Iterator[Path]:
    """Yield a file, or all those below a directory; nothing for what is gone."""
    if path.is_dir():
        yield from (each for each in sorted(path.rglob("*")) if each.is_file() and not each.is_symlink())
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
