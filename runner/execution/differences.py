"""What ``--diff`` tells of a file."""

from __future__ import annotations

from difflib import unified_diff

_LARGEST = 256 * 1024
"""Up to how many bytes files are compared line by line."""


def difference(path: str, before: bytes | None, after: bytes) -> str:
    """Return how a file changes, as ``diff -u`` tells it; nothing when it does not."""
    if before == after:
        return ""
    texts = [_lines(before or b""), _lines(after)]
    if None in texts:
        return f"{path}: {_size(before)} before, {_size(after)} after"
    old, new = (each or [] for each in texts)
    found = "".join(unified_diff(old, new, "/dev/null" if before is None else path, path))
    return found.removesuffix("\n") or f"{path}: made, and empty"


def _lines(content: bytes) -> list[str] | None:
    """Return the lines of a text, each with an end; nothing for what is no text, or is large."""
    if len(content) > _LARGEST or b"\0" in content:
        return None
    try:
        lines = content.decode().splitlines(keepends=True)
    except UnicodeDecodeError:
        return None
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n\\ No newline at end of file\n"
    return lines


def _size(content: bytes | None) -> str:
    return "no file" if content is None else f"{len(content)} bytes"
