"""Post-processors: each chain works on what the builder made, link by link."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runner import registry
from runner.diagnostics import Diagnostic
from runner.execution.options import options_now
from runner.execution.sessions import Sessions
from runner.execution.stop import Stopped, mistake, reason
from runner.execution.telling import Teller, Telling
from runner.execution.values import first_false
from runner.expand.error import ExpressionError
from runner.expand.scope import Scope
from runner.model.plan import Link
from runner.model.playbook import PostProcessor as Written
from runner.planning.planner import Ground
from runner.schema.records import make
from runner.sdk import Artifact, Failed, PostProcessor


class Chains:
    """Runs the chains of one build. One that fails does not stop the others, and keeps what was made."""

    def __init__(self, ground: Ground, sessions: Sessions, teller: Teller) -> None:
        self._ground = ground
        self._sessions = sessions
        self._teller = teller
        self.diagnostics: tuple[Diagnostic, ...] = ()
        """Why chains failed."""

    async def run(self, artifact: Artifact) -> tuple[Artifact, ...]:
        """Return what is left in the end: the artifact, unless no chain keeps it, and what the chains made."""
        made: list[Artifact] = []
        kept = True
        chains = zip(self._ground.play.post_processors, self._ground.build.post_processors, strict=True)
        for index, (written, links) in enumerate(chains):
            try:
                keeps, results = await self._chain(artifact, written, links)
            except Stopped as stopped:
                self.diagnostics += stopped.diagnostics
                keeps, results = True, []
            kept = keeps if index == 0 else kept or keeps
            made += results
        left = [artifact, *made] if kept else made
        if not kept:
            await self._removed(artifact, left)
        return tuple(left)

    async def _chain(
        self, artifact: Artifact, written: Sequence[Written], links: Sequence[Link]
    ) -> tuple[bool, list[Artifact]]:
        """Run one chain; return whether it keeps the builder's artifact, and the artifacts that it leaves."""
        keeps_first = True
        left: list[Artifact] = []
        current, first = artifact, True
        for writing, link in zip(written, links, strict=True):
            if link.action == "skip" or not self._is_wanted(writing, current):
                continue
            result, keeps = await self._link(writing, link, current)
            if first:
                keeps_first, first = keeps, False
            elif not keeps and left:
                await self._removed(left.pop(), [result, artifact])
            if result is not current:
                left.append(result)
                self._sessions.tell(result)
            current = result
        return keeps_first, left

    async def _removed(self, artifact: Artifact, left: Sequence[Artifact]) -> None:
        await remove(artifact, left)
        self._sessions.tell_removed(artifact)

    def _scope(self, artifact: Artifact) -> Scope:
        shown = {"id": artifact.id, "builder": artifact.builder, "files": [str(file) for file in artifact.files]}
        ground = self._ground.scope
        return Scope(*ground.layers, {"build": self._sessions.names, "artifact": shown}, dialect=ground.dialect)

    def _is_wanted(self, writing: Written, artifact: Artifact) -> bool:
        when = writing.keywords.get("when")
        try:
            return when is None or first_false([when], self._scope(artifact)) is None
        except ExpressionError as error:
            raise Stopped(error.diagnostic) from error

    async def _link(self, writing: Written, link: Link, artifact: Artifact) -> tuple[Artifact, bool]:
        """Run one post-processor; return what it makes, and whether its input is kept."""
        telling = self._teller.step(link.name, "post_processors", link.type, writing.place)
        try:
            plugin = self._plugin(writing, link, artifact)
            result = await plugin.process(self._sessions.of(telling), artifact)
        except asyncio.CancelledError:
            telling.finished("cancelled")
            raise
        except Stopped as stopped:
            telling.finished("failed", stopped.diagnostics[0].message)
            raise
        except (Failed, OSError) as error:
            raise self._failed(error, telling, writing, link) from error
        except Exception as error:
            telling.finished("failed", str(error))
            raise Stopped(mistake(error, writing.place)) from error
        telling.finished("ok", result.description if result is not artifact else "")
        wanted = plugin.keeps_input if link.keep_input_artifact is None else link.keep_input_artifact
        return result, wanted or plugin.keeps_always

    def _failed(self, error: Failed | OSError, telling: Telling, writing: Written, link: Link) -> Stopped:
        telling.finished("failed", reason(error))
        hint = error.hint if isinstance(error, Failed) else None
        message = f"the post-processor {link.name!r} failed: {reason(error)}"
        return Stopped(Diagnostic("E809", message, writing.place, hint))

    def _plugin(self, writing: Written, link: Link, artifact: Artifact) -> PostProcessor[Any]:
        entry = registry.find("post_processors", link.type)
        assert entry is not None
        plugin: Any = entry.load()
        options = options_now(link.options, writing.options, self._scope(artifact), entry.schema)
        try:
            made: PostProcessor[Any] = plugin(make(plugin.options_type(), options))
        except (TypeError, ValueError) as error:
            raise Stopped(Diagnostic("E809", str(error), writing.place)) from error
        return made


async def remove(artifact: Artifact, left: Sequence[Artifact] = ()) -> None:
    """Remove an artifact that is of no more use, but for what those that are ``left`` have too. Raises ``Failed``."""
    needed: set[Path] = {file for each in left for file in each.files}
    await asyncio.to_thread(_remove_files, [file for file in artifact.files if file not in needed])
    if artifact.remove is not None and artifact.id not in {each.id for each in left}:
        await artifact.remove()


def _remove_files(files: Sequence[Path]) -> None:
    for file in files:
        if file.is_dir():
            shutil.rmtree(file)
        else:
            file.unlink(missing_ok=True)
