"""Files that two builds of a run would write, one over the other's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from runner import registry
from runner.diagnostics import Diagnostic, Note
from runner.planning.planner import Ground
from runner.schema.records import usual
from runner.sdk.plugin import Kind
from runner.text import Span


def clashes(grounds: Mapping[str, Ground]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each file that more than one of the builds to be made writes."""
    writers: dict[Path, tuple[str, Span]] = {}
    for name, ground in grounds.items():
        if ground.build.action != "run":
            continue
        for written, place in _written(ground):
            file = (ground.frame.world.root / written).resolve()
            build, first = writers.setdefault(file, (name, place))
            if build != name:
                yield Diagnostic(
                    "E814", f"{written} is written by two builds, {build} and {name}", place,
                    hint="give each a file of its own, such as one with {{ build.name }} in it",
                    notes=(Note(f"the build {build} writes it too", first),),
                )


def _written(ground: Ground) -> Iterator[tuple[str, Span]]:
    """Yield the files that a build writes, and where each is asked for."""
    build = ground.build
    yield from _of("builders", build.builder, build.options, ground.source.place)
    links = chain.from_iterable(build.post_processors)
    for writing, link in zip(chain.from_iterable(ground.play.post_processors), links, strict=True):
        if link.action == "run":
            yield from _of("post_processors", link.type, link.options, writing.place)


def _of(kind: Kind, name: str, options: Mapping[str, Any], place: Span) -> Iterator[tuple[str, Span]]:
    entry = registry.find(kind, name)
    if entry is None or not entry.runs:
        return
    plugin: Any = entry.load()
    for file in plugin.writes(usual(plugin.options_type(), options)):
        if isinstance(file, str) and "{{" not in file:  # otherwise only the build knows it
            yield file, place
