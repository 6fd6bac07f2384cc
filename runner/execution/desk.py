"""What modules ask of this computer: its files, looked at, read and rendered."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from runner.expand.scope import Scope
from runner.sdk import Failed, Look, Read, Render, Seen


def listed(directory: Path) -> list[str]:
    """Return the files below a directory: those of a directory before those of the ones in it, by name."""
    found = []
    for where, inner, names in os.walk(directory):
        inner.sort()
        found += [str((Path(where) / name).relative_to(directory)) for name in sorted(names)]
    return found


def seen(root: Path, verb: Look) -> Seen | None:
    """Return what a file or directory is; nothing when there is none. Raises ``OSError``."""
    path = root / verb.path
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    mode, digest = status.st_mode, None
    if stat.S_ISREG(mode) and verb.algorithm is not None:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, verb.algorithm).hexdigest()
    kind = "file" if stat.S_ISREG(mode) else "directory" if stat.S_ISDIR(mode) else "other"
    return Seen(str(path), kind, stat.S_IMODE(mode), status.st_size, digest)  # type: ignore[arg-type]  # one of three


def content(root: Path, verb: Read) -> bytes:
    """Return the content of a file. Raises ``Failed`` for one that is encrypted, ``OSError``."""
    from runner.expand.vault import is_encrypted

    data = (root / verb.path).read_bytes()
    if verb.decrypt and is_encrypted(data):
        raise Failed(f"{verb.path} is encrypted with Ansible Vault", "write decrypt: false to copy it as it is")
    return data


def rendered(verb: Render, scope: Scope, places: Sequence[Path]) -> str:
    """Return what a template file comes to. Raises ``ExpressionError``, ``Failed``, ``OSError``."""
    from runner.expand.template_files import render_file

    return render_file(Path(verb.path), scope, verb.settings, places)
