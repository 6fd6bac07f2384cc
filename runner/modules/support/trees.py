"""Many files at once: look at them, digest them, make directories, put their attributes right."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from runner.modules.shared import Permissions
from runner.modules.support.attributes import (
    STAT,
    File,
    Found,
    context_of,
    done,
    file_of,
    flags_of,
    owned,
)
from runner.modules.support.modes import octal, permissions
from runner.sdk import Answer, Ask, Do, Verb

_NAMED = f"{STAT}\x1f%n"
_CONTEXTS = f"{STAT}\x1f%C\x1f%n"
_EVERYTHING = 'find $2 "$1" -exec stat $2 -c "$0" -- {} +'
_LISTED = 'xargs -0 stat -c "$0" -- 2>/dev/null'
_MAKE = r"""
owner=$2 mode=$3
make() {
  if [ -d "$1" ]; then return; fi
  case $1 in ?*/*) make "${1%/*}" || return ;; esac
  mkdir "$1" || return
  if [ -n "$owner" ]; then chown "$owner" "$1" || return; fi
  if [ -n "$mode" ]; then chmod "$mode" "$1"; fi
}
make "$1"
"""


def tree(
    path: str, options: Permissions, top: Found, *, follow: bool = False
) -> Generator[Verb, Any, dict[str, File]]:
    """Return everything in a directory of the machine, itself included, by path; ``follow`` sees through links."""
    labelled = bool(top.policy or top.file.context)
    form = _CONTEXTS if labelled else _NAMED
    answer: Answer = yield Ask(("/bin/sh", "-c", _EVERYTHING, form, path, "-L" if follow else ""))
    files = _files(answer.stdout, labelled=labelled)
    if options.attributes is not None:
        plain = [name for name, file in files.items() if file.kind in ("file", "directory")]
        told: Answer = yield Ask(("xargs", "-0", "lsattr", "-d"), stdin="\0".join(plain))
        for line in told.stdout.splitlines():
            flags, _, name = line.partition(" ")
            if name.strip() in files:
                files[name.strip()] = replace(files[name.strip()], flags=flags)
    return files


def look_at_all(paths: Sequence[str]) -> Generator[Verb, Any, dict[str, File]]:
    """Return those of the paths that are there."""
    if not paths:
        return {}
    answer: Answer = yield Ask(("/bin/sh", "-c", _LISTED, _NAMED), stdin="\0".join(paths))
    return _files(answer.stdout, labelled=False)


def digests(paths: Sequence[str], algorithm: str = "sha1") -> Generator[Verb, Any, dict[str, str]]:
    """Return the digest of each of the files that can be read."""
    if not paths:
        return {}
    answer: Answer = yield Ask(("xargs", "-0", f"{algorithm}sum", "--"), stdin="\0".join(paths))
    found = {}
    for line in answer.stdout.splitlines():
        digest, _, name = line.lstrip("\\").partition("  ")
        if line.startswith("\\"):  # names with line ends and backslashes are written so
            name = name.replace("\\n", "\n").replace("\\\\", "\\")
        found[name] = digest
    return found


def targets(paths: Sequence[str]) -> Generator[Verb, Any, dict[str, str]]:
    """Return what each of the links leads to."""
    if not paths:
        return {}
    answer: Answer = yield Ask(("xargs", "-0", "-n", "1", "readlink"), stdin="\0".join(paths))
    return dict(zip(paths, answer.stdout.splitlines(), strict=False))


def make_directories(path: str, owner: str, mode: str) -> Generator[Verb, Any, None]:
    """Make a directory and those above it that are missing, each with this owner and these permissions if any."""
    argv = ("/bin/sh", "-c", _MAKE, "sh", path, owner, mode.removeprefix("0o"))
    yield from done(Do(argv), f"the directory {path} cannot be made")


def settle_all(
    files: Mapping[str, File], options: Permissions, found: Found, *, mode: str | None = None
) -> Generator[Verb, Any, bool]:
    """Give files the attributes that the options want; return whether any were changed. Raises ``Failed``."""
    owners: dict[tuple[str, ...], list[str]] = {}
    modes: dict[str, list[str]] = {}
    contexts: dict[tuple[str, ...], list[str]] = {}
    flags: dict[str, list[str]] = {}
    wanted = options.mode if mode is None else mode
    for path, file in files.items():
        owner, _ = owned(file, options, found)
        bits = file.mode
        if wanted and wanted != "preserve" and file.kind != "link":
            bits = permissions(wanted, file.mode, directory=file.kind == "directory", umask=found.umask)
        if owner:
            behind = () if file.kind in ("file", "directory") else ("-h",)
            owners.setdefault((*behind, owner), []).append(path)
        if bits != file.mode or (owner and wanted and bits & 0o6000):
            modes.setdefault(octal(bits), []).append(path)
        if context := context_of(file, options, found):
            contexts.setdefault(tuple(context), []).append(path)
        if file.kind in ("file", "directory") and (change := flags_of(file, options)):
            flags.setdefault(change, []).append(path)
    work: list[tuple[tuple[str, ...], list[str]]] = [
        (("chown", *owner), paths) for owner, paths in owners.items()
    ]
    work += [(("chmod", bits), paths) for bits, paths in modes.items()]
    work += [(("chcon", "-h", *context), paths) for context, paths in contexts.items()]
    work += [(("chattr", change), paths) for change, paths in flags.items()]
    for argv, paths in work:
        yield from for_each(argv, paths, "attributes cannot be set")
    return bool(work)


def for_each(argv: tuple[str, ...], paths: Iterable[str], what: str) -> Generator[Verb, Any, None]:
    """Run a command for many files, which are its last arguments. Raises ``Failed``."""
    yield from done(Do(("xargs", "-0", *argv), stdin="\0".join(paths)), what)


def _files(text: str, *, labelled: bool) -> dict[str, File]:
    found = {}
    for piece in text.split("\x1dstat ")[1:]:
        words = piece.removesuffix("\n").split("\x1f")
        context = words[2] if labelled else ""
        found[words[-1]] = replace(file_of("\x1f".join(words[:2])), context=context)
    return found
