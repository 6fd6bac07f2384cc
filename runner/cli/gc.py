"""``ingot gc``: remove what a killed run left."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from runner import registry

if TYPE_CHECKING:
    from runner.sdk import Resource

_FAILED = 1
_A_DAY = 24.0


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--dry-run", action="store_true", help="only list what would be removed")
    parser.add_argument(
        "--region", action="append", default=[], metavar="REGION",
        help="also look for what carries Ingot's tags in this region of AWS, whatever journal knows of it",
    )
    parser.add_argument(
        "--older-than", type=float, default=_A_DAY, metavar="HOURS",
        help="how long ago the run of something in a region has to have begun, in hours; %(default)g when left out",
    )


def run(arguments: Namespace) -> int:
    """Remove what is left, the last made first; go on when something cannot be removed."""
    from runner.sdk import Failed

    failed = found = 0
    try:
        for resource, owner, forget in chain(_noted(), _tagged(arguments.region, arguments.older_than)):
            found += 1
            shown = f"{resource.kind} {resource.id} (run {owner})"
            if arguments.dry_run:
                sys.stdout.write(f"{shown}\n")
            else:
                failed += not _removed(resource, shown, forget)
    except Failed as error:
        return _told(f"a region cannot be looked through: {error}", error.hint)
    if not found:
        sys.stdout.write("nothing was left by runs that are over\n")
    return _FAILED if failed else 0


def _noted() -> Iterator[tuple[Resource, str, Callable[[], None]]]:
    """Yield what the journals on this computer know of, the run, and what forgets it there."""
    from functools import partial

    from runner.store.journal import directory, leftovers

    for leftover in leftovers(directory(os.environ)):
        for resource in leftover.resources:
            yield resource, leftover.run, partial(leftover.forget, resource)


def _tagged(regions: list[str], hours: float) -> Iterator[tuple[Resource, str, Callable[[], None]]]:
    """Yield what carries our tags in regions of AWS, but for runs that go on on this computer."""
    if not regions:
        return
    import asyncio
    from datetime import timedelta

    from runner.builders.amazon.parts.uncollected import tagged
    from runner.store.journal import directory, running

    going_on = running(directory(os.environ))
    for region in regions:
        for resource in asyncio.run(tagged(region, timedelta(hours=hours))):
            if resource.about["run"] in going_on:
                continue
            yield resource, resource.about["run"], lambda: None


def _removed(resource: Resource, shown: str, forget: Callable[[], None]) -> bool:
    import asyncio

    from runner.sdk import Failed

    try:
        asyncio.run(_collect(resource))
    except (Failed, OSError, ImportError) as error:
        _told(f"{shown} cannot be removed: {error}", getattr(error, "hint", None))
        return False
    forget()
    sys.stdout.write(f"removed {shown}\n")
    return True


def _told(message: str, hint: str | None) -> int:
    """Say what went wrong; return the status that says so, too."""
    sys.stderr.write(f"ingot gc: error[E813]: {message}\n")
    if hint:
        sys.stderr.write(f"  = hint: {hint}\n")
    return _FAILED


async def _collect(resource: Resource) -> None:
    from runner.sdk import Builder, Failed
    from runner.store.journal import DIRECTORY

    if resource.kind == DIRECTORY:
        shutil.rmtree(resource.id, ignore_errors=True)
        return
    entry = registry.find("builders", resource.kind.partition(".")[0])
    plugin = entry.load() if entry is not None else None
    if plugin is None or not issubclass(plugin, Builder):
        raise Failed(f"there is no builder for a {resource.kind}", "install the plugin that made it")
    await plugin.collect(resource)
