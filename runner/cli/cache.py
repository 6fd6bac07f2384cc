"""``ingot cache``: look at what builds remember, and make room."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.diagnostics import Diagnostic, Invalid
from runner.text import SourceFile

if TYPE_CHECKING:
    from runner.execution.remembering.housekeeping import Gone
    from runner.store.cache.cache import Cache
    from runner.store.cache.leases import Leases

_FAILED = 1
_KILO = 1024
_ACTIONS = {
    "list": "show the checkpoints, and how much is remembered",
    "explain": "tell of the last build of each playbook here what was done again, and why",
    "gc": "remove what was of no use for longest, until the cache is within its limit",
    "clear": "remove everything that is not in use",
    "save": "write the cache to a directory, for another computer",
    "load": "take in what was saved",
}


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, summary in _ACTIONS.items():
        action = actions.add_parser(name, help=summary, description=f"{summary[:1].upper()}{summary[1:]}.")
        if name == "list":
            action.add_argument("--json", action="store_true", help="print it as JSON")
        if name == "gc":
            action.add_argument("--limit", metavar="SIZE", help="what may stay, such as 5G; INGOT_CACHE_SIZE, or 20G")
        if name == "explain":
            action.add_argument("directory", metavar="DIR", nargs="?", default=".", help="where the playbooks lie")
        if name in ("save", "load"):
            action.add_argument("directory", metavar="DIR", help="the directory")


def run(arguments: Namespace) -> int:
    """Do what was asked for."""
    if arguments.action == "explain":
        return _explain(Path(arguments.directory))
    with _opened() as (cache, leases):
        status = {"list": _list, "gc": _collect, "clear": _clear, "save": _save, "load": _load}[arguments.action](
            arguments, cache, leases
        )
        if cache.complaint is not None:
            sys.stderr.write(f"ingot cache: warning[W814]: {cache.complaint}\n")
    return status


@contextmanager
def _opened() -> Iterator[tuple[Cache, Leases]]:
    from runner.store.cache.cache import Cache
    from runner.store.cache.database import Database
    from runner.store.cache.leases import Leases
    from runner.store.cache.place import directory

    where = directory(os.environ)
    cache, leases = Cache(Database(where)), Leases(where)
    try:
        yield cache, leases
    finally:
        leases.close()
        cache.database.close()


def _list(arguments: Namespace, cache: Cache, leases: Leases) -> int:
    del leases
    from runner.execution.remembering.housekeeping import size_of

    kept = list(cache.entries("checkpoints"))
    counts = {table: cache.count(table) for table in ("answers", "artifacts")}
    size, limit = size_of(cache), _limit(None)
    if arguments.json:
        import json

        shown = [{"builder": each.content["builder"], "id": each.content["id"], "size": each.content["size"],
                  "made": each.at, "used": each.used} for each in kept]
        told = {"checkpoints": shown, **counts, "size": size, "limit": limit, "path": str(cache.database.path)}
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return 0
    for each in kept:
        content = each.content
        age = f"used {_ago(each.used)} ago"
        sys.stdout.write(f"{content['builder']:8}  {_bytes(content['size']):>9}  {age:20}  {content['id']}\n")
    sys.stdout.write(
        f"{len(kept)} checkpoint{'s' * (len(kept) != 1)}, {counts['answers']} answers, {counts['artifacts']} images: "
        f"{_bytes(size)} of {_bytes(limit)}\n{cache.database.path}\n"
    )
    return 0


def _collect(arguments: Namespace, cache: Cache, leases: Leases) -> int:
    from runner.execution.remembering.housekeeping import lost, trimmed

    limit = _limit(arguments.limit)

    async def work() -> int:
        async for entry in lost(cache):
            sys.stdout.write(f"forgot {entry.content['id']}, which is not there any more\n")
        return await _told(trimmed(cache, leases, limit))

    return _waited(work())


def _clear(arguments: Namespace, cache: Cache, leases: Leases) -> int:
    del arguments
    from runner.execution.remembering.housekeeping import emptied

    return _waited(_told(emptied(cache, leases)))


def _save(arguments: Namespace, cache: Cache, leases: Leases) -> int:
    from runner.execution.remembering.moving import saved

    return _waited(saved(cache, leases, Path(arguments.directory), sys.stdout.write))


def _load(arguments: Namespace, cache: Cache, leases: Leases) -> int:
    from runner.execution.remembering.moving import loaded

    return _waited(loaded(cache, leases, Path(arguments.directory), sys.stdout.write))


async def _told(removed: AsyncIterator[Gone]) -> int:
    failed = 0
    async for gone in removed:
        name = gone.entry.content["id"]
        if gone.complaint is None:
            sys.stdout.write(f"removed {name}, {_bytes(gone.entry.content['size'])}\n")
        else:
            failed = _FAILED
            sys.stderr.write(f"ingot cache: error[E813]: {name} cannot be removed: {gone.complaint}\n")
    return failed


def _waited(work: Any) -> int:
    import asyncio

    return int(asyncio.run(work))


def _explain(directory: Path) -> int:
    """Tell of the last record of each playbook what its builds did again."""
    from runner.store.runs import Found, records

    told: set[str] = set()
    for record in records(directory):
        if not isinstance(record, Found) or record.manifest.get("playbook") in told:
            continue
        told.add(record.manifest.get("playbook"))
        for build in record.manifest.get("builds", ()):
            sys.stdout.write(f"{build['name']} of {record.manifest['playbook']}, run {record.id}\n")
            for step in build.get("steps", ()):
                why = "cached" if step.get("cached") else f"done: {step['reason']}" if step.get("reason") else "done"
                sys.stdout.write(f"    {step['name']}: {why}\n")
    if not told:
        sys.stdout.write(f"there is no record of a run in {directory}\n")
    return 0


def _limit(given: str | None) -> int:
    from runner.store.cache.place import limit, size_of

    try:
        return size_of(given) if given else limit(os.environ)
    except ValueError as error:
        place = SourceFile("--limit" if given else "$INGOT_CACHE_SIZE", given or os.environ["INGOT_CACHE_SIZE"])
        raise Invalid(Diagnostic("E700", str(error), place.first_line())) from error


def _bytes(size: float) -> str:
    for unit in ("B", "KB", "MB"):
        if size < _KILO:
            return f"{size:.0f} {unit}"
        size /= _KILO
    return f"{size:.1f} GB"


def _ago(moment: float) -> str:
    passed = max(0.0, time.time() - moment)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if passed >= size:
            return f"{passed / size:.0f} {unit}"
    return f"{passed:.0f} s"
