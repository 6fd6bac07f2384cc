"""Take what is remembered to another computer: a directory with a file of entries, and one of checkpoints a builder.

What tasks with ``no_log`` were answered stays here, and images stay where they are. What has to do with a secret is
known under a key of this computer, and found again only where that key is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from runner.execution.remembering.checkpoints import checkpoint_of, content_of
from runner.execution.remembering.housekeeping import builder_of
from runner.sdk import Failed
from runner.sdk.threads import held
from runner.store.cache.cache import Cache, Entry
from runner.store.cache.database import VERSION
from runner.store.cache.leases import Leases

_ENTRIES = "entries.jsonl"
Say = Callable[[str], Any]


async def saved(cache: Cache, leases: Leases, to: Path, say: Say) -> int:
    """Write the cache to a directory; return 1 when checkpoints could not be written. Raises ``OSError``."""
    await held(to.mkdir, parents=True, exist_ok=True)
    kept: dict[str, list[Entry]] = {}
    for entry in cache.entries("checkpoints"):
        if leases.take(entry.key):
            kept.setdefault(entry.content["builder"], []).append(entry)
    failed = 0
    with (to / _ENTRIES).open("w", encoding="utf-8") as stream:
        stream.write(json.dumps({"version": VERSION}) + "\n")
        answers = [_line("answers", entry) for entry in _answers(cache)]
        stream.writelines(answers)
        say(f"{len(answers)} answers\n")
        for builder, entries in kept.items():
            try:
                await builder_of(entries[0]).save([checkpoint_of(each) for each in entries], to / f"{builder}.tar")
            except Failed as error:
                failed = 1
                say(f"the checkpoints of {builder} are left out: {error}\n")
                continue
            for entry in entries:
                stream.write(_line("checkpoints", entry))
            say(f"{len(entries)} checkpoints of {builder}\n")
    return failed


async def loaded(cache: Cache, leases: Leases, where: Path, say: Say) -> int:
    """Take in what was saved to a directory; return 1 when some of it could not be. Raises ``OSError``."""
    del leases
    answers: list[Entry] = []
    kept: dict[str, list[Entry]] = {}
    with (where / _ENTRIES).open(encoding="utf-8") as stream:
        try:
            if json.loads(next(stream, "{}")).get("version") != VERSION:
                say(f"{where} was saved by another version of Ingot, and is of no use to this one\n")
                return 1
            for line in stream:
                told = json.loads(line)
                entry = Entry(told["key"], told["content"], told["at"])
                if told["table"] == "answers":
                    answers.append(entry)
                else:
                    kept.setdefault(entry.content["builder"], []).append(entry)
        except (ValueError, KeyError, TypeError, AttributeError):
            say(f"{where / _ENTRIES} is damaged\n")
            return 1
    failed = 0
    for builder, entries in kept.items():
        try:
            plugin = builder_of(entries[0])
            found = await plugin.load([checkpoint_of(each) for each in entries], where / f"{builder}.tar")
        except Failed as error:
            failed = 1
            say(f"the checkpoints of {builder} are left out: {error}\n")
            continue
        there = [
            Entry(entry.key, content_of(builder, checkpoint), entry.at)
            for entry, checkpoint in zip(entries, found, strict=True)
        ]
        cache.keep("checkpoints", there)
        say(f"{len(there)} checkpoints of {builder}\n")
    cache.keep("answers", answers)
    say(f"{len(answers)} answers\n")
    return failed


def _answers(cache: Cache) -> Iterator[Entry]:
    return (entry for entry in cache.entries("answers") if not entry.content.get("hidden"))


def _line(table: str, entry: Entry) -> str:
    return json.dumps({"table": table, "key": entry.key, "content": entry.content, "at": entry.at}) + "\n"
