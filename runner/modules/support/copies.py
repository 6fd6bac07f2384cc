"""Directories and large files that are copied to the machine, or from one place on it to another."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from posixpath import basename, dirname, join
from typing import Any

from runner.modules.shared import Edited
from runner.modules.support.attributes import File, Found, done, look
from runner.modules.support.modes import permissions
from runner.modules.support.trees import (
    digests,
    for_each,
    look_at_all,
    make_directories,
    settle_all,
    targets,
)
from runner.sdk import Do, Failed, Files, Look, Put, Read, Seen, Sent, Upload, Verb

LARGE = 64 * 1024 * 1024
"""From how many bytes a file is sent as it lies there, without being read into memory."""
_PLACE = r"""
if [ -n "$3" ]; then chown "$3" "$1" || exit; fi
chmod "$4" "$1" && mv -f "$1" "$2"
"""
_BACKUPS = 'for each; do cp -p "$each" "$each.$0" || exit; done'


@dataclass(frozen=True, slots=True)
class Tree:
    """What is in a directory of this computer, and where it goes."""

    top: str
    """The directory on the machine."""
    directories: tuple[str, ...]
    files: dict[str, Seen] = field(default_factory=dict)
    """Path on the machine -> file here."""
    texts: dict[str, bytes] = field(default_factory=dict)
    """The content of files that are encrypted here."""


def read_tree(source: Seen, top: str, *, follow: bool, decrypt: bool) -> Generator[Verb, Any, Tree]:
    """Look at all files in a directory of this computer."""
    names: list[str] = yield Files(source.path, directories=True, follow=follow)
    tree = Tree(top, (top, *(join(top, name.rstrip("/")) for name in names if name.endswith("/"))))
    for name in names:
        if name.endswith("/"):
            continue
        seen: Seen | None = yield Look(join(source.path, name), follow=follow, algorithm="sha1")
        if seen is None or seen.kind == "other":
            raise Failed(f"{join(source.path, name)} is neither a file nor a directory, or leads nowhere")
        path = join(top, name)
        tree.files[path] = seen
        if decrypt and seen.kind == "file" and seen.size < LARGE:
            content: bytes = yield Read(seen.path)
            if hashlib.sha1(content, usedforsecurity=False).hexdigest() != seen.digest:
                tree.texts[path] = content
    return tree


def send_tree(
    tree: Tree, options: Edited, *, directory_mode: str | None, force: bool
) -> Generator[Verb, Any, bool]:
    """Make a directory of the machine hold what one of this computer holds; return whether it had to be changed."""
    found = yield from look(tree.top, options, extras=("stamp",) if options.backup else ())
    there = yield from look_at_all((*tree.directories, *tree.files))
    new = [path for path in tree.directories if path not in there]
    different = yield from _different(tree, there)
    if not force:
        different = [path for path in different if path not in there]
    former = {path: there[path] for path in different if path in there and there[path].kind == "file"}
    if options.backup and former:
        yield from for_each(("/bin/sh", "-c", _BACKUPS, found.stamp), former, "former files cannot be kept")
    if tree.top in new:
        owner = f"{options.owner or ''}{f':{options.group}' if options.group else ''}"
        yield from make_directories(tree.top, owner, directory_mode or "")
    plain = found.fresh(directory=True)
    bits = permissions(directory_mode, plain.mode, directory=True) if directory_mode else plain.mode
    after = {path: replace(plain, mode=bits) for path in new if path != tree.top}
    for path in different:
        seen = tree.files[path]
        mode = _mode(seen, former.get(path, found.fresh()), options, found)
        after[path] = replace(found.fresh(), kind="link" if seen.kind == "link" else "file", mode=mode)
    sent = tuple(
        Sent(tree.files[path].path if path in tree.files else ".", path[len(tree.top) + 1 :], file.mode)
        for path, file in after.items() if path not in tree.texts
    )
    if sent:
        yield Upload(tree.top, sent)
    for path in set(after) & tree.texts.keys():
        yield Put(path, tree.texts[path], after[path].mode)
    yield from _former_owners(former, options, found)
    yield from settle_all(after, options, found, mode="preserve")
    same = {path: file for path, file in there.items() if path in tree.files and path not in different}
    settled = yield from settle_all(same, options, found)
    return bool(new or different or settled)


def send_large(
    found: Found, source: Seen, options: Edited, *, mode: str | None
) -> Generator[Verb, Any, File]:
    """Send a file that is too large to be held in memory; it takes its place when all of it is there."""
    if options.validate is not None:
        raise Failed(f"validate works with files of less than {LARGE >> 20} MiB")
    former = found.file if found.file.kind == "file" else found.fresh()
    bits = permissions(mode, former.mode, umask=found.umask) if mode else former.mode
    above, name = dirname(found.path), f".{basename(found.path)}.part"
    yield Upload(above, (Sent(source.path, name, 0o600),))
    owner = f"{former.uid}:{former.gid}" if found.file.kind == "file" else ""
    argv = (join(above, name), found.path, owner, f"{bits:o}")
    yield from done(Do(("/bin/sh", "-c", _PLACE, "sh", *argv)), f"{found.path} cannot be written")
    return File("file", bits, former.uid, former.gid, former.owner, former.group, source.size)


def _different(tree: Tree, there: dict[str, File]) -> Generator[Verb, Any, list[str]]:
    """Return the files that are not there as they are here."""
    alike = []
    for path, seen in tree.files.items():
        file, size = there.get(path), len(tree.texts[path]) if path in tree.texts else seen.size
        if file is not None and file.kind == seen.kind == "file" and file.size == size:
            alike.append(path)
    found = yield from digests(alike)
    same = {path for path in alike if found.get(path) == _digest(tree, path)}
    links = [path for path, seen in tree.files.items() if seen.kind == "link" and path in there]
    links = [path for path in links if there[path].kind == "link"]
    known = yield from targets(links)
    same |= {path for path in links if known.get(path) == tree.files[path].target}
    return [path for path in tree.files if path not in same]


def _digest(tree: Tree, path: str) -> str | None:
    if path in tree.texts:
        return hashlib.sha1(tree.texts[path], usedforsecurity=False).hexdigest()
    return tree.files[path].digest


def _mode(seen: Seen, former: File, options: Edited, found: Found) -> int:
    if options.mode == "preserve":
        return seen.mode
    return permissions(options.mode, former.mode, umask=found.umask) if options.mode else former.mode


def _former_owners(former: dict[str, File], options: Edited, found: Found) -> Generator[Verb, Any, None]:
    """Give files that were replaced back to those who had them, unless others are wanted."""
    owners: dict[str, list[str]] = {}
    for path, file in former.items():
        uid = None if options.owner else file.uid
        gid = None if options.group else file.gid
        if (uid is not None and uid != found.uid) or (gid is not None and gid != found.gid):
            words = f"{'' if uid is None else uid}{'' if gid is None else f':{gid}'}"
            owners.setdefault(words, []).append(path)
    for words, paths in owners.items():
        yield from for_each(("chown", "-h", words), paths, "former owners cannot be kept")
