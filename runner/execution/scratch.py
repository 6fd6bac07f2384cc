"""A directory for what a run needs only while it runs: gone at its end, and noted for the case that it is killed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from runner.sdk import Resource
from runner.store.journal import DIRECTORY, Journal


def usual_place(environ: Mapping[str, str]) -> str | None:
    """Return the directory for temporary files, as Python chooses it, but without a try; nothing if it is not clear.

    Python writes a file into each directory to see whether it can, and a run that is killed then leaves it there.
    """
    places = [*(environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")), "/tmp", "/var/tmp"]  # noqa: S108
    for place in places:
        if place and os.path.isdir(place) and os.access(place, os.W_OK | os.X_OK):  # noqa: PTH112 - as texts
            return os.path.abspath(place)  # noqa: PTH100 - as above
    return None


class Scratch:
    """The directory, made when it is first asked for."""

    def __init__(self, journal: Journal, run: str) -> None:
        self._journal = journal
        self._run = run
        self._stack = ExitStack()
        self._path: Path | None = None
        tempfile.tempdir = tempfile.tempdir or usual_place(os.environ)

    def __call__(self) -> Path:
        """Return the directory. Raises ``OSError`` when it cannot be made."""
        if self._path is None:
            path = Path(tempfile.gettempdir()) / f"ingot-{self._run}"
            self._gone = self._stack.enter_context(self._journal.noted(Resource(DIRECTORY, str(path))))
            path.mkdir(mode=0o700)
            self._path = path
        return self._path

    def remove(self) -> None:
        """Remove the directory, if it was made."""
        if self._path is not None:
            shutil.rmtree(self._path, ignore_errors=True)
            self._gone()
        self._stack.close()
