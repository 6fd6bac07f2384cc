"""The ``file`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from posixpath import dirname
from typing import Annotated, Any, Literal

from runner.modules.shared import Permissions
from runner.modules.support.attributes import File as Thing
from runner.modules.support.attributes import Found, described, done, look, owned, settle
from runner.modules.support.links import hard, symbolic
from runner.modules.support.modes import permissions
from runner.modules.support.times import Times, set_times, wanted_time
from runner.modules.support.trees import make_directories, settle_all, tree
from runner.sdk import Alias, Do, Failed, Module, Outcome, Put, Verb, Work, options

_LINKS = ("absent", "hard", "link")
"""The states in which a link stands for itself."""


@options()
class Options(Permissions):
    """What ``file`` accepts."""

    path: Annotated[str, Alias("dest", "name")]
    """Which file, directory or link."""
    state: Literal["absent", "directory", "file", "hard", "link", "touch"] | None = None
    """What is to be there: file only sets the permissions of one that is there; left out means file, or
    directory with recurse.
    """
    src: str | None = None
    """What a link points to."""
    recurse: bool = False
    """Set owner and permissions of everything in the directory too."""
    follow: bool = True
    """Apply owner and permissions to what a link points to."""
    force: bool = False
    """Make a link whose target is missing, or in the place of another file."""
    access_time: str | None = None
    """Time of the last access to set: a time, now, or preserve."""
    access_time_format: str = "%Y%m%d%H%M.%S"
    """How access_time is written, in the notation of strftime."""
    modification_time: str | None = None
    """Time of the last change to set: a time, now, or preserve."""
    modification_time_format: str = "%Y%m%d%H%M.%S"
    """How modification_time is written, in the notation of strftime."""


class File(Module[Options]):
    """Make files, directories and links, remove them, or set their permissions."""

    name = "file"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look at what is there; make what is wanted of it."""
        del facts
        wanted = self.options
        follow = wanted.follow and wanted.state is not None and wanted.state not in _LINKS
        follow = follow or (wanted.state == "link" and wanted.path.endswith("/"))
        found = yield from look(wanted.path, wanted, follow=follow)
        state = wanted.state or self._usual(found)
        if wanted.recurse and state != "directory":
            raise Failed("recurse option requires state to be 'directory'")
        if wanted.src is not None and state not in ("hard", "link"):
            raise Failed("src option requires state to be 'link' or 'hard'")
        match state:
            case "absent":
                return (yield from self._absent(found))
            case "directory":
                return (yield from self._directory(found))
            case "touch":
                return (yield from self._touched(found))
            case "link":
                changed, values = yield from symbolic(
                    found, wanted.src, wanted, force=wanted.force, follow=wanted.follow
                )
            case "hard":
                changed, values = yield from hard(found, wanted.src, wanted, force=wanted.force)
            case _:
                return (yield from self._file(found))
        timed = yield from set_times(found.path, self._times("preserve"), fresh=False)
        return Outcome(values, changed=changed or timed)

    def _usual(self, found: Found) -> str:
        """Return the state that is meant when none is named: what is there, or a directory to be worked through."""
        if not found.file.exists:
            return "directory" if self.options.recurse else "file"
        return {"other": "file"}.get(found.file.kind, found.file.kind)

    def _absent(self, found: Found) -> Work:
        values = {"path": found.path, "state": "absent"}
        if not found.file.exists:
            return Outcome(values, changed=False)
        yield from done(Do(("rm", "-rf", "--", found.path)), f"{found.path} cannot be removed")
        return Outcome(values, changed=True)

    def _file(self, found: Found) -> Work:
        """Set the attributes of a file that has to be there."""
        file, path = found.file, found.path
        if not file.exists:
            raise Failed(f"file ({path}) is absent, cannot continue", "state: touch makes an empty one")
        if self.options.state == "file" and file.kind not in ("file", "other"):
            raise Failed(f"file ({path}) is {file.kind}, cannot continue")
        settled, file = yield from settle(path, file, self.options, found)
        timed = yield from set_times(path, self._times("preserve"), fresh=False)
        return Outcome({"path": path, "dest": path, **described(file)}, changed=settled or timed)

    def _touched(self, found: Found) -> Work:
        """Have a file, which is made if need be."""
        wanted, file, path = self.options, found.file, found.path
        fresh, times = not file.exists, self._times("now")
        if fresh:
            if found.parent.kind != "directory":
                raise Failed(f"could not touch {path}: the directory {dirname(path)} does not exist")
            file = found.fresh()
            bits = permissions(wanted.mode, file.mode, umask=found.umask) if wanted.mode else file.mode
            yield Put(path, b"", bits if bits != file.mode else None)
            file = replace(file, mode=bits)
        timed = yield from set_times(path, times, fresh=fresh)
        settled, file = yield from settle(path, file, wanted, found)
        return Outcome({"dest": path, **described(file)}, changed=fresh or timed or settled)

    def _directory(self, found: Found) -> Work:
        """Have a directory; with ``recurse``, set the attributes of all that is in it."""
        wanted, file, path = self.options, found.file, found.path
        if file.exists and file.kind != "directory":
            raise Failed(f"{path} already exists as a {file.kind}")
        made = not file.exists
        if made:
            file = yield from self._made(found)
        settled, file = yield from settle(path, file, wanted, found)
        if wanted.recurse and not made:
            files = yield from tree(path, wanted, found, follow=wanted.follow)
            files.pop(path, None)
            settled = (yield from settle_all(files, wanted, found)) or settled
        timed = yield from set_times(path, self._times("preserve"), fresh=made)
        return Outcome({"path": path, **described(file)}, changed=made or settled or timed)

    def _made(self, found: Found) -> Generator[Verb, Any, Thing]:
        """Make a directory and those above it that are missing, each with the owner and permissions wanted."""
        wanted, fresh = self.options, found.fresh(directory=True)
        owner, after = owned(fresh, wanted, found)
        bits = permissions(wanted.mode, fresh.mode, directory=True, umask=found.umask) if wanted.mode else fresh.mode
        yield from make_directories(found.path, owner, wanted.mode or "" if bits != fresh.mode else "")
        return replace(after, mode=bits, size=4096)

    def _times(self, default: str) -> Times:
        """Return the times that are wanted; ``default`` is what leaving one out means."""
        wanted = self.options
        return Times(
            wanted_time(wanted.access_time, wanted.access_time_format, default),
            wanted_time(wanted.modification_time, wanted.modification_time_format, default),
        )
