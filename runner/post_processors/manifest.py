"""Note what was built in a JSON file."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runner.sdk import Artifact, Failed, PostProcessor, Session, options


@options()
class Options:
    """What to note, and where."""

    output: str = "packer-manifest.json"
    """JSON file to which the build is added."""
    strip_path: bool = False
    """Note the names of files without their directories."""
    strip_time: bool = False
    """Leave out the time of the build, so that equal builds give equal files."""
    custom_data: dict[str, str] | None = None
    """Further names and values to note with the build."""


class Manifest(PostProcessor[Options]):
    """Note what was built in a JSON file, in the form that Packer writes."""

    name = "manifest"
    keeps_input = True
    keeps_always = True

    async def process(self, session: Session, artifact: Artifact) -> Artifact:
        """Add the build to the file: builds that end at once wait for each other."""
        from runner.sdk.threads import held

        await held(self._note, session, artifact)
        return artifact

    def _note(self, session: Session, artifact: Artifact) -> None:
        output = session.root / self.options.output
        output.parent.mkdir(parents=True, exist_ok=True)
        entry = self._entry(session, artifact)
        with _locked(output.with_name(f"{output.name}.lock")):
            builds = _earlier(output, session)
            document = {"builds": [*builds, entry], "last_run_uuid": session.run}
            _write(output, _encoded(document))

    def _entry(self, session: Session, artifact: Artifact) -> dict[str, Any]:
        wanted = self.options
        files = [
            {"name": file.name if wanted.strip_path else session.shown(file), "size": _size(file)}
            for file in artifact.files
        ]
        custom = {key: str(value) for key, value in sorted((wanted.custom_data or {}).items())}
        moment = {} if wanted.strip_time else {"build_time": int(time.time())}
        return {
            "name": session.source, "builder_type": session.builder, **moment, "files": files or None,
            "artifact_id": artifact.id, "packer_run_uuid": session.run, "custom_data": custom or None,
        }


def _size(file: Path) -> int:
    """Return the size of a file, or of all files in a directory."""
    if not file.is_dir():
        return file.stat().st_size
    return sum(each.lstat().st_size for each in file.rglob("*") if not each.is_dir())


def _write(output: Path, text: str) -> None:
    """Write the file at once or not at all."""
    partial = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(output)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _earlier(output: Path, session: Session) -> list[Any]:
    """Return the builds noted already. With ``--force`` a new run begins a new list."""
    try:
        document = json.loads(output.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise Failed(f"{output} is not JSON, and nothing is added to it: {error}", "move the file away") from error
    builds = document.get("builds") if isinstance(document, dict) else None
    if not isinstance(builds, list):
        raise Failed(f"{output} is no manifest, and nothing is added to it", "move the file away")
    return [] if session.force and document.get("last_run_uuid") != session.run else builds


def _encoded(document: dict[str, Any]) -> str:
    """Return JSON as Go writes it: what means something in HTML is escaped, and there is no line end at the end."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock among all programs that use it; the lock file is removed at the end."""
    while True:
        with path.open("w", encoding="utf-8") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            if _inode(path) != os.fstat(stream.fileno()).st_ino:
                continue  # whoever held it removed the file meanwhile: the lock is on one that is gone
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
            return


def _inode(path: Path) -> int | None:
    """Return which file stands under a name now; nothing when there is none."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None
