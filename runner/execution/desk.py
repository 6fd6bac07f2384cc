"""What modules ask of this computer: its files, looked at, read and rendered."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from runner.expand.scope import Scope
from runner.sdk import Failed, Files, Look, Read, Render, Seen

if TYPE_CHECKING:
    from runner.expand.vault import Vaults

_KINDS: dict[int, Literal["file", "directory", "link", "other"]] = {
    stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link",
}


def listed(root: Path, verb: Files) -> list[str]:
    """Return what is below a directory: the files of a directory before the directories in it, by name."""
    top = root / verb.directory
    found = []
    for where, inner, names in os.walk(top, followlinks=verb.follow):
        if verb.follow and _goes_round(Path(where), top):
            inner.clear()
            continue
        if not verb.follow and verb.directories:
            names += [name for name in inner if (Path(where) / name).is_symlink()]
            inner[:] = [name for name in inner if not (Path(where) / name).is_symlink()]
        inner.sort()
        paths = [Path(where) / name for name in sorted(names)]
        found += [str(path.relative_to(top)) for path in paths]
        if verb.directories and Path(where) != top:
            found.append(f"{Path(where).relative_to(top)}/")
    return found


def _goes_round(path: Path, top: Path) -> bool:
    """Return whether a link has led to a directory that holds the link."""
    real = path.resolve()
    return path != top and any(real == each.resolve() for each in path.parents if each.is_relative_to(top))


def seen(root: Path, verb: Look) -> Seen | None:
    """Return what a file or directory is; nothing when there is none. Raises ``OSError``."""
    path = root / verb.path
    try:
        status = path.stat(follow_symlinks=verb.follow)
    except (FileNotFoundError, NotADirectoryError):
        return None
    mode, digest = status.st_mode, None
    if stat.S_ISREG(mode) and verb.algorithm is not None:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, verb.algorithm).hexdigest()
    kind = _KINDS.get(stat.S_IFMT(mode), "other")
    target = str(path.readlink()) if kind == "link" else None
    whole = str(path.resolve() if verb.follow else path)
    owner = _owner(status.st_uid)
    return Seen(whole, kind, stat.S_IMODE(mode), status.st_size, digest, target, owner, status.st_mtime)


def _owner(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def content(root: Path, verb: Read, vaults: Vaults | None = None) -> bytes:
    """Return the content of a file. Raises ``Failed`` for an encrypted one that cannot be opened, ``OSError``."""
    from runner.expand.vault import VaultError, decrypt, is_encrypted

    data = (root / verb.path).read_bytes()
    if not (verb.decrypt and is_encrypted(data)):
        return data
    try:
        return decrypt(data.decode("ascii", "replace"), vaults.secrets if vaults is not None else ())
    except VaultError as error:
        hint = "--vault-password-file FILE gives the password; decrypt: false copies it as it is"
        raise Failed(f"{verb.path} cannot be decrypted: {error}", hint) from error


def rendered(verb: Render, scope: Scope, places: Sequence[Path]) -> str:
    """Return what a template file comes to. Raises ``ExpressionError``, ``Failed``, ``OSError``."""
    from runner.expand.template_files import render_file

    return render_file(Path(verb.path), scope, verb.settings, places)
