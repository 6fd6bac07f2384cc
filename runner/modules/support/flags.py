"""The flags of files that ``lsattr`` shows and ``chattr`` sets."""

from __future__ import annotations

_NAMES = {
    "A": "noatime", "a": "append", "c": "compressed", "C": "nocow", "d": "nodump", "D": "dirsync", "e": "extents",
    "E": "encrypted", "h": "blocksize", "i": "immutable", "I": "indexed", "j": "journalled", "N": "inline",
    "s": "zero", "S": "synchronous", "t": "notail", "T": "blockroot", "u": "undelete", "X": "compressedraw",
    "Z": "compresseddirty",
}


def names_of(letters: str) -> list[str]:
    """Return the names of flags, in the order of their letters; one without a name is left out."""
    return [_NAMES[letter] for letter in letters if letter in _NAMES]
