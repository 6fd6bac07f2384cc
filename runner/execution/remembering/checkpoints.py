"""Checkpoints: made where it is worth it, and found again."""

from __future__ import annotations

import time
from typing import Any

from runner.execution.remembering.kit import Kit
from runner.sdk import Builder, Checkpoint, Failed, Machine, Session
from runner.store.cache.cache import Entry

_WORTH = 10
"""How many times as long as a checkpoint takes the work must have taken that it saves: so they cost a tenth at most."""
_UNMEASURED = 1.0
"""How long a checkpoint is taken to take before there was one, in seconds."""


class Checkpoints:
    """The checkpoints of one build's machine."""

    def __init__(self, builder: Builder[Any], kit: Kit) -> None:
        self._builder = builder
        self._kit = kit
        self.since = 0.0
        """Since when there is work that no checkpoint saves."""

    async def found(self, state: str) -> Checkpoint | None:
        """Return the checkpoint of a state, if it is there; nobody removes it while this run lasts."""
        entry = self._kit.cache.get("checkpoints", state)
        if entry is None or not self._kit.leases.take(state):
            return None
        checkpoint = checkpoint_of(entry)
        try:
            if await self._builder.still_there(checkpoint):
                return checkpoint
        except Failed:
            return None
        self.forget(state)
        return None

    def forget(self, state: str) -> None:
        """Know of the checkpoint of a state no longer."""
        self._kit.cache.forget("checkpoints", state)

    async def made(self, session: Session, machine: Machine, state: str, wanted: bool | None) -> Machine | None:  # noqa: FBT001 - what the task says
        """Keep the machine in a state, if it is ``wanted`` or else worth it; return what to go on with, if another.

        Raises ``Failed`` when the machine is lost.
        """
        began = time.monotonic()
        cost = self._kit.cache.cost(self._builder.name) or _UNMEASURED
        if wanted is False or (wanted is None and began - self.since < _WORTH * cost):
            return None
        if await self.found(state) is not None:
            self.since = began
            return None
        kept = await self._builder.checkpoint(session, machine, state[:32])
        self.since = now = time.monotonic()
        if kept is None:
            return None
        checkpoint, other = kept
        self._kit.cache.learn_cost(self._builder.name, now - began)
        self._kit.cache.keep("checkpoints", [Entry(state, content_of(self._builder.name, checkpoint), time.time())])
        self._kit.leases.take(state)
        self._kit.grown.set()
        return other


def checkpoint_of(entry: Entry) -> Checkpoint:
    """Return the checkpoint that an entry tells of."""
    content = entry.content
    return Checkpoint(content["kind"], content["id"], content["about"], content["size"])


def content_of(builder: str, checkpoint: Checkpoint) -> dict[str, Any]:
    """Return what is kept of a checkpoint."""
    return {
        "builder": builder, "kind": checkpoint.kind, "id": checkpoint.id, "about": dict(checkpoint.about),
        "size": checkpoint.size,
    }
