"""The lock file: which roles were installed, from where, and what is in them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from runner.diagnostics import Report
from runner.formats import documents
from runner.requirements.wanted import text_of

FILE = "ingot.lock"
_HEAD = "# Written by `ingot init`: the roles of this project, as they were installed. Commit it.\n"
_FORMAT = 1


class Locked(NamedTuple):
    """A role as it was installed."""

    src: str
    version: str
    """What was asked for."""
    resolved: str
    """The commit, the digest of the archive, or the version on the server."""
    digest: str
    """``sha256:`` and the digest of what is in the role."""


def read(path: Path, report: Report) -> dict[str, Locked]:
    """Return what a lock file says: name -> role. Nothing when there is none."""
    if not path.is_file():
        return {}
    _, node = documents.load(path, report)
    roles = node.get("roles") if node is not None and isinstance(node.value, dict) else None
    found: dict[str, Locked] = {}
    for name, child in roles.items() if roles is not None else ():
        if isinstance(child.value, dict):
            found[str(name)] = Locked(*(text_of(child.get(field)) for field in Locked._fields))
    return found


def text(roles: Mapping[str, Locked]) -> str:
    """Return the text of a lock file."""
    lines = [f"format: {_FORMAT}", "roles:"]
    for name, each in sorted(roles.items()):
        lines.append(f"  {name}:")
        lines += [f"    {field}: {json.dumps(value)}" for field, value in each._asdict().items()]
    return _HEAD + "".join(f"{line}\n" for line in lines)


def digest_of(directory: Path) -> str:
    """Return the digest of what is in a directory: names, contents, links, and whether files may be run."""
    whole = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        name = str(path.relative_to(directory))
        if path.is_symlink():
            kind, content = "link", str(path.readlink()).encode()
        elif path.is_file():
            kind, content = "program" if os.access(path, os.X_OK) else "file", path.read_bytes()
        else:
            continue
        whole.update(f"{kind} {name}\0{hashlib.sha256(content).hexdigest()}\n".encode("utf-8", "surrogateescape"))
    return f"sha256:{whole.hexdigest()}"
