"""Write a file on the machine: checked first, with a copy of the former one, and with the attributes wanted."""

from __future__ import annotations

import shlex
from collections.abc import Generator
from dataclasses import replace
from typing import Any

from runner.modules.shared import Edited, Kept, Permissions
from runner.modules.support.attributes import File, Found, done, settle
from runner.modules.support.modes import permissions
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
        yield from validated(options.validate, content, found.temporary)
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


def backed_up(found: Found, options: Kept) -> Generator[Verb, Any, dict[str, Any]]:
    """Keep a copy of the file if that is wanted; return its name for the result."""
    if not options.backup or found.file.kind != "file":
        return {}
    path = f"{found.path}.{found.stamp}"
    yield from done(Do(("/bin/sh", "-c", _BACKUP, "sh", found.path, path)), f"{found.path} cannot be kept")
    return {"backup_file": path}


def validated(command: str, content: bytes, temporary: str) -> Generator[Verb, Any, None]:
    """Check a content with the user's command. Raises ``Failed`` when it does not pass."""
    if "%s" not in command:
        raise Failed(f"validate must contain %s, which stands for the file: {command}")
    try:
        argv = [word.replace("%s", temporary) for word in shlex.split(command)]
    except ValueError as error:
        raise Failed(f"validate is no command: {error}") from error
    yield Put(temporary, content, 0o600)
    answer: Answer = yield Ask(("/bin/sh", "-c", _VALIDATE, "sh", temporary, *argv))
    if answer.status:
        said = (answer.stderr.strip() or answer.stdout.strip()).replace(temporary, "%s")
        raise Failed(f"failed to validate: rc:{answer.status} error:{said}")


def attributes_only(
    found: Found, options: Permissions, *, mode: str | None = None
) -> Generator[Verb, Any, tuple[bool, File]]:
    """Put the attributes of a file right whose content is as it should be; behind a link, those of its target."""
    if found.file.kind != "link":
        return (yield from settle(found.path, found.file, options, found, mode=mode))
    return False, found.file
