"""The ``copy`` module."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Mapping
from dataclasses import replace
from posixpath import basename, join
from typing import Annotated, Any

from runner.modules.shared import Edited
from runner.modules.support.attributes import Found, described, look, settle
from runner.modules.support.copies import LARGE, read_tree, send_large, send_tree
from runner.modules.support.modes import octal
from runner.modules.support.moves import copy_file, copy_tree, differences
from runner.modules.support.trees import for_each, settle_all, tree
from runner.modules.support.writing import backed_up, checked, deliver, extras_of, make_room, validated_there
from runner.sdk import ExactlyOne, Failed, Find, Look, Mode, Module, Outcome, Read, ReadsFile, Seen, Verb, Work, options


@options(ExactlyOne("src", "content"))
class Options(Edited):
    """What ``copy`` accepts."""

    src: Annotated[str, ReadsFile("files")] | None = None
    """File or directory on this computer, or on the machine with remote_src; one that ends in / means what
    is in it.
    """
    content: Any = None
    """What the file is to hold; a mapping or list is written as JSON."""
    dest: str
    """Where it goes on the machine; a directory ends in /."""
    checksum: str | None = None
    """SHA-1 that the file must have once it is there."""
    decrypt: bool = True
    """Decrypt a source that was encrypted with Ansible Vault, of less than 64 MiB."""
    directory_mode: Mode | None = None
    """Permissions of directories that have to be made."""
    follow: bool = False
    """Write to what a symbolic link at the destination points to."""
    force: bool = True
    """Write over a file that is there with other content."""
    local_follow: bool = True
    """Copy what symbolic links in the source point to, not the links; with remote_src, links stay links."""
    remote_src: bool = False
    """The source is on the machine already."""


class Copy(Module[Options]):
    """Put a file or a directory on the machine, or a text into a file there."""

    name = "copy"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look at the source and at the destination; write what differs."""
        del facts
        wanted = self.options
        if wanted.src is None:
            return (yield from self._text(as_bytes(wanted.content)))
        if wanted.remote_src:
            return (yield from self._within(wanted.src))
        path = yield Find(wanted.src.rstrip("/") or "/", "files")
        source: Seen | None = None if path is None else (yield Look(path))
        if source is None:
            hint = "if it is on the machine, write remote_src: true"
            raise Failed(f"there is no file or directory {wanted.src!r} on this computer", hint)
        if source.kind == "directory":
            return (yield from self._directory(source, wanted.src))
        if source.size >= LARGE:
            return (yield from self._large(source, basename(path)))
        content: bytes = yield Read(source.path, decrypt=wanted.decrypt)
        found = yield from self._destination(basename(path))
        return (yield from self._delivered(found, content, source))

    def _destination(self, name: str) -> Generator[Verb, Any, Found]:
        wanted, extras = self.options, extras_of(self.options)
        return (yield from look(wanted.dest, wanted, name=name, follow=wanted.follow, digest="sha1", extras=extras))

    def _text(self, content: bytes) -> Work:
        """Put a text into a file."""
        found = yield from self._destination("")
        if found.file.kind == "directory" or self.options.dest.endswith("/"):
            raise Failed("content goes into a file, and dest is a directory", "name the file in dest")
        return (yield from self._delivered(found, content, None))

    def _delivered(self, found: Found, content: bytes, source: Seen | None) -> Work:
        wanted = self.options
        checked(wanted.checksum, hashlib.sha1(content, usedforsecurity=False).hexdigest())
        mode = self._mode(source.mode if source else None)
        changed, values = yield from deliver(
            found, content, wanted, dest=wanted.dest, force=wanted.force, mode=mode,
            directory_mode=wanted.directory_mode,
        )
        return Outcome({**values, "src": source.path if source else ""}, changed=changed)

    def _large(self, source: Seen, name: str) -> Work:
        """Send a file that is too large to be held in memory."""
        wanted, mode = self.options, self._mode(source.mode)
        digested: Seen = yield Look(source.path, algorithm="sha1")
        checked(wanted.checksum, digested.digest)
        found = yield from self._destination(name)
        values = {"dest": found.path, "src": source.path, "checksum": digested.digest}
        if found.file.exists and not wanted.force:
            return Outcome(values, changed=False)
        if found.file.digest == digested.digest:
            changed, file = yield from settle(found.path, found.file, wanted, found, mode=mode)
            return Outcome({**values, **described(file)}, changed=changed)
        yield from make_room(found, wanted.dest, wanted, wanted.directory_mode)
        more = yield from backed_up(found, wanted)
        file = yield from send_large(found, source, wanted, mode=mode)
        _, file = yield from settle(found.path, file, wanted, found, mode=mode)
        return Outcome({**values, **described(file), **more}, changed=True)

    def _directory(self, source: Seen, written: str) -> Work:
        """Copy a directory of this computer."""
        wanted = self.options
        self._for_files_only()
        top = yield from look(wanted.dest, wanted)
        if top.file.kind not in ("absent", "directory") and top.leads_to != "directory":
            raise Failed(f"{top.path} is there and is no directory")
        name = "" if written.endswith("/") else f"/{basename(written)}"
        goal = f"{top.path.rstrip('/')}{name}" or "/"
        files = yield from read_tree(source, goal, follow=wanted.local_follow, decrypt=wanted.decrypt)
        changed = yield from send_tree(files, wanted, directory_mode=wanted.directory_mode, force=wanted.force)
        return Outcome({"dest": f"{top.path.rstrip('/')}/", "src": written}, changed=changed)

    def _within(self, written: str) -> Work:
        """Copy a file or a directory of the machine."""
        wanted = self.options
        source = yield from look(written, follow=True, digest="sha1")
        if not source.file.exists:
            raise Failed(f"Source {written} not found")
        if source.file.kind == "directory":
            return (yield from self._directory_within(source, written))
        found = yield from self._destination(basename(written))
        values = {"dest": found.path, "src": written, "checksum": source.file.digest, "md5sum": None}
        checked(wanted.checksum, source.file.digest)
        mode = self._mode(source.file.mode)
        if found.file.exists and (found.file.digest == source.file.digest or not wanted.force):
            if not wanted.force:
                return Outcome(values, changed=False)
            changed, file = yield from settle(found.path, found.file, wanted, found, mode=mode)
            return Outcome({**values, **described(file)}, changed=changed)
        yield from make_room(found, wanted.dest, wanted, wanted.directory_mode)
        more = yield from backed_up(found, wanted)
        if wanted.validate is not None:
            yield from validated_there(wanted.validate, source.path)
        yield from copy_file(source.path, found)
        former = found.file if found.file.kind == "file" else found.fresh()
        _, file = yield from settle(found.path, former, wanted, found, mode=mode)
        return Outcome({**values, **described(file), **more, "size": source.file.size}, changed=True)

    def _directory_within(self, source: Found, written: str) -> Work:
        wanted = self.options
        self._for_files_only()
        dest = wanted.dest if written.endswith("/") else join(wanted.dest, basename(written))
        found = yield from look(dest, wanted)
        if found.file.kind not in ("absent", "directory") and found.leads_to != "directory":
            raise Failed(f"{found.path} is there and is no directory")
        paths = yield from differences(source.path, found.path, force=wanted.force)
        file, settled = found.file, False
        if paths:
            yield from copy_tree(source.path, found.path, paths)
            new = [join(found.path, path) for path in paths if path.endswith("/")]
            mine = replace(source.file, uid=found.uid, gid=found.gid, owner=found.user, group=found.team)
            file = found.file if found.file.exists else mine
            if wanted.directory_mode is not None and new:
                yield from for_each(("chmod", wanted.directory_mode), new, "permissions cannot be set")
        if wanted.owner or wanted.group:
            files = yield from tree(found.path, wanted, found)
            settled = yield from settle_all(files, wanted, found, mode="preserve")
        changed, file = yield from settle(found.path, file, wanted, found, mode=self._mode(source.file.mode))
        values = {"dest": found.path, "src": written, "checksum": None, "md5sum": None, **described(file)}
        return Outcome(values, changed=bool(paths) or settled or changed)

    def _mode(self, source: int | None) -> str | None:
        """Return the permissions that are wanted: those of the source with ``preserve``."""
        if self.options.mode == "preserve":
            return None if source is None else octal(source)
        return self.options.mode

    def _for_files_only(self) -> None:
        """Refuse what only one file can have. Raises ``Failed``."""
        for name in ("validate", "checksum"):
            if getattr(self.options, name) is not None:
                raise Failed(f"{name} is for a file, and {self.options.src} is a directory")


def as_bytes(content: Any) -> bytes:
    """Return what a file holds that is given as a value."""
    if isinstance(content, str):
        return content.encode()
    if content is None:
        return b""
    return (json.dumps(content) if isinstance(content, dict | list | tuple | bool) else str(content)).encode()
