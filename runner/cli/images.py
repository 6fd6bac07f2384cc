"""``ingot images``: what was built, as the records of the runs tell it; and deleting it."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from runner.cli import common
from runner.cli.image_records import Image, found_by, images_of, report_unknown
from runner.cli.image_removal import configure_removal, deleted, pruned
from runner.cli.output import Output
from runner.diagnostics import Report
from runner.reports.sizes import size


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    verbs = parser.add_subparsers(dest="verb", metavar="list|show|delete|prune", required=True)
    listing = verbs.add_parser("list", help="list the images, the newest first")
    listing.add_argument("--all", action="store_true", help="list builds that failed and deleted images, too")
    showing = verbs.add_parser("show", help="show one image")
    deleting = verbs.add_parser("delete", help="delete one image: its AMIs with their snapshots, its files")
    pruning = verbs.add_parser("prune", help="delete old images; without --yes, only show which")
    for each in (showing, deleting):
        each.add_argument("image", metavar="IMAGE", help="a build's newest image, an artifact's id, or RUN[:BUILD]")
    for each in (listing, showing):
        each.add_argument("--json", action="store_true", help="print JSON")
    configure_removal(deleting, pruning)
    for each in (listing, showing, deleting, pruning):
        each.add_argument("--directory", metavar="DIR", default=".", help="directory of the playbook")
        common.configure_format(each)


def run(arguments: Namespace) -> int:
    """List the images, show one, or delete some."""
    report, output = Report(), Output(arguments.format)
    images = list(images_of(Path(arguments.directory), report))
    failed = False
    if arguments.verb == "list":
        _list(images if arguments.all else [each for each in images if each.made], as_json=arguments.json)
    elif arguments.verb == "prune":
        failed = not pruned(images, arguments, report)
    elif len(found := found_by(images, arguments.image)) != 1:
        report_unknown(arguments.image, images, found, report)
    elif arguments.verb == "show":
        _show(found[0], as_json=arguments.json)
    else:
        failed = not deleted(found[0], images, arguments, report)
    return common.finish(report, output, strict=arguments.strict) or int(failed)


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
        "deleted": build.get("deleted", ""),
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
