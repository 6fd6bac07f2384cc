"""Write a file on the machine: checked first, with a copy of the former one, and with the attributes wanted."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Generator
from dataclasses import replace
from posixpath import dirname
from typing import Any

from runner.modules.shared import Edited, Kept
from runner.modules.support.attributes import File, Found, described, done, settle
from runner.modules.support.modes import permissions
from runner.modules.support.trees import make_directories
from runner.sdk import Answer, Ask, Do, Failed, Put, Verb

_VALIDATE = """
file=$1
shift
"$@"
status=$?
rm -f "$file"
exit "$status"
"""
_BACKUP = 'cp -p "$1" "$2"'


def extras_of(options: Kept) -> tuple[str, ...]:
    """Return what a look has to tell beside the rest, for ``write`` to do what the options want."""
    wanted = (
        ("stamp", options.backup), ("mounted", options.unsafe_writes),
        ("temporary", isinstance(options, Edited) and options.validate is not None),
    )
    return tuple(name for name, holds in wanted if holds)


def write(
    found: Found, content: bytes, options: Kept, *, mode: str | None = None
) -> Generator[Verb, Any, tuple[File, dict[str, Any]]]:
    """Write the file that was looked at; return it as it is then, and the name of a backup for the result.

    A link is replaced by the file. ``mode`` stands in for the option ``mode``. Raises ``Failed``.
    """
    if isinstance(options, Edited) and options.validate is not None:
        yield from validated(options.validate, content, found.temporary, found.path)
    values = yield from backed_up(found, options)
    wanted = options.mode if mode is None else mode
    former = found.file if found.file.kind == "file" else found.fresh()
    bits = former.mode
    if wanted is not None and wanted != "preserve":
        bits = permissions(wanted, former.mode, umask=found.umask)
    # A new file gets what the umask leaves by itself; what takes the place of a link must not be like its target.
    given = bits if bits != former.mode or found.file.kind == "link" else None
    yield Put(found.path, content, given, in_place=options.unsafe_writes and found.mounted)
    file = replace(former, mode=bits, size=len(content), links=1)
    _, file = yield from settle(found.path, file, options, found, mode=mode)
    return file, values


def deliver(
    found: Found, content: bytes, options: Edited, *, dest: str, force: bool, mode: str | None = None,
    directory_mode: str | None = None,
) -> Generator[Verb, Any, tuple[bool, dict[str, Any]]]:
    """Give a file this content, unless it has it; return whether anything was changed, and what results say of it.

    ``dest`` is the path as the user wrote it. Raises ``Failed``.
    """
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if found.file.exists and not force:
        return False, {"dest": found.path}
    values = {"dest": found.path, "checksum": digest}
    if found.file.digest == digest:
        changed, file = yield from settle(found.path, found.file, options, found, mode=mode)
        return changed, {**values, "path": found.path, **described(file)}
    yield from make_room(found, dest, options, directory_mode)
    file, more = yield from write(found, content, options, mode=mode)
    md5sum = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return True, {**values, "md5sum": md5sum, **described(file), **more}


def make_room(
    found: Found, dest: str, options: Edited, directory_mode: str | None
) -> Generator[Verb, Any, None]:
    """Make the directory in which a file goes, if ``dest`` names it as one. Raises ``Failed`` if the file cannot be."""
    if found.file.kind == "directory":
        raise Failed(f"{found.path} is a directory, and a file is to take its place")
    if found.parent.kind == "directory":
        return
    above = dirname(found.path)
    if found.parent.exists or not dest.endswith("/"):
        raise Failed(f"Destination directory {above} does not exist")
    owner = f"{options.owner or ''}{f':{options.group}' if options.group else ''}"
    yield from make_directories(above, owner, directory_mode or "")


def backed_up(found: Found, options: Kept) -> Generator[Verb, Any, dict[str, Any]]:
    """Keep a copy of the file if that is wanted; return its name for the result."""
    if not options.backup or found.file.kind != "file":
        return {}
    path = f"{found.path}.{found.stamp}"
    yield from done(Do(("/bin/sh", "-c", _BACKUP, "sh", found.path, path)), f"{found.path} cannot be kept")
    return {"backup_file": path}


def validated(command: str, content: bytes, temporary: str, path: str) -> Generator[Verb, Any, None]:
    """Check the content for the file ``path`` with the user's command. Raises ``Failed`` when it does not pass."""
    argv = _check(command, temporary)
    yield Put(temporary, content, 0o600, meant_for=path)
    answer: Answer = yield Ask(("/bin/sh", "-c", _VALIDATE, "sh", temporary, *argv))
    _passed(answer, temporary)


def validated_there(command: str, path: str) -> Generator[Verb, Any, None]:
    """Check a file of the machine with the user's command. Raises ``Failed`` when it does not pass."""
    answer: Answer = yield Ask(tuple(_check(command, path)))
    _passed(answer, path)


def checked(wanted: str | None, digest: str | None) -> None:
    """Raise ``Failed`` unless the digest of a file is the one that is wanted, if any is."""
    if wanted is not None and wanted != digest:
        raise Failed(
            "Copied file does not match the expected checksum. Transfer failed.", f"its SHA-1 is {digest}, not {wanted}"
        )


def _check(command: str, path: str) -> list[str]:
    if "%s" not in command:
        raise Failed(f"validate must contain %s, which stands for the file: {command}")
    try:
        return [word.replace("%s", path) for word in shlex.split(command)]
    except ValueError as error:
        raise Failed(f"validate is no command: {error}") from error


def _passed(answer: Answer, path: str) -> None:
    if answer.status:
        said = (answer.stderr.strip() or answer.stdout.strip()).replace(path, "%s")
        raise Failed(f"failed to validate: rc:{answer.status} error:{said}")
