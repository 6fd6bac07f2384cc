"""Keep the cache within its limit: what was of no use for longest goes first."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import NamedTuple

from runner import registry
from runner.execution.remembering.checkpoints import checkpoint_of
from runner.sdk import Builder, Failed
from runner.store.cache.cache import Cache, Entry
from runner.store.cache.leases import Leases

_UNUSED = 90 * 24 * 3600.0
"""How long answers and images stay known that no build has asked for, in seconds."""


class Gone(NamedTuple):
    """A checkpoint that was removed, or could not be."""

    entry: Entry
    complaint: str | None = None


def size_of(cache: Cache) -> int:
    """Return how many bytes checkpoints and database take."""
    return sum(int(each.content["size"]) for each in cache.entries("checkpoints")) + cache.database.size


async def trimmed(cache: Cache, leases: Leases, limit: int) -> AsyncIterator[Gone]:
    """Bring the cache below a limit; yield what went. Checkpoints that are in use stay."""
    old = time.time() - _UNUSED
    for table in ("answers", "artifacts", "plans"):
        cache.forget_unused(table, old)
    size = size_of(cache)
    for entry in reversed(list(cache.entries("checkpoints"))):
        if size <= limit:
            return
        async for gone in dropped(cache, leases, entry):
            size -= 0 if gone.complaint else entry.content["size"]
            yield gone
    if size > limit:
        cache.forget_half()


async def emptied(cache: Cache, leases: Leases) -> AsyncIterator[Gone]:
    """Remove all checkpoints that nobody uses, and forget everything else; yield what went."""
    for entry in list(cache.entries("checkpoints")):
        async for gone in dropped(cache, leases, entry):
            yield gone
    for table in ("answers", "artifacts", "plans"):
        cache.forget_unused(table, float("inf"))


async def dropped(cache: Cache, leases: Leases, entry: Entry) -> AsyncIterator[Gone]:
    """Remove a checkpoint unless it is in use, and yield it then; one whose builder cannot do so stays known."""
    with leases.alone(entry.key) as alone:
        if not alone:
            return
        try:
            await builder_of(entry).drop(checkpoint_of(entry))
        except (Failed, OSError, ImportError) as error:
            yield Gone(entry, str(error))
        else:
            cache.forget("checkpoints", entry.key)
            yield Gone(entry)


async def lost(cache: Cache) -> AsyncIterator[Entry]:
    """Yield the checkpoints that are not there any more, which are forgotten."""
    for entry in list(cache.entries("checkpoints")):
        try:
            there = await builder_of(entry).still_there(checkpoint_of(entry))
        except (Failed, OSError, ImportError):  # nobody can tell now
            continue
        if not there:
            cache.forget("checkpoints", entry.key)
            yield entry


def builder_of(entry: Entry) -> type[Builder[object]]:
    """Return the builder that has made a checkpoint. Raises ``Failed`` when there is none of that name."""
    found = registry.find("builders", entry.content["builder"])
    plugin = found.load() if found is not None else None
    if plugin is None or not issubclass(plugin, Builder):
        raise Failed(f"there is no builder {entry.content['builder']!r}", "install the plugin that has made it")
    return plugin
