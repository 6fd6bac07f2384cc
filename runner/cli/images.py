"""``ingot images``: what was built, as the records of the runs tell it."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from runner.cli import common
from runner.cli.output import Output
from runner.diagnostics import Report, did_you_mean
from runner.model.manifest import FORMAT
from runner.reports.sizes import size
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
        """Whether there is an image; what post-processors made of one has no id."""
        return "artifact" in self.build

    @property
    def shown(self) -> str:
        """What stands for it in a table: its id, or its first file, or why there is none."""
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


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    verbs = parser.add_subparsers(dest="verb", metavar="list|show", required=True)
    listing = verbs.add_parser("list", help="list the images, the newest first")
    listing.add_argument("--all", action="store_true", help="list builds that failed, too")
    showing = verbs.add_parser("show", help="show one image")
    showing.add_argument("image", metavar="IMAGE", help="a build's newest image, an artifact's id, or RUN[:BUILD]")
    for each in (listing, showing):
        each.add_argument("--directory", metavar="DIR", default=".", help="directory of the playbook")
        each.add_argument("--json", action="store_true", help="print JSON")
        common.configure_format(each)


def run(arguments: Namespace) -> int:
    """List the images, or show one."""
    report, output = Report(), Output(arguments.format)
    images = list(_images(Path(arguments.directory), report))
    if arguments.verb == "list":
        _list(images if arguments.all else [each for each in images if each.made], as_json=arguments.json)
    elif len(found := _found(images, arguments.image)) == 1:
        _show(found[0], as_json=arguments.json)
    else:
        _report_unknown(arguments.image, images, found, report)
    return common.finish(report, output)


def _report_unknown(wanted: str, images: list[Image], found: list[Image], report: Report) -> None:
    place = SourceFile("IMAGE", wanted).first_line()
    if found:
        report.add("E703", f"{len(found)} images have an id that begins with {wanted!r}", place,
                   hint=f"write more of it: {', '.join(each.id for each in found)}")
        return
    words = {word for each in images for word in (each.name, each.run, each.id) if word}
    hint = did_you_mean(wanted, words) or "'ingot images list' shows what there is"
    report.add("E703", f"there is no image {wanted!r}", place, hint=hint)


def _images(directory: Path, report: Report) -> Iterator[Image]:
    """Yield the builds of all runs, the newest first."""
    from runner.store.runs import Damaged, records

    for record in records(directory):
        reason = record.reason if isinstance(record, Damaged) else _unfit(record.manifest)
        if reason or isinstance(record, Damaged):
            place = SourceFile(str(record.path), "").start()
            report.add("W703", f"the record cannot be read: {reason}", place)
            continue
        for build in reversed(record.manifest["builds"]):
            yield Image(record.id, build, record.manifest)


def _unfit(manifest: Any) -> str | None:
    """Return why something is no manifest that can be read; nothing when it is one."""
    if isinstance(manifest, dict) and manifest.get("format", FORMAT) != FORMAT:
        return "another version of Ingot has written it"
    return None if fits(manifest, published("manifest")) else "it is no manifest"


def _found(images: list[Image], wanted: str) -> list[Image]:
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


def _list(images: list[Image], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps([{"record": each.run, **each.build} for each in images], indent=2) + "\n")
        return
    rows = [("BUILD", "IMAGE", "BUILDER", "SIZE", "MADE", "RUN")]
    rows += [
        (each.name, each.shown, each.build["builder"],
         size(each.size) if each.size else "", each.build["finished"][:19].replace("T", " "), each.run)
        for each in images
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")


def _show(image: Image, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"record": image.run, **image.build}, indent=2) + "\n")
        return
    build, manifest = image.build, image.manifest
    lines = {
        "build": image.name, "image": image.id or image.shown, "what": build.get("description", ""),
        "size": size(image.size) if image.size else "",
        "builder": build["builder"], "status": build["status"], "run": f"{image.run} ({manifest['run']})",
        "playbook": manifest["playbook"], "started": build["started"], "finished": build["finished"],
        "starts from": ", ".join(build.get("parents", ())), "ingot": manifest["ingot"],
    }
    width = max(map(len, lines))
    for name, value in lines.items():
        if value:
            sys.stdout.write(f"{name.ljust(width)}  {value}\n")
    _listed("files", [f"{each['path']}  {size(each['size'])}  sha256:{each['sha256']}" for each in build["files"]])
    _listed("steps", [f"{each['took']:8.3f} s  {each['outcome']:<8}  {each['name']}" for each in build["steps"]])
    _listed("errors", build.get("errors", []))


def _listed(title: str, lines: list[str]) -> None:
    if lines:
        sys.stdout.write("".join((f"{title}\n", *(f"  {line}\n" for line in lines))))
