"""Find and read the files that lookups name."""

from __future__ import annotations

import os.path
from pathlib import Path

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import text
from runner.expand.lookups.context import LookupContext
from runner.text.paths import exists


def candidates(name: str, context: LookupContext) -> list[Path]:
    """Return the paths a name may mean: itself when it is absolute, else one in each directory searched."""
    path = Path(os.path.expanduser(name))  # noqa: PTH111 - pathlib fails where there is no such user
    return [path] if path.is_absolute() else [directory / path for directory in context.search_path]


def locate(name: str, context: LookupContext) -> Path | None:
    """Return the first file or directory that a name leads to; nothing when there is none."""
    return next((path for path in candidates(name, context) if exists(path)), None)


def required(name: object, context: LookupContext) -> Path:
    """Return the file that a name leads to. Raises ``FilterError`` that says where it was looked for."""
    wanted = text(name, "the name of a file")
    found = locate(wanted, context)
    if found is None:
        looked = ", ".join(str(path.parent) for path in candidates(wanted, context)) or "no directory"
        raise FilterError(f"there is no file {wanted!r} (looked in {looked})")
    return found


def contents(name: object, context: LookupContext) -> str:
    """Return the text of a file, decrypted when it is a vault. Raises ``FilterError`` or ``OSError``."""
    from runner.expand.vault import decrypt, is_encrypted

    path = required(name, context)
    data = path.read_bytes()
    if is_encrypted(data):
        data = decrypt(data.decode("ascii", "replace"), context.secrets)
    return data.decode("utf-8", "surrogateescape")
