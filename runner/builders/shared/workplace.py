"""The directory in which a build works on this computer."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runner.sdk import Resource, Session
from runner.sdk.threads import held


@asynccontextmanager
async def workplace(session: Session, kind: str, mode: int = 0o777) -> AsyncIterator[Path]:
    """Yield the build's directory, which is noted as a resource of a ``kind``, made, and removed in the end."""
    with session.noted(Resource(kind, str(session.work))) as gone:
        await held(shutil.rmtree, session.work, ignore_errors=True)  # when a launch that failed is tried again
        session.work.mkdir(parents=True, mode=mode)
        try:
            yield session.work
        finally:
            await held(shutil.rmtree, session.work, ignore_errors=True)
            gone()
