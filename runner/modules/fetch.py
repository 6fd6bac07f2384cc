"""The ``fetch`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from posixpath import basename, join, normpath
from typing import Annotated, Any

from runner.modules.support.attributes import look
from runner.modules.support.modes import octal, permissions
from runner.sdk import (
    Alias,
    Answer,
    Download,
    Evaluate,
    Failed,
    Local,
    Look,
    Mode,
    Module,
    Outcome,
    Seen,
    Verb,
    Work,
    options,
)


@options()
class Options:
    """What ``fetch`` accepts."""

    src: str
    """Which file or directory on the machine; of a directory that ends in /, what is in it."""
    dest: str
    """Directory on this computer, which gets the machine's name and the file's path; with flat, the file
    itself, or its directory if it ends in /. A directory is put into dest as Packer does it: by its name, or only
    what is in it.
    """
    flat: bool = False
    """Add neither the machine's name nor the path to dest."""
    fail_on_missing: bool = True
    """Fail if the file is not there."""
    validate_checksum: Annotated[bool, Alias("validate_md5")] = True
    """Check that the file has arrived as it was."""
    mode: Mode | None = None
    """Permissions of the file on this computer."""


class Fetch(Module[Options]):
    """Bring a file or a directory from the machine to this computer."""

    name = "fetch"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Compare the file with the one that is here; bring it if it is another one."""
        del facts
        wanted = self.options
        found = yield from look(wanted.src, follow=True, digest="sha1")
        if not found.file.exists:
            if wanted.fail_on_missing:
                raise Failed("the remote file does not exist", f"there is no {found.path} on the machine")
            message = "the remote file does not exist, not transferring, ignored"
            return Outcome({"msg": message, "file": wanted.src}, changed=False)
        if found.file.kind == "directory":
            return (yield from self._directory(found.path))
        to = yield from self._place(found.path)
        here: Seen | None = yield Look(to, algorithm="sha1")
        digest = found.file.digest
        changed = here is None or here.digest != digest or not digest
        if changed:
            yield Download(found.path, to)
            here = yield Look(to, algorithm="sha1")
            if here is None or (wanted.validate_checksum and digest and here.digest != digest):
                raise Failed("checksum mismatch", f"{found.path} was changed while it was fetched")
        moded = yield from self._mode(here)
        values = {"dest": here.path if here else to, "checksum": here.digest if here else None, "md5sum": None}
        if changed:
            values |= {"remote_checksum": digest, "remote_md5sum": None}
        else:
            values |= {"file": wanted.src}
        return Outcome(values, changed=changed or moded)

    def _directory(self, path: str) -> Work:
        """Bring a directory."""
        wanted = self.options
        if wanted.mode is not None:
            raise Failed("mode is for a file, and src is a directory")
        whole = not wanted.src.endswith("/")
        to = join(wanted.dest, basename(path)) if whole else wanted.dest
        yield Download(path, to.rstrip("/") or "/", content_only=not whole)
        return Outcome({"dest": to}, changed=True)

    def _place(self, path: str) -> Generator[Verb, Any, str]:
        """Return where a file goes on this computer."""
        wanted = self.options
        if not wanted.flat:
            host = yield Evaluate("inventory_hostname")
            return normpath(f"{wanted.dest}/{host}/{path}")
        if wanted.dest.endswith("/"):
            return join(wanted.dest, basename(path))
        there: Seen | None = yield Look(wanted.dest)
        if there is not None and there.kind == "directory":
            hint = "use a trailing slash if you want to fetch src into that directory"
            raise Failed("dest is an existing directory", hint)
        return wanted.dest

    def _mode(self, here: Seen | None) -> Generator[Verb, Any, bool]:
        """Give the file on this computer its permissions; return whether it had others."""
        if here is None or self.options.mode is None:
            return False
        bits = permissions(self.options.mode, here.mode)
        if bits == here.mode:
            return False
        answer: Answer = yield Local(("chmod", octal(bits), here.path))
        if answer.status:
            raise Failed(f"the permissions of {here.path} cannot be set: {answer.stderr.strip()}")
        return True
