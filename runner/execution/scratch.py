"""A directory for what a run needs only while it runs: gone at its end, and noted for the case that it is killed."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from runner.sdk import Resource
from runner.store.journal import DIRECTORY, Journal


class Scratch:
    """The directory, made when it is first asked for."""

    def __init__(self, journal: Journal, run: str) -> None:
        self._journal = journal
        self._run = run
        self._stack = ExitStack()
        self._path: Path | None = None

    def __call__(self) -> Path:
        """Return the directory. Raises ``OSError`` when it cannot be made."""
        if self._path is None:
            path = Path(tempfile.gettempdir()) / f"ingot-{self._run}"
            self._stack.enter_context(self._journal.noted(Resource(DIRECTORY, str(path))))
            path.mkdir(mode=0o700)
            self._path = path
        return self._path

    def remove(self) -> None:
        """Remove the directory, if it was made."""
        if self._path is not None:
            shutil.rmtree(self._path, ignore_errors=True)
        self._stack.close()
