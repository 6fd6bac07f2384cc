"""A run in the lines that ``packer build -machine-readable`` writes: ``time,target,type,data...``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from runner.events.event import (
    ArtifactMade,
    ArtifactRemoved,
    BuildFinished,
    BuildStarted,
    CommandOutput,
    Event,
    FileChanged,
    ItemFinished,
    RunFinished,
    RunInterrupted,
    Said,
    StepFinished,
    StepRetried,
    StepStarted,
)
from runner.reports.console import without
from runner.reports.durations import spelled_out

_BUILDER_IDS: Mapping[str, str] = {"file": "packer.file", "null": "fnoeding.null", "docker": "packer.docker"}
"""What Packer calls the makers of images; its post-processors are called ``packer.post-processor.NAME``."""


class MachineReadable:
    """Writes Packer's lines. As there, the texts for people have no target, and artifacts come at the end."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._builders: dict[str, str] = {}
        self._artifacts: dict[str, list[ArtifactMade]] = {}
        self._errors: dict[str, str] = {}

    def __str__(self) -> str:
        return "standard output"

    def __call__(self, event: Event) -> None:  # noqa: C901, PLR0912 - one case a kind of event
        """Tell of one event."""
        match event:
            case BuildStarted():
                self._builders[event.build] = event.builder
            case StepStarted():
                self._say(event, f"==> {event.build}: {event.name}")
            case Said():
                self._say(event, f"    {event.build}: {event.text}")
            case FileChanged():
                for line in event.diff.split("\n"):
                    self._say(event, f"    {event.build}: {line}")
            case CommandOutput(stream="stderr"):
                self._line(event, "", "ui", "error", f"==> {event.build}: {event.line}")
            case CommandOutput():
                self._say(event, f"    {event.build}: {event.line}")
            case ItemFinished():
                self._say(event, f"    {event.build}: {event.item}: {event.outcome}")
            case StepRetried():
                self._say(event, f"==> {event.build}: failed, with {event.left} tries left: {event.message}")
            case StepFinished(outcome="failed"):
                self._line(event, "", "ui", "error", f"==> {event.build}: {event.message}")
            case StepFinished(section="tasks" | "pre_tasks" | "post_tasks" | "roles" | "handlers") if event.message:
                self._say(event, f"    {event.build}: {event.message}")
            case ArtifactMade():
                self._artifacts.setdefault(event.build, []).append(event)
            case ArtifactRemoved():
                self._artifacts[event.build] = without(self._artifacts[event.build], event)
            case BuildFinished():
                self._build(event)
            case RunInterrupted():
                self._say(event, f"Cancelling build after receiving {event.signal.lower()}")
            case RunFinished():
                self._run(event)

    def _build(self, event: BuildFinished) -> None:
        took = spelled_out(event.took)
        if event.outcome in ("ok", "changed"):
            self._say(event, f"Build '{event.build}' finished after {took}.")
            return
        reason = "; ".join(failure.message for failure in event.failures) or event.outcome
        self._errors[event.build] = reason
        self._line(event, "", "ui", "error", f"Build '{event.build}' errored after {took}: {reason}")

    def _run(self, event: RunFinished) -> None:
        self._say(event, f"\n==> Wait completed after {spelled_out(event.took)}")
        if self._errors:
            self._line(event, "", "error-count", str(len(self._errors)))
            self._line(event, "", "ui", "error", "\n==> Some builds didn't complete successfully and had errors:")
            for build, reason in self._errors.items():
                self._line(event, build, "error", reason)
                self._line(event, "", "ui", "error", f"--> {build}: {reason}")
        made = {build: found for build, found in self._artifacts.items() if build not in self._errors}
        if not made:
            self._say(event, "\n==> Builds finished but no artifacts were created.")
            return
        self._say(event, "\n==> Builds finished. The artifacts of successful builds are:")
        for build, artifacts in made.items():
            self._line(event, build, "artifact-count", str(len(artifacts)))
            for index, artifact in enumerate(artifacts):
                self._artifact(event, build, index, artifact)

    def _artifact(self, event: Event, build: str, index: int, artifact: ArtifactMade) -> None:
        files = artifact.files
        rows = [
            ("builder-id", self._builder_id(artifact)), ("id", artifact.id), ("string", artifact.description),
            ("files-count", str(len(files))),
            *(("file", str(number), file.path) for number, file in enumerate(files)), ("end",),
        ]
        for row in rows:
            self._line(event, build, "artifact", str(index), *row)
        self._say(event, f"--> {build}: {artifact.description}")

    def _builder_id(self, artifact: ArtifactMade) -> str:
        """Return what Packer calls the maker of an artifact. An image that docker commits counts as imported."""
        if artifact.maker != self._builders.get(artifact.build):
            return f"packer.post-processor.{artifact.maker}"
        if artifact.maker == "docker" and not artifact.files:
            return "packer.post-processor.docker-import"
        return _BUILDER_IDS.get(artifact.maker, artifact.maker)

    def _say(self, event: Event, text: str) -> None:
        self._line(event, "", "ui", "say", text)

    def _line(self, event: Event, target: str, *data: str) -> None:
        texts = (each.replace(",", "%!(PACKER_COMMA)") for each in (target, *data))
        line = ",".join((str(int(event.at)), *texts))
        escaped = line.replace("\r", "\\r").replace("\n", "\\n")
        self._out.write(f"{escaped}\n")
        self._out.flush()
