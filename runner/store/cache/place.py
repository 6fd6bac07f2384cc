"""Where the cache lies, and how large it may become."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_LIMIT = "20G"
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([KMGT]?)(?:i?B)?", re.IGNORECASE)


def directory(environ: Mapping[str, str]) -> Path:
    """Return where the cache lies: ``INGOT_CACHE_DIR``, or where XDG wants a user's cache to be."""
    home = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME") or Path.home()) / ".cache"
    own = environ.get("INGOT_CACHE_DIR") or Path(home) / "ingot"
    return Path(own).absolute() / "builds"


def limit(environ: Mapping[str, str]) -> int:
    """Return how many bytes the cache may take: ``INGOT_CACHE_SIZE``, such as ``5G``; 20 GiB unless it says so.

    Raises ``ValueError`` when it is no size.
    """
    return size_of(environ.get("INGOT_CACHE_SIZE") or _LIMIT)


def size_of(text: str) -> int:
    """Return a size such as ``512M`` in bytes. Raises ``ValueError``."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a size such as 512M or 20G")
    return int(float(found[1]) * 1024 ** " KMGT".index(found[2].upper() or " "))
