"""What all builds of a run share, and what one build leaves."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Literal, NamedTuple

from runner.diagnostics import Diagnostic
from runner.events.bus import Bus
from runner.events.event import Failure, Outcome
from runner.execution.local import LocalCommands
from runner.execution.remembering.kit import Kit
from runner.expand.world import World
from runner.sdk import Artifact
from runner.store.journal import Journal


class Workshop(NamedTuple):
    """What all builds of a run share."""

    run: str
    """The UUID of the run."""
    bus: Bus
    world: World
    commands: LocalCommands
    journal: Journal
    kept: list[AsyncExitStack]
    """What is kept of failed builds: referred to here, so that nothing tidies it away."""
    kit: Kit
    """What builds remember with."""
    asking: asyncio.Lock
    """Held while somebody is asked, so that one question is put after the other."""
    force: bool = False
    """Whether what an earlier run made may be replaced."""
    on_error: Literal["cleanup", "keep", "ask"] = "cleanup"
    """What becomes of what a failed build has made so far."""
    checking: bool = False
    """Whether tasks only tell what they would change, so that there is no image."""
    showing: bool = False
    """Whether tasks tell how files change."""
    record: Path | None = None
    """Directory of the record of the run, if there is one."""
    roles_path: tuple[Path, ...] = ()
    sources: tuple[str, ...] = ()
    """Names of the playbook's sources."""


class Finished(NamedTuple):
    """How a build ended, and what it left."""

    name: str
    builder: str
    outcome: Outcome
    started: float
    """In seconds since 1970."""
    finished: float
    artifacts: tuple[Artifact, ...] = ()
    """The image first, then what post-processors made of it."""
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The diagnostics as events tell them."""
        return tuple(Failure(each.code, each.message, str(each.span)) for each in self.diagnostics)
