"""Links on the machine: symbolic ones, and further names of a file."""

from __future__ import annotations

from collections.abc import Generator
from posixpath import dirname, isabs, join
from typing import Any

from runner.modules.shared import Permissions
from runner.modules.support.attributes import File, Found, described, done, look, settle
from runner.sdk import Do, Failed, Verb

_LINK = r"""
path=$2
shift 2
if [ -d "$path" ] && [ ! -L "$path" ]; then rmdir "$path" || exit; else rm -f "$path" || exit; fi
ln "$@" "$path"
"""

Linked = Generator[Verb, Any, tuple[bool, dict[str, Any]]]
"""Whether anything was changed, and what results say of it."""


def symbolic(found: Found, src: str | None, options: Permissions, *, force: bool, follow: bool) -> Linked:
    """Have a symbolic link. Raises ``Failed``."""
    file = found.file
    if src is None:
        if file.kind != "link":
            raise Failed("src is required for creating new symlinks")
        src = file.target or ""
    target = src if isabs(src) else join(dirname(found.path), src)
    goal: Found | None = None
    if file.target != src or follow:
        goal = yield from look(target, options, follow=True)
    made = file.target != src
    if made:
        _may_replace(found, force=force)
        if goal is not None and not goal.file.exists and not force:
            raise Failed(
                f"src file does not exist, use 'force=yes' if you really want to create the link: {target}"
            )
        argv = ("/bin/sh", "-c", _LINK, "sh", "link", found.path, "-s", src)
        yield from done(Do(argv), f"the link {found.path} cannot be made")
        fresh = found.fresh()
        file = File("link", 0o777, fresh.uid, fresh.gid, fresh.owner, fresh.group, len(src.encode()), target=src)
    if goal is not None and follow and goal.file.exists:
        settled, _ = yield from settle(goal.path, goal.file, options, goal)
    elif follow and goal is not None:
        settled = False
    else:
        settled, file = yield from settle(found.path, file, options, found)
    return made or settled, {"dest": found.path, "src": src, **described(file)}


def hard(found: Found, src: str | None, options: Permissions, *, force: bool) -> Linked:
    """Have a further name of a file. Raises ``Failed``."""
    if src is None:
        raise Failed("src is required for creating new hardlinks")
    source = yield from look(src, options, follow=True)
    if not source.file.exists:
        raise Failed("src does not exist")
    made = not found.file.exists or found.file.inode != source.file.inode
    if made:
        if found.file.exists and not force:
            raise Failed(f"Cannot link, {found.path} is there and is another file", "write force: true to replace it")
        if found.file.kind == "directory":
            raise Failed(f"refusing to convert from directory to hard link for {found.path}")
        argv = ("/bin/sh", "-c", _LINK, "sh", "link", found.path, source.path)
        yield from done(Do(argv), f"the link {found.path} cannot be made")
    settled, file = yield from settle(found.path, source.file, options, source)
    return made or settled, {"dest": found.path, "src": src, **described(file), "state": "hard"}


def _may_replace(found: Found, *, force: bool) -> None:
    kind = found.file.kind
    if kind not in ("absent", "link") and not force:
        raise Failed(f"refusing to convert from {kind} to symlink for {found.path}", "write force: true to replace it")
    if kind == "absent" and found.parent.kind != "directory":
        raise Failed(f"the directory {dirname(found.path)} does not exist")
