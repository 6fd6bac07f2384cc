"""Making the floppies and CDs that a machine finds when it boots."""

from __future__ import annotations

import asyncio
import glob
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.builders.shared.fat12 import image
from runner.builders.shared.media import Cd, Floppy
from runner.sdk import Failed, Session
from runner.sdk.threads import held

Tree = dict[str, Any]
"""Name -> a text, the path of a file, or the tree of a directory."""
_PROGRAMS = (("xorriso", "-as", "mkisofs"), ("mkisofs",), ("genisoimage",))
"""What makes CDs; all of them take the same options."""


async def floppy(session: Session, options: Floppy) -> Path | None:
    """Make the floppy in the build's directory; nothing when none is asked for. Raises ``Failed``."""
    named = [*(options.floppy_files or ()), *(options.floppy_dirs or ())]
    if not named and not options.floppy_content:
        return None
    try:
        return await held(_floppy, session, options, named)
    except OSError as error:
        raise Failed(f"the floppy cannot be made: {error}") from error


def _floppy(session: Session, options: Floppy, named: Sequence[str]) -> Path:
    made = session.work / "floppy.img"
    tree = gathered(session.root, named, options.floppy_content or {}, "floppy")
    made.write_bytes(image(_read(tree), options.floppy_label))
    return made


def _read(tree: Mapping[str, Any]) -> Tree:
    """Return a tree with the bytes of its files."""
    return {
        name: _read(each) if isinstance(each, dict) else each.read_bytes() if isinstance(each, Path) else each.encode()
        for name, each in tree.items()
    }


async def cd(session: Session, options: Cd) -> Path | None:
    """Make the CD in the build's directory; nothing when none is asked for. Raises ``Failed``."""
    if not options.cd_files and not options.cd_content:
        return None
    program = next((each for each in _PROGRAMS if shutil.which(each[0])), None)
    if program is None:
        raise Failed("there is no program that makes a CD: xorriso, mkisofs or genisoimage",
                     "install the package xorriso")
    made = session.work / "cd.iso"
    try:
        listed = await held(_staged, session, options)
    except OSError as error:
        raise Failed(f"the CD cannot be made: {error}") from error
    label = ("-V", options.cd_label) if options.cd_label else ()
    # Long names for Linux (Rock Ridge) and for Windows (Joliet).
    argv = (*program, "-quiet", "-o", str(made), "-r", "-J", "-joliet-long", *label, "-graft-points", "-path-list",
            str(listed))
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise Failed(f"{program[0]} cannot make the CD: {said.decode('utf-8', 'replace').strip()}")
    return made


def _staged(session: Session, options: Cd) -> Path:
    """Write the texts into files; return the list of what becomes which file of the CD. Raises ``Failed``."""
    tree = gathered(session.root, options.cd_files or (), options.cd_content or {}, "cd")
    staging = session.work / "cd"
    empty = staging / "empty"
    empty.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, (path, each) in enumerate(_walked(tree)):
        if isinstance(each, str):
            file = staging / str(number)
            file.write_text(each, encoding="utf-8")
        else:
            file = each.resolve() if each else empty
        lines.append(f"{_escaped(path)}={_escaped(str(file))}\n")
    listed = staging / "list"
    listed.write_text("".join(lines), encoding="utf-8")
    return listed


def _walked(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each path of a tree and what is there; nothing for an empty directory."""
    for name, each in tree.items():
        if not isinstance(each, dict):
            yield path + name, each
        elif each:
            yield from _walked(each, f"{path}{name}/")
        else:
            yield path + name, None


def _escaped(path: str) -> str:
    if "\n" in path:
        raise Failed(f"the name of a file on a CD may hold no line end: {path!r}")
    return path.replace("\\", "\\\\").replace("=", "\\=")


def gathered(root: Path, named: Sequence[str], texts: Mapping[str, str], medium: str) -> Tree:
    """Return what belongs on a floppy or a CD. Raises ``Failed`` for what is not there.

    A directory is put there with its name; with a slash at its end, only what is in it.
    """
    found: Tree = {}
    for text in named:
        matches = sorted(glob.glob(os.path.join(root, os.path.expanduser(text))))  # noqa: PTH111, PTH118, PTH207 - a pattern, whose last slash counts
        if not matches:
            raise Failed(f"{medium}_files: there is no {text}")
        for match in matches:
            path = Path(match)
            _merge(found, _tree(path) if match.endswith("/") else {path.name: _tree(path) if path.is_dir() else path})
    for name, text in texts.items():
        *directories, file = [part for part in name.split("/") if part not in ("", ".")] or [""]
        if not file or ".." in (*directories, file):
            raise Failed(f"{medium}_content: {name!r} is the name of no file")
        inner: Any = text
        for part in reversed((*directories, file)):
            inner = {part: inner}
        _merge(found, inner)
    return found


def _tree(directory: Path, above: tuple[Path, ...] = ()) -> Tree:
    """Return all that is in a directory; links are what they lead to. Raises ``Failed`` for one that leads back."""
    whole = directory.resolve()
    if whole in above:
        raise Failed(f"{directory} is a link that leads back to where it lies")
    return {
        each.name: _tree(each, (*above, whole)) if each.is_dir() else each for each in sorted(directory.iterdir())
    }


def _merge(into: Tree, more: Tree) -> None:
    for name, each in more.items():
        if isinstance(each, dict) and isinstance(into.get(name), dict):
            _merge(into[name], each)
        else:
            into[name] = each
