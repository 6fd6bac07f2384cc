"""Checksums of images as Packer's templates name them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from runner.sdk import Failed

_ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
"""Length of a digest in hexadecimal -> what makes it."""
_GNU = re.compile(r"\\?([0-9A-Fa-f]{32,128})(?:\s+\*?(.+))?")
_BSD = re.compile(r"([A-Za-z0-9]+)\s*\((.+)\)\s*=\s*([0-9A-Fa-f]+)")
_HINT = "write sha256:HEX, file:URL of a list of checksums, or none"


class Checksum(NamedTuple):
    """What a file has to be."""

    algorithm: str
    digest: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.digest}"

    def check(self, path: Path) -> None:
        """Raise ``Failed`` when a file is another one."""
        found = digest_of(path, self.algorithm)
        if found != self.digest:
            raise Failed(
                f"{path.name} is not what it should be: its {self.algorithm} is {found}, and {self.digest} is wanted",
                "the download is broken, or iso_checksum is of another version",
            )


def digest_of(path: Path, algorithm: str) -> str:
    """Return the digest of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def list_of(text: str) -> str | None:
    """Return where the list of checksums is that a text names; nothing when it names none."""
    return text.removeprefix("file:") if text.startswith("file:") else None


def literal(text: str) -> Checksum | None:
    """Return the checksum that a text is; nothing for ``none``. Raises ``Failed`` when it is neither."""
    if text == "none":
        return None
    algorithm, colon, digest = text.strip().rpartition(":")
    found = _checksum(digest, algorithm.lower() if colon else None)
    if found is None:
        raise Failed(f"iso_checksum: {text!r} is no checksum", _HINT)
    return found


def listed(lines: Iterable[str], name: str, where: str) -> Checksum:
    """Return the checksum of the file ``name`` from a list in the form of GNU or BSD. Raises ``Failed``."""
    lone = []
    for line in map(str.strip, lines):
        if bsd := _BSD.fullmatch(line):
            found, file = _checksum(bsd[3], bsd[1].lower()), bsd[2]
        elif gnu := _GNU.fullmatch(line):
            found, file = _checksum(gnu[1]), gnu[2]
        else:
            continue
        if found and file and file.rpartition("/")[2] == name:
            return found
        if found and not file:
            lone.append(found)
    if len(lone) == 1:  # a file that is but the checksum of the one file it belongs to
        return lone[0]
    raise Failed(f"iso_checksum: {where} has no checksum of {name}")


def _checksum(digest: str, algorithm: str | None = None) -> Checksum | None:
    usual = _ALGORITHMS.get(len(digest)) if re.fullmatch("[0-9A-Fa-f]+", digest) else None
    if usual is None or algorithm not in (None, usual):
        return None
    return Checksum(usual, digest.lower())
