"""Images as the records of the runs tell of them, and which of them a word on the command line means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from runner.diagnostics import Report, did_you_mean
from runner.model.manifest import FORMAT
from runner.schema.check import fits
from runner.schema.published import published
from runner.text import SourceFile

_SHORT = 19
"""How many characters of an artifact's id a table shows: ``sha256:`` and twelve digits."""
_ALGORITHM = "sha256:"


class Image(NamedTuple):
    """One build of one run."""

    run: str
    """Name of the record: when it began, and the beginning of its UUID."""
    build: dict[str, Any]
    """What the manifest tells of it."""
    manifest: dict[str, Any]
    path: Path
    """Where the manifest is."""

    @property
    def name(self) -> str:
        """Name of the build."""
        return str(self.build["name"])

    @property
    def id(self) -> str:
        """What the builder calls the image; empty when there is none."""
        return str(self.build.get("artifact") or "")

    @property
    def made(self) -> bool:
        """Whether an image was made, and not deleted since; what post-processors made of one has no id."""
        return "artifact" in self.build and "deleted" not in self.build

    @property
    def shown(self) -> str:
        """What stands for it in a table: its id, or its first file, or why there is none."""
        if "deleted" in self.build:
            return "deleted"
        files = [file["path"] for file in self.build["files"]]
        if not self.id:
            return str(files[0] if files and self.made else self.build["status"])
        first, *others = self.id.split(",")
        if ":ami-" in first:  # of one region; a cloud's names are of no use when they are cut
            return f"{first} +{len(others)}" if others else first
        return self.id[:_SHORT]

    @property
    def size(self) -> int:
        """How large it is, or its files are, in bytes; 0 when nobody knows."""
        return int(self.build.get("size") or sum(file["size"] for file in self.build.get("files", ())))


def images_of(directory: Path, report: Report) -> Iterator[Image]:
    """Yield the builds of all runs, the newest first."""
    from runner.store.runs import Damaged, records

    for record in records(directory):
        reason = record.reason if isinstance(record, Damaged) else _unfit(record.manifest)
        if reason or isinstance(record, Damaged):
            place = SourceFile(str(record.path), "").start()
            report.add("W703", f"the record cannot be read: {reason}", place)
            continue
        for build in reversed(record.manifest["builds"]):
            yield Image(record.id, build, record.manifest, record.path)


def _unfit(manifest: Any) -> str | None:
    """Return why something is no manifest that can be read; nothing when it is one."""
    if isinstance(manifest, dict) and manifest.get("format", FORMAT) != FORMAT:
        return "another version of Ingot has written it"
    return None if fits(manifest, published("manifest")) else "it is no manifest"


def found_by(images: list[Image], wanted: str) -> list[Image]:
    """Return the newest image that is called so: by id, build, run or file.

    For the beginning of an id it is the newest of each id that begins so.
    """
    run, _, build = wanted.partition(":")
    ways = (
        lambda each: each.id == wanted != "",
        lambda each: each.name == wanted and each.made,
        lambda each: each.name == wanted,
        lambda each: run in (each.run, each.manifest["run"]) and build in ("", each.name),
        lambda each: wanted in (file["path"] for file in each.build["files"]),
    )
    named = next((each for way in ways for each in images if way(each)), None)
    if named is not None:
        return [named]
    beginning = wanted.removeprefix(_ALGORITHM)
    begun = (each for each in reversed(images) if each.id.removeprefix(_ALGORITHM).startswith(beginning))
    return list({each.id: each for each in begun}.values()) if beginning else []


def report_unknown(wanted: str, images: list[Image], found: list[Image], report: Report) -> None:
    """Report that a word means no image, or several."""
    place = SourceFile("IMAGE", wanted).first_line()
    if found:
        report.add("E703", f"{len(found)} images have an id that begins with {wanted!r}", place,
                   hint=f"write more of it: {', '.join(each.id for each in found)}")
        return
    words = {word for each in images for word in (each.name, each.run, each.id) if word}
    hint = did_you_mean(wanted, words) or "'ingot images list' shows what there is"
    report.add("E703", f"there is no image {wanted!r}", place, hint=hint)
