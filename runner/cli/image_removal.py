"""``ingot images delete`` and ``prune``: which images go, and what has to be said before."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from runner.cli import common
from runner.cli.image_parts import FAILURES, Sight, Stored, removed, seen, stored_of, told
from runner.cli.image_records import Image
from runner.diagnostics import Report
from runner.text import SourceFile

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_AGE = re.compile(r"(\d+(?:\.\d+)?)([hdw])")
_HINT = "'ingot images list' shows what there is; look at the region, the profile or the engine if it is elsewhere"


def configure_removal(deleting: ArgumentParser, pruning: ArgumentParser) -> None:
    """Add the options of both commands."""
    deleting.add_argument("--dry-run", action="store_true", help="only show what would be deleted")
    deleting.add_argument("--force", action="store_true", help="delete it even if something uses it")
    pruning.add_argument(
        "--keep", type=_count, metavar="N", help="keep the newest N images of each build; 1 when left out"
    )
    pruning.add_argument("--older-than", type=_age, metavar="AGE", help="only images older than this: 90d, 12h, 2w")
    pruning.add_argument("--only", metavar="GLOB", action="append", default=[], help="only images of these builds")
    pruning.add_argument("--yes", action="store_true", help="delete them; they are only shown without it")


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is no number of images")
    return int(text)


def _age(text: str) -> timedelta:
    found = _AGE.fullmatch(text)
    with suppress(OverflowError):
        if found:
            return timedelta(**{_UNITS[found[2]]: float(found[1])})
    raise ArgumentTypeError(f"{text!r} is no age such as 90d, 12h or 2w")


def deleted(image: Image, images: Sequence[Image], arguments: Namespace, report: Report) -> bool:
    """Delete one image; return whether nothing went wrong. Why it may not be deleted is in ``report``."""
    from runner.sdk import Failed

    place, directory = SourceFile("IMAGE", arguments.image).first_line(), Path(arguments.directory)
    made = [stored_of(each) for each in images if each.made]
    stored = stored_of(image)
    try:
        sight = seen(stored, made, directory) if image.made else Sight()
    except (Failed, *FAILURES) as error:
        report.add("E760", f"{image.name} cannot be deleted: {error}", place, hint=getattr(error, "hint", None))
        return True
    if not sight.there:
        report.add("E762", f"nothing is found of {stored.shown} ({image.shown})", place, hint=_HINT)
    elif arguments.dry_run:
        sight.show(stored, "would delete")
        _show_users(stored, sight)
    elif sight.users and not arguments.force:
        report.add("E761", f"{stored.shown} is in use by {', '.join(sight.users)}", place,
                   hint="--force deletes it all the same; what runs goes on, and nothing new can start from it")
    else:
        return removed(stored, sight, made, directory)
    return True


def pruned(images: Sequence[Image], arguments: Namespace, report: Report) -> bool:
    """Delete old images, or show which; return whether nothing went wrong."""
    if arguments.keep is None and arguments.older_than is None:
        report.add("E764", "nothing says which images are old", SourceFile("prune", "").start(),
                   hint="--keep N, --older-than 90d, or both")
        return True
    directory, globs = Path(arguments.directory), common.words(arguments.only)
    made = [stored_of(each) for each in images if each.made]
    well, old = True, list[tuple[Stored, Sight]]()
    for name in dict.fromkeys(each.image.name for each in made):
        if globs and not any(fnmatchcase(name, glob) for glob in globs):
            continue
        found = _old(name, made, arguments)
        well = well and found is not None
        old += found or ()
    going = {_key(each) for each, _ in old}
    stay = {each.identity for each in made if _key(each) not in going}
    old = [(each, sight) for each, sight in old if each.identity not in stay]
    for each, sight in old:
        if arguments.yes:
            well = removed(each, sight, made, directory) and well
        else:
            sight.show(each, "would delete")
    if not arguments.yes or not old:
        sys.stdout.write("nothing was deleted; --yes does it\n" if old else "there is no image to delete\n")
    return well


def _key(stored: Stored) -> Any:
    return stored.image.name, stored.identity


def _old(name: str, made: Sequence[Stored], arguments: Namespace) -> list[tuple[Stored, Sight]] | None:
    """Return the images of a build that go; nothing when one cannot be looked at: then all stay, and it is told.

    Images of which nothing is found are not counted: they may be in an account that is not looked at.
    """
    from runner.sdk import Failed

    newest: dict[Any, Stored] = {}
    for each in made:
        if each.image.name == name:
            newest.setdefault(each.identity, each)
    kept, keep, found = 0, 1 if arguments.keep is None else arguments.keep, list[tuple[Stored, Sight]]()
    for each in newest.values():
        try:
            sight = seen(each, made, Path(arguments.directory))
        except (Failed, *FAILURES) as error:
            told("E760", f"images of {name} cannot be deleted: {error}", getattr(error, "hint", None))
            return None
        if not sight.there:
            continue
        if kept < keep or not _is_older(each.image, arguments.older_than):
            kept += 1
        elif sight.users:
            _show_users(each, sight)
        else:
            found.append((each, sight))
    return found


def _is_older(image: Image, age: timedelta | None) -> bool:
    return age is None or datetime.now(UTC) - datetime.fromisoformat(image.build["finished"]) > age


def _show_users(stored: Stored, sight: Sight) -> None:
    if sight.users:
        sys.stdout.write(f"keep {stored.shown}: in use by {', '.join(sight.users)}\n")
