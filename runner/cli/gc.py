"""``ingot gc``: remove what a killed run left."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from runner import registry

if TYPE_CHECKING:
    from runner.sdk import Resource
    from runner.store.journal import Leftover

_FAILED = 1


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--dry-run", action="store_true", help="only list what would be removed")


def run(arguments: Namespace) -> int:
    """Remove what is left, the last made first; go on when something cannot be removed."""
    from runner.store.journal import directory, leftovers

    failed = found = 0
    for leftover in leftovers(directory(os.environ)):
        for resource in leftover.resources:
            found += 1
            if arguments.dry_run:
                sys.stdout.write(f"{_shown(leftover, resource)}\n")
            else:
                failed += not _removed(leftover, resource)
    if not found:
        sys.stdout.write("nothing was left by runs that are over\n")
    return _FAILED if failed else 0


def _shown(leftover: Leftover, resource: Resource) -> str:
    return f"{resource.kind} {resource.id} (run {leftover.run})"


def _removed(leftover: Leftover, resource: Resource) -> bool:
    import asyncio

    from runner.sdk import Failed

    try:
        asyncio.run(_collect(resource))
    except (Failed, OSError, ImportError) as error:
        sys.stderr.write(f"ingot gc: error[E813]: {_shown(leftover, resource)} cannot be removed: {error}\n")
        if hint := getattr(error, "hint", None):
            sys.stderr.write(f"  = hint: {hint}\n")
        return False
    leftover.forget(resource)
    sys.stdout.write(f"removed {_shown(leftover, resource)}\n")
    return True


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
