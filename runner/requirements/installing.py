"""Install roles, and those that they need, as the lock file says or as they are now."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from runner.diagnostics import Note, Report
from runner.requirements.fetching import FOLDER, Unfetched, fetch
from runner.requirements.lock import FILE, Locked, digest_of, read, text
from runner.requirements.wanted import Wanted, of_role

DIRECTORY = Path(".ingot") / "roles"
"""Where roles are installed, below the directory of the playbook; plays find them there."""


class Installer(NamedTuple):
    """Where roles go, and what may be asked."""

    root: Path
    """The directory of the playbook."""
    server: str | None
    """URL of the Galaxy server."""
    upgrade: bool
    """Whether the lock file is disregarded."""
    say: Callable[[str], None]
    """Told what is done, a line for each role."""

    def install(self, wanted: Iterable[Wanted], report: Report) -> str | None:
        """Install all roles; return the text of the lock file, nothing if it is to stay as it is.

        What cannot be had is in ``report``.
        """
        known = {} if self.upgrade else read(self.root / FILE, report)
        done: dict[str, Locked] = {}
        asked: dict[str, Wanted] = {}
        left = deque(wanted)
        while left:
            each = left.popleft()
            if (other := asked.get(each.name)) is not None:
                if other.origin != each.origin:
                    message = f"the role {each.name!r} is wanted from two places or in two versions"
                    notes = [Note(f"{other.src} {other.version}".strip(), other.place)]
                    report.add("E139", message, each.place, notes=notes)
                continue
            asked[each.name] = each
            try:
                done[each.name] = self._one(each, known.get(each.name))
            except Unfetched as error:
                report.add("E139", f"the role {each.name!r} cannot be installed: {error}", each.place, hint=error.hint)
                continue
            left.extend(of_role(self.root / DIRECTORY / each.name, report))
        if report.failed or not done or (done == known and (self.root / FILE).is_file()):
            return None
        return text(done)

    def _one(self, wanted: Wanted, locked: Locked | None) -> Locked:
        """Install one role; return what it is now. Raises ``Unfetched``."""
        path = self.root / DIRECTORY / wanted.name
        if locked is not None and (locked.src, locked.version) != (wanted.src, wanted.version):
            locked = None  # the playbook asks for another one now
        if locked is not None and path.is_dir() and digest_of(path) == locked.digest:
            self.say(f"{wanted.name}: there already, {_short(locked.resolved)}")
            return locked
        part = path.with_name(f".{wanted.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.parent.mkdir(parents=True, exist_ok=True)
        try:
            before = None if locked is None or locked.resolved == FOLDER else locked.resolved
            resolved = fetch(wanted, part, root=self.root, server=self.server, resolved=before)
            digest = digest_of(part)
            if locked is not None and digest != locked.digest:
                raise Unfetched(f"what {wanted.src} gives for {_short(locked.resolved)} is not what the lock file says",
                                "`ingot init --upgrade` takes it as it is now")
            shutil.rmtree(path, ignore_errors=True)
            part.rename(path)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        self.say(f"{wanted.name}: installed, {_short(resolved)}")
        return Locked(wanted.src, wanted.version, resolved, digest)


def _short(resolved: str) -> str:
    """Return a version as people read it."""
    return resolved[:19] if resolved.startswith("sha256:") else resolved[:12]
